"""Which modules of a symbol carry data, and drawing all the others again."""

import numpy as np
import pytest
import segno

from StegoMedLib.symbol import Symbol, data_length, make_symbol, symbol_from_bits, text_capacity

_LEVELS = "LMQH"


def _standard_data_modules(version: int) -> int:
    """Count by the rules of ISO/IEC 18004, table 1: all modules less function patterns, format and version."""
    side = 17 + 4 * version
    alignments = version // 7 + 2 if version > 1 else 0
    finders = 3 * 8 * 8
    timing = 2 * (side - 16)
    # Three corners have finders; of the others, those in row and column 6 share five modules with the timing pattern.
    alignment = 25 * (alignments**2 - 3) - 2 * 5 * (alignments - 2) if alignments else 0
    information = 31 + (36 if version > 6 else 0)
    return side**2 - finders - timing - alignment - information


def _random_text(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("0123456789ABCDEF $"), length))


@pytest.mark.parametrize(
    ("version", "expected"), [(1, 208), (2, 359), (6, 1383), (7, 1568), (10, 2768), (14, 4651), (40, 29648)]
)
def test_data_length_is_the_standards(version: int, expected: int) -> None:
    # ISO/IEC 18004, table 1: "data modules except (C)".
    assert data_length(version) == expected


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_has_the_modules_that_the_rules_leave(version: int) -> None:
    assert data_length(version) == _standard_data_modules(version)


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_is_drawn_again_from_its_bits(version: int) -> None:
    level, mask = _LEVELS[version % 4], version % 8
    drawn = segno.make("SM1:7", version=version, error=level, mask=mask, boost_error=False, micro=False)
    symbol = Symbol(version, level, mask, np.array(drawn.matrix, dtype=np.bool_))
    again = symbol_from_bits(version, level, mask, symbol.data_bits)
    assert np.array_equal(again.modules, symbol.modules)
    assert (again.version, again.level, again.mask) == (version, level, mask)


@pytest.mark.parametrize("version", [1, 2, 6, 7, 10, 25, 40])
@pytest.mark.parametrize("level", _LEVELS)
def test_only_data_modules_depend_on_the_text(version: int, level: str) -> None:
    made = [
        segno.make(_random_text(text_capacity(version, level), seed), version=version, error=level, mask=3, micro=False)
        for seed in range(3)
    ]
    fixed = symbol_from_bits(version, level, 3, np.zeros(data_length(version), dtype=np.bool_)).modules
    data = fixed ^ symbol_from_bits(version, level, 3, np.ones(data_length(version), dtype=np.bool_)).modules
    assert np.count_nonzero(data) == data_length(version)
    for symbol in made:
        assert np.array_equal(np.array(symbol.matrix, dtype=np.bool_)[~data], fixed[~data])


@pytest.mark.parametrize(("version", "side"), [(1, 21), (2, 25), (7, 45), (10, 57), (20, 97), (40, 177)])
def test_sides_are_the_standards(version: int, side: int) -> None:
    symbol = symbol_from_bits(version, "M", 0, np.zeros(data_length(version), dtype=np.bool_))
    assert symbol.modules.shape == (side, side)


def test_modules_cannot_be_written() -> None:
    symbol = make_symbol("SM1:7")
    with pytest.raises(ValueError, match="read-only"):
        symbol.modules[0, 0] = False


def test_a_symbol_keeps_its_own_copy() -> None:
    modules = make_symbol("SM1:7").modules.copy()
    symbol = Symbol(1, "H", 0, modules)
    modules[:] = False
    assert symbol.modules.any()


def test_bits_are_a_copy() -> None:
    symbol = make_symbol("SM1:7")
    before = symbol.modules.copy()
    bits = symbol.data_bits
    bits[:] = ~bits
    assert np.array_equal(symbol.modules, before)


@pytest.mark.parametrize(
    ("version", "level", "mask"), [(0, "L", 0), (41, "L", 0), (1, "X", 0), (1, "LM", 0), (1, "", 0), (1, "L", 8)]
)
def test_symbols_that_do_not_exist_are_refused(version: int, level: str, mask: int) -> None:
    with pytest.raises(ValueError, match="there is no QR symbol"):
        symbol_from_bits(version, level, mask, np.zeros(208, dtype=np.bool_))
    with pytest.raises(ValueError, match="there is no QR symbol"):
        Symbol(version, level, mask, np.zeros((21, 21), dtype=np.bool_))


def test_wrong_numbers_of_bits_and_modules_are_refused() -> None:
    with pytest.raises(ValueError, match="208 data bits"):
        symbol_from_bits(1, "L", 0, np.zeros(207, dtype=np.bool_))
    with pytest.raises(ValueError, match="25 x 25"):
        Symbol(2, "L", 0, np.zeros((21, 21), dtype=np.bool_))


def test_a_symbol_does_not_print_its_modules() -> None:
    assert "modules" not in repr(make_symbol("7"))


def test_symbols_of_the_same_modules_are_equal_wherever_they_come_from() -> None:
    symbol = make_symbol("SM1:7")
    modules = symbol.modules.copy()
    assert symbol_from_bits(symbol.version, symbol.level, symbol.mask, symbol.data_bits) == symbol
    assert len({symbol, Symbol(symbol.version, symbol.level, symbol.mask, modules)}) == 1
    modules[-1, -1] ^= True
    assert Symbol(symbol.version, symbol.level, symbol.mask, modules) != symbol
