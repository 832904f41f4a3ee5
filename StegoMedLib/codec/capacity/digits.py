"""Bits as digits to the base 2 or 3, and pixels whose remainder, set by the smallest legal change, carries a digit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import split_blocks
from StegoMedLib.codec.multiplying import times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.legal import Legal

__all__ = ["BASES", "bits_in_digits", "bits_of_digits", "digits_for_bits", "digits_of_bits"]
__all__ += ["remainders", "set_remainders", "settable"]

_WORDS = {2: (1, 1), 3: (11, 7)}
"""Bits and digits of a word of each base: ``2**11`` words fit in ``3**7`` (1.571 of 1.585 bits a digit)."""

BASES = tuple(_WORDS)


def digits_for_bits(bits: int, base: int) -> int:
    """Digits that `bits` bits take, in whole words."""
    size, digits = _WORDS[base]
    return -(-bits // size) * digits


def bits_in_digits(digits: int, base: int) -> int:
    """Bits that fit in `digits` digits, in whole words."""
    size, count = _WORDS[base]
    return digits // count * size


def digits_of_bits(bits: NDArray[np.bool_], base: int) -> NDArray[np.int8]:
    """Digits of `bits` (k,), the last word filled with zeros; int8, shape (`digits_for_bits`,)."""
    size, _ = _WORDS[base]
    padded = np.zeros(-(-bits.size // size) * size, dtype=np.float32)
    padded[: bits.size] = bits
    words = times(padded.reshape(-1, size), (1 << np.arange(size)).astype(np.float32))  # exact: below 2**24
    return _digits_of_words(base)[words.astype(np.intp)].ravel()


def bits_of_digits(digits: NDArray[np.integer], base: int, length: int) -> NDArray[np.bool_]:
    """Inverse of `digits_of_bits`: the first `length` bits; digits that no bits give come out as some bits."""
    size, count = _WORDS[base]
    powers = (base ** np.arange(count)).astype(np.float32)
    words = times(digits.reshape(-1, count).astype(np.float32), powers).astype(np.uint16)
    bits = (words[:, None] >> np.arange(size, dtype=np.uint16)) & np.uint16(1)
    return bits.astype(np.bool_).ravel()[:length]


@lru_cache(maxsize=len(_WORDS))
def _digits_of_words(base: int) -> NDArray[np.int8]:
    size, count = _WORDS[base]
    table = (np.arange(1 << size)[:, None] // base ** np.arange(count) % base).astype(np.int8)
    table.setflags(write=False)
    return table


def settable(pixels: NDArray[np.int32], legal: Legal, base: int) -> NDArray[np.bool_]:
    """Blocks of a plane (H, W) in which every pixel can take every remainder to `base`; bool, shape (N,)."""
    low, high = legal.limits(pixels)
    wide = np.broadcast_to(high - low + 1 >= base, pixels.shape)
    return np.asarray(split_blocks(wide).all(axis=1), dtype=np.bool_)


def set_remainders(
    values: NDArray[np.int32], wanted: NDArray[np.integer], base: int, up: NDArray[np.bool_], legal: Legal
) -> NDArray[np.int32]:
    """`values` (n,) changed as little as gives them the `wanted` remainders to `base` (2 or 3).

    One step, in the direction `up` (n,) says where both are as near; two to the other side at an end of the legal run.
    A run of fewer values than `base` may not have the remainder; its values stay in it all the same.
    """
    step = (wanted - values) % base
    other_way = step == base - 1 if base > 2 else (step == 1) & ~up  # noqa: PLR2004 (to base 2 both ways are as near)
    moved = values + step - base * other_way
    low, high = legal.limits(values)
    moved += base * (moved < low)
    moved -= base * (moved > high)
    return np.asarray(np.clip(moved, low, high), dtype=np.int32)


def remainders(values: NDArray[np.int32], base: int) -> NDArray[np.int32]:
    """Remainders of `values` to `base`, 0 to ``base - 1`` for negative values, too."""
    return values & 1 if base == 2 else values % base  # noqa: PLR2004
