"""The digest of a plane: any pixel that embedding may not touch changes it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DIGEST_BYTES", "pixel_digest", "wire_values"]

DIGEST_BYTES = 32


def pixel_digest(pixels: NDArray[np.int32], open_pixels: NDArray[np.bool_]) -> bytes:
    """SHA-256 (FIPS 180-4) of a plane but for its open pixels.

    Hashed are the numbers of rows and columns (32 bits each), then all pixels row by row as 16 bits, everything
    little-endian; open pixels count as zero.

    Parameters
    ----------
    pixels : ndarray of int32, shape (H, W)
        Stored values; they are taken modulo 65536, so a sign makes no difference to the encoding.
    open_pixels : ndarray of bool, shape (H, W)
        Pixels that the digest must not depend on, because the tag that holds it lies there.

    Returns
    -------
    bytes
        32 bytes.
    """
    values = wire_values(pixels)
    values[open_pixels] = 0
    rows, columns = pixels.shape
    hashed = hashlib.sha256(rows.to_bytes(4, "little") + columns.to_bytes(4, "little"))
    hashed.update(values.data)
    return hashed.digest()


def wire_values(pixels: NDArray[np.int32]) -> NDArray[np.uint16]:
    """Stored values modulo 65536, little-endian whatever the machine; a copy, uint16, shape (H, W)."""
    return np.ascontiguousarray(pixels).astype("<u2")
