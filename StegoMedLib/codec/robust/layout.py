"""Layout of the robust profile for a plane size under a key: which slot carries what, and with which sign.

Bits are dealt to the slots along a curve through the plane, in keyed permutations one after the other: every run of as
many slots as there are bits carries each bit once. So any area of a size carries all bits equally often, give or take
one: no bit is left without votes by a mask or a crop, as independent random addresses would leave some.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import keystream, subkey
from StegoMedLib.codec.profile import LABEL_BITS
from StegoMedLib.codec.robust.slots import SlotGrid

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CODE_BITS", "HEADER_RUN", "RobustLayout", "codebook"]

CODE_BITS = 64
"""Bits of a label's codeword."""

HEADER_RUN = 24
"""One slot of so many, at a place that the key chooses, carries the header."""

_LENGTHS_KEPT = 2


def codebook(key: bytes) -> NDArray[np.float32]:
    """A random codeword of +-1 for every label; float32, shape (2048, 64).

    No two of them agree on more than about four fifths of their bits. A label is found by the best correlation, which
    is maximum likelihood decoding, and how good it is tells whether there is a header at all.
    """
    drawn = keystream(subkey(key, "codebook"), (1 << LABEL_BITS) * CODE_BITS // 8, np.uint8)
    bits = np.unpackbits(drawn.astype(np.uint8)).reshape(1 << LABEL_BITS, CODE_BITS)
    return np.where(bits, np.float32(1), np.float32(-1))


class RobustLayout:
    """What key and plane size fix for every slot; nothing here depends on a pixel.

    Parameters
    ----------
    key : bytes
        32 bytes.
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    grid : SlotGrid
    signs : ndarray of float32, shape (S,)
        +-1: the direction in which a slot stands for a 1.
    header : ndarray of intp, shape (H,)
        Slots of the header, sorted by the bit of the codeword that they carry.
    header_starts : ndarray of intp, shape (64,)
        Where each bit's slots begin in `header`.
    owners : callable
        Gives the bit that each slot carries, by the payload's length: 0 to length - 1 of the payload, and from the
        length on of the codeword; intp, shape (S,).
    """

    def __init__(self, key: bytes, shape: tuple[int, int]) -> None:
        self.grid = SlotGrid(shape)
        self._key = subkey(key, "layout", *shape)
        drawn = keystream(subkey(self._key, "signs"), -(-self.grid.count // 8), np.uint8).astype(np.uint8)
        self.signs = np.where(np.unpackbits(drawn)[: self.grid.count], np.float32(1), np.float32(-1))
        heads, bodies = self._split()
        bits = np.concatenate([_dealt(self._key, head.size, CODE_BITS, "header", k) for k, head in enumerate(heads)])
        order = np.argsort(bits, kind="stable")
        self.header = np.concatenate(heads)[order]
        self.header_starts = np.searchsorted(bits[order], np.arange(CODE_BITS))
        carried = self.header, bits[order]
        self.owners = lru_cache(maxsize=_LENGTHS_KEPT)(partial(_owners, self._key, self.grid.count, carried, bodies))

    def _split(self) -> tuple[list[NDArray[np.intp]], list[NDArray[np.intp]]]:
        """Slots of header and body of each scale, along the curve."""
        heads, bodies = [], []
        for scale, slots in enumerate(self.grid.along_curve()):
            starts = np.arange(0, slots.size, HEADER_RUN)
            drawn = keystream(subkey(self._key, "heads", scale), starts.size, np.uint16).astype(np.intp)
            places = np.minimum(starts + drawn % HEADER_RUN, slots.size - 1)
            heads.append(slots[places])
            bodies.append(np.delete(slots, places))
        return heads, bodies


def _owners(
    key: bytes,
    count: int,
    header: tuple[NDArray[np.intp], NDArray[np.intp]],
    bodies: list[NDArray[np.intp]],
    length: int,
) -> NDArray[np.intp]:
    """Bit that each of `count` slots carries, `header` being the slots of the codeword and their bits."""
    owners = np.empty(count, dtype=np.intp)
    owners[header[0]] = length + header[1]
    for scale, body in enumerate(bodies):
        owners[body] = _dealt(key, body.size, length, "body", scale, length)
    return owners


def _dealt(key: bytes, slots: int, bits: int, *use: object) -> NDArray[np.intp]:
    """Bits dealt to so many slots: permutations of all bits, one after the other; intp, shape (slots,)."""
    rounds = -(-slots // bits) if bits else 0
    drawn = keystream(subkey(key, *use), rounds * bits, np.uint64).reshape(rounds, bits)
    return np.argsort(drawn, axis=1, kind="stable").ravel()[:slots]
