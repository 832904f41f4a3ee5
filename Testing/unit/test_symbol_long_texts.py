"""A text that no symbol takes stands in several of one kind."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.errors import UsageError
from StegoMedLib.symbol import (
    data_length,
    largest_text,
    make_symbol,
    make_symbols,
    read_symbol,
    symbols_needed,
    text_capacity,
)

LETTERS = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))


def text_of(length: int) -> str:
    return "".join(np.random.default_rng(length).choice(LETTERS, length))


@pytest.mark.parametrize(("length", "count"), [(4297, 2), (8593, 3)])
def test_the_symbols_texts_in_their_order_are_the_text(length: int, count: int) -> None:
    symbols = make_symbols(text_of(length))

    assert len(symbols) == count
    assert len({(symbol.version, symbol.level, symbol.mask) for symbol in symbols}) == 1
    assert "".join(read_symbol(symbol) for symbol in symbols) == text_of(length)


def test_a_text_that_fits_stands_in_one_symbol_as_ever() -> None:
    (symbol,) = make_symbols("SM1:7")

    np.testing.assert_array_equal(symbol.modules, make_symbol("SM1:7").modules)


@pytest.mark.parametrize("version", range(25, 40))
def test_no_higher_level_takes_parts_that_need_the_version(version: int) -> None:
    assert text_capacity(version + 1, "M") <= text_capacity(version, "L")


@pytest.mark.parametrize("text", ["", "lower case" * 1000])
def test_a_text_of_other_characters_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        make_symbols(text)


@pytest.mark.parametrize("bits", [0, 100, 208, 5_000, 29_648, 29_649, 40_000, 59_296, 100_000, 131_524, 180_000])
def test_the_largest_text_needs_no_more_bits_than_there_are(bits: int) -> None:
    characters = largest_text(bits, 64)

    if characters == 0:
        assert bits < data_length(1)
        return
    count, version = symbols_needed(characters)
    assert count * data_length(version) <= bits
    assert characters > 0.95 * largest_text(bits - 300, 64)


def test_no_more_symbols_are_counted_on_than_allowed() -> None:
    assert largest_text(1_000_000, 1) == text_capacity(40)
    assert largest_text(1_000_000, 3) == 3 * text_capacity(40)
