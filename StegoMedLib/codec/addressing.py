"""Keyed addressing: which block carries what, from the key and the block's position alone.

The receiver has to repeat every choice made here, so none of them looks at a pixel (design, "rule of synchronisation").
All randomness is the ChaCha20 key stream (RFC 8439) of a 256-bit key, under a key of its own for each use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from StegoMedLib.labels import label
from StegoMedLib.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["keystream", "permutation", "subkey"]

KEY_BYTES = 32


def subkey(key: bytes, *use: object) -> bytes:
    """Key of 32 bytes for one use of `key`: HKDF-Expand (RFC 5869) with the use spelled out as its label."""
    info = label("/".join(map(str, use)))
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(key)


def keystream(key: bytes, count: int, dtype: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """Draw `count` uniform little-endian integers of `dtype` from the ChaCha20 stream of `key` (32 bytes, one use)."""
    size = np.dtype(dtype).itemsize
    return np.frombuffer(stream(key, count * size), dtype=np.dtype(dtype).newbyteorder("<")).astype(dtype, copy=False)


def permutation(key: bytes, count: int) -> NDArray[np.intp]:
    """Shuffle ``0 .. count-1``: the order of 64-bit draws, ties (one chance in 2^35 at 2^15 items) in index order."""
    drawn = keystream(key, count, np.uint64)
    order = np.argsort(drawn)  # which is quicker, and the same where no two are equal
    ordered = drawn[order]
    return np.argsort(drawn, kind="stable") if np.any(ordered[1:] == ordered[:-1]) else order
