"""Texts become the smallest symbol that takes them."""

import numpy as np
import pytest
import segno

from StegoMedLib.errors import DoesNotFitError, UsageError
from StegoMedLib.symbol import UnreadableSymbolError, make_symbol, read_symbol, text_capacity, writing
from StegoMedLib.symbol.symbol import Symbol

_TEXT = "SM1:Z9 $%*+-./:A"


def _fill(length: int) -> str:
    return (_TEXT * (length // len(_TEXT) + 1))[:length]


@pytest.mark.parametrize(
    ("version", "level", "characters"),
    [
        (1, "L", 25),
        (1, "H", 10),
        (6, "L", 195),
        (9, "L", 335),
        (9, "Q", 189),
        (10, "L", 395),
        (10, "M", 311),
        (20, "L", 1249),
        (26, "L", 1990),
        (27, "L", 2132),
        (40, "L", 4296),
        (40, "M", 3391),
        (40, "Q", 2420),
        (40, "H", 1852),
    ],
)
def test_capacity_is_the_standards(version: int, level: str, characters: int) -> None:
    # ISO/IEC 18004, table 7.
    assert text_capacity(version, level) == characters


@pytest.mark.parametrize("version", [1, 2, 5, 9, 10, 19, 26])
def test_one_character_more_takes_the_next_version(version: int) -> None:
    assert make_symbol(_fill(text_capacity(version))).version == version
    assert make_symbol(_fill(text_capacity(version) + 1)).version == version + 1


@pytest.mark.parametrize("version", [1, 9, 10, 26, 27, 40])
@pytest.mark.parametrize("level", "LMQH")
def test_capacity_is_exact_at_every_level(version: int, level: str) -> None:
    most = text_capacity(version, level)
    made = segno.make(_fill(most), version=version, error=level, mode="alphanumeric", boost_error=False, mask=0)
    assert made.version == version
    with pytest.raises(segno.DataOverflowError):
        segno.make(_fill(most + 1), version=version, error=level, mode="alphanumeric", boost_error=False)


def test_the_level_rises_where_that_is_free() -> None:
    version = 10
    for level, next_level in ("LM", "MQ", "QH"):
        exact = make_symbol(_fill(max(text_capacity(version, level), text_capacity(version - 1) + 1)))
        roomy = make_symbol(_fill(max(text_capacity(version, next_level), text_capacity(version - 1) + 1)))
        assert exact.version == roomy.version == version
        assert "LMQH".index(exact.level) <= "LMQH".index(roomy.level)
    assert make_symbol("7").level == "H"


def test_version_and_level_are_those_that_segno_would_choose() -> None:
    for length in (1, 10, 11, 16, 17, 25, 26, 77, 114, 195, 196, 311, 395, 400, 900, 1249, 2000, 3392, 4296):
        text = _fill(length)
        chosen = segno.make(text, error="L", boost_error=True, mode="alphanumeric", micro=False, mask=0)
        symbol = make_symbol(text)
        assert (symbol.version, symbol.level) == (chosen.version, chosen.error)
        assert np.array_equal(symbol.modules, np.array(chosen.matrix, dtype=bool))


def test_one_mask_is_drawn_where_readers_read_it_and_the_next_where_they_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []

    def draw(text: str, version: int, level: str, mask: int) -> Symbol:
        drawn.append(mask)
        return writing_draw(text, version, level, mask)

    writing_draw = writing.draw_symbol
    monkeypatch.setattr(writing, "draw_symbol", draw)
    make_symbol(_TEXT)
    assert drawn == [0]
    monkeypatch.setattr(writing, "count_readers", lambda symbol, _: (2 if symbol.mask == 2 else 1, 2))
    assert make_symbol(_TEXT).mask == 2
    assert drawn == [0, 0, 1, 2]


def test_the_largest_symbol_is_written_and_read() -> None:
    text = _fill(4296)
    symbol = make_symbol(text)
    assert (symbol.version, symbol.level) == (40, "L")
    assert read_symbol(symbol) == text


def test_what_does_not_fit_is_refused_with_numbers() -> None:
    with pytest.raises(DoesNotFitError, match=r"5000 characters, .* holds 4296"):
        make_symbol(_fill(5000))


@pytest.mark.parametrize("text", ["", "lower", "SM1:é", "A\n", "A_B", "A\x00"])
def test_other_characters_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="capital letters"):
        make_symbol(text)


@pytest.mark.parametrize("text", ["7", "1234567", "A", "SM1:", " ", "%", "%%", "0" * 30])
def test_short_and_odd_texts_survive(text: str) -> None:
    symbol = make_symbol(text)
    assert len(symbol.modules) == 17 + 4 * symbol.version  # a Micro QR code has 11 to 17
    assert read_symbol(symbol) == text


def test_digits_alone_are_still_alphanumeric() -> None:
    # Numeric mode would take 41 digits in version 1; the length of an envelope alone says which version it takes.
    assert make_symbol("1" * 26).version == 2


def test_a_mask_that_a_reader_fails_on_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = make_symbol(_TEXT)

    def fails_on_usual(symbol: Symbol, _: str) -> tuple[int, int]:
        return (1 if symbol.mask == usual.mask else 2), 2

    monkeypatch.setattr(writing, "count_readers", fails_on_usual)
    other = make_symbol(_TEXT)
    assert other.mask != usual.mask
    assert not np.array_equal(other.modules, usual.modules)
    monkeypatch.undo()
    assert read_symbol(other) == _TEXT


def test_the_most_readable_mask_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_mask_six_and_one_reader(symbol: Symbol, _: str) -> tuple[int, int]:
        return int(symbol.mask == 6), 2

    monkeypatch.setattr(writing, "count_readers", only_mask_six_and_one_reader)
    assert make_symbol(_TEXT).mask == 6


def test_a_symbol_nobody_reads_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "count_readers", lambda *_: (0, 2))
    with pytest.raises(UnreadableSymbolError):
        make_symbol(_TEXT)


@pytest.mark.parametrize(("version", "level"), [(0, "L"), (41, "L"), (1, "X")])
def test_capacity_of_nothing_is_refused(version: int, level: str) -> None:
    with pytest.raises(ValueError, match="there is no QR symbol"):
        text_capacity(version, level)
