"""Any text survives being a symbol, and any bits survive being drawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.symbol import (
    UnreadableSymbolError,
    data_length,
    make_symbol,
    pack_label,
    read_symbol,
    symbol_from_bits,
    unpack_label,
)

_texts = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=300)
# Below version 5, error correction that is asked too much may well "correct" to another text: 1 in 6 in version 1.
_long_texts = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=120, max_size=400)
_kinds = st.tuples(st.integers(1, 40), st.sampled_from("LMQH"), st.integers(0, 7))
_seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(_texts)
def test_any_text_is_read_back(text: str) -> None:
    symbol = make_symbol(text)
    again = symbol_from_bits(symbol.version, symbol.level, symbol.mask, symbol.data_bits)
    assert np.array_equal(again.modules, symbol.modules)
    assert read_symbol(again) == text


@settings(deadline=None)
@given(_kinds, _seeds)
def test_any_bits_come_out_as_they_went_in(kind: tuple[int, str, int], seed: int) -> None:
    bits = np.random.default_rng(seed).random(data_length(kind[0])) < 0.5
    assert np.array_equal(symbol_from_bits(*kind, bits).data_bits, bits)


@settings(deadline=None)
@given(_long_texts, _seeds, st.floats(0, 0.5))
def test_damage_is_corrected_or_noticed(text: str, seed: int, rate: float) -> None:
    symbol = make_symbol(text)
    bits = symbol.data_bits ^ (np.random.default_rng(seed).random(data_length(symbol.version)) < rate)
    try:
        read = read_symbol(symbol_from_bits(symbol.version, symbol.level, symbol.mask, bits))
    except UnreadableSymbolError:
        return
    assert read == text


@given(_kinds)
def test_any_label_is_unpacked(kind: tuple[int, str, int]) -> None:
    assert unpack_label(pack_label(*kind)) == kind
