"""Masks as bytes: smooth ones deflate to a few hundred."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["packed_mask", "unpacked_mask"]

_USUAL, _BEST = 6, 9
_RAW = -15
"""Raw deflate, neither header nor checksum."""


def packed_mask(mask: NDArray[np.bool_], *, raw: bool = False) -> bytes:
    """One bit a value, deflated (RFC 1950); `raw` is RFC 1951 at its hardest, for what travels in an image.

    Smaller on real masks than the same after differences of rows, or bzip2: 80 to 470 bytes for 16,384 blocks.
    """
    packer = zlib.compressobj(_BEST if raw else _USUAL, zlib.DEFLATED, _RAW if raw else zlib.MAX_WBITS)
    return packer.compress(np.packbits(mask).tobytes()) + packer.flush()


def unpacked_mask(packed: bytes, shape: tuple[int, ...], *, raw: bool = False) -> NDArray[np.bool_]:
    """Undo `packed_mask`; `ValueError` where `packed`, which may be anything, is no mask of that shape."""
    count = math.prod(shape)
    size = -(-count // 8)
    try:
        bits = zlib.decompressobj(_RAW if raw else zlib.MAX_WBITS).decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError("a packed mask is damaged") from error
    if len(bits) != size:
        raise ValueError(f"a packed mask is none of shape {shape}")
    return np.unpackbits(np.frombuffer(bits, np.uint8), count=count).astype(np.bool_).reshape(shape)
