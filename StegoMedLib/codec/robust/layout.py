"""Layout of the robust profile for a plane size under a key: which slot carries what, and with which sign.

A few slots are for *acquisition*: what a receiver finds the mark's nonce by. They lie at places of the key, and carry
one of its patterns of +-1, cyclically shifted; pattern and shift are the nonce. Nonce and key then say where the other
slots lie and what their signs are, so that no two slices have any carrier in common. Those slots are thought of in an
order that is the same for all nonces (*canonical*), in which votes of slices can be summed.

Bits are dealt to the canonical slots along a curve through the plane, in keyed permutations one after the other: every
run of as many slots as there are bits carries each bit once. So any area of a size carries all bits equally often, give
or take a few: no bit is left without votes by a mask or a crop, as independent random addresses would leave some.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import rfft

from StegoMedLib.codec.addressing import keystream, permutation, subkey
from StegoMedLib.codec.profile import LABEL_BITS
from StegoMedLib.codec.robust.slots import SlotGrid

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CODE_BITS", "OWN_BITS", "Carriers", "RobustLayout", "codebook"]

CODE_BITS = 64
"""Bits of a label's codeword."""

OWN_BITS = 96
"""Bits that tie a slice to its mark."""

_ACQUISITION, _LABEL, _OWN = 24, 36, 20
"""One slot of so many, at a place that the key chooses, is for acquisition; and of the others, for label and own."""

_OWN_ENOUGH = 12 * OWN_BITS
"""Slots for own bits that small planes have, too, as far as a quarter of all slots goes."""

_PATTERNS = 8
"""Patterns that are drawn; the negative of each is one more."""

_RUN = 256
"""Slots along the curve among which the nonce shifts what they carry: few enough to be neighbours, and so many that a
slot's mean loudness over nonces is that of all others, although some bits are louder than others."""

_LENGTHS_KEPT, _NONCES_KEPT = 2, 2


def codebook(key: bytes) -> NDArray[np.float32]:
    """A random codeword of +-1 for every label; float32, shape (2048, 64).

    No two of them agree on more than about four fifths of their bits. A label is found by the best correlation, which
    is maximum likelihood decoding, and how good it is tells whether there is a label at all.
    """
    return _signs(subkey(key, "codebook"), (1 << LABEL_BITS) * CODE_BITS).reshape(-1, CODE_BITS)


@dataclass(frozen=True)
class Carriers:
    """What the slots of a plane carry under one nonce.

    Attributes
    ----------
    owners : ndarray of intp, shape (S,)
        Bit of each slot: of the payload, from its length on of the codeword, then of the own bits, and after all of
        them one bit that is always 1 and stands for acquisition.
    signs : ndarray of float32, shape (S,)
        +-1: the direction in which the slot stands for a 1.
    """

    owners: NDArray[np.intp]
    signs: NDArray[np.float32]


class RobustLayout:
    """What key and plane size fix; nothing here depends on a pixel.

    Parameters
    ----------
    key : bytes
        32 bytes.
    shape : tuple of int
        Rows and columns of the plane.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the plane.
    grid : SlotGrid
    nonces : int
        Nonces there are.
    acquisition : ndarray of intp, shape (A,)
        Slots for acquisition, in the order of the patterns.
    label, own, body : ndarray of intp, shapes (L,), (O,), (B,)
        Canonical slots that carry the codeword, the own bits, and the payload.
    label_bits : ndarray of intp, shape (L,)
        Bits of the codeword that they carry.
    places : callable
        Gives the slot of each canonical one under a nonce; intp, shape (S - A,).
    signs : callable
        Gives the signs of the canonical slots under a nonce; float32, shape (S - A,).
    dealt : callable
        Gives the bit of each canonical slot by the payload's length, as `Carriers.owners` has them; intp, (S - A,).
    """

    def __init__(self, key: bytes, shape: tuple[int, int]) -> None:
        self.shape, self.grid = shape, SlotGrid(shape)
        self._key = subkey(key, "layout", *shape)
        curve, count = np.concatenate(self.grid.along_curve()), _most_smooth(self.grid.count // _ACQUISITION)
        places = _one_of_each_run(subkey(self._key, "acquisition"), curve.size, count)
        self.acquisition = curve[places][permutation(subkey(self._key, "order"), count)]
        self.nonces = 2 * _PATTERNS * count
        self._rest = np.delete(curve, places)
        canonical = np.arange(self._rest.size)
        places = _one_of_each_run(subkey(self._key, "label"), canonical.size, canonical.size // _LABEL)
        self.label, canonical = places, np.delete(canonical, places)
        own = max(self._rest.size // _OWN, min(self._rest.size // 4, _OWN_ENOUGH))
        places = _one_of_each_run(subkey(self._key, "own"), canonical.size, own)
        self.own, self.body = canonical[places], np.delete(canonical, places)
        self.label_bits = _dealt(subkey(self._key, "label bits"), self.label.size, CODE_BITS)
        self.places = lru_cache(maxsize=_NONCES_KEPT)(self._places)
        self.signs = lru_cache(maxsize=_NONCES_KEPT)(self._signs)
        self.dealt = lru_cache(maxsize=_LENGTHS_KEPT)(self._dealt)

    @cached_property
    def spectra(self) -> NDArray[np.complex64]:
        """Fourier transforms of the patterns that are drawn; complex64, shape (8, A // 2 + 1)."""
        return np.asarray(rfft(self._patterns, axis=1), dtype=np.complex64)

    def pattern(self, nonce: int) -> NDArray[np.float32]:
        """Signs of the slots for acquisition under a nonce, float32 (A,)."""
        number, shift = divmod(nonce, self.acquisition.size)
        negative, drawn = divmod(number, _PATTERNS)
        return np.asarray(np.roll(self._patterns[drawn], -shift) * np.float32(1 - 2 * negative), dtype=np.float32)

    def carriers(self, nonce: int, length: int) -> Carriers:
        """What all slots carry under a nonce, for a payload of `length` bits."""
        owners = np.full(self.grid.count, length + CODE_BITS + OWN_BITS, dtype=np.intp)
        signs = np.empty(self.grid.count, dtype=np.float32)
        places = self.places(nonce)
        owners[places], signs[places] = self.dealt(length), self.signs(nonce)
        signs[self.acquisition] = self.pattern(nonce)
        return Carriers(owners, signs)

    @cached_property
    def _patterns(self) -> NDArray[np.float32]:
        drawn = _signs(subkey(self._key, "patterns"), _PATTERNS * self.acquisition.size)
        return drawn.reshape(_PATTERNS, -1)

    @cached_property
    def _shifted(self) -> NDArray[np.intp]:
        """Slots of each run under each shift, a view; intp, shape (runs, 256, 256)."""
        runs = self._rest[: self._rest.size // _RUN * _RUN].reshape(-1, _RUN)
        return sliding_window_view(np.hstack([runs, runs[:, :-1]]), _RUN, axis=1)

    def _places(self, nonce: int | None) -> NDArray[np.intp]:
        """Slot of each canonical one; without a nonce as if nothing were shifted, which is near enough."""
        if nonce is None:
            return self._rest
        runs = len(self._shifted)
        shifts = keystream(subkey(self._key, "shifts", nonce), runs, np.uint8).astype(np.intp)
        return np.concatenate([self._shifted[np.arange(runs), shifts].ravel(), self._rest[runs * _RUN :]])

    def _signs(self, nonce: int) -> NDArray[np.float32]:
        return _signs(subkey(self._key, "signs", nonce), self._rest.size)

    def _dealt(self, length: int) -> NDArray[np.intp]:
        owners = np.full(self._rest.size, length + CODE_BITS + OWN_BITS, dtype=np.intp)
        if length:
            owners[self.body] = _dealt(subkey(self._key, "body", length), self.body.size, length)
        owners[self.label] = length + self.label_bits
        owners[self.own] = length + CODE_BITS + _dealt(subkey(self._key, "own bits"), self.own.size, OWN_BITS)
        return owners


def _signs(key: bytes, count: int) -> NDArray[np.float32]:
    """So many +-1: the bits of the key stream from the highest of each byte on, 1 for +1."""
    drawn = np.unpackbits(keystream(key, -(-count // 8), np.uint8).astype(np.uint8), count=count)
    return drawn.astype(np.float32) * np.float32(2) - np.float32(1)


def _one_of_each_run(key: bytes, slots: int, count: int) -> NDArray[np.intp]:
    """Places of `count` of `slots`, one drawn from each of so many runs of about one length; intp, shape (count,)."""
    bounds = np.arange(count + 1) * slots // max(count, 1)
    return bounds[:-1] + keystream(key, count, np.uint16).astype(np.intp) % np.diff(bounds)


def _dealt(key: bytes, slots: int, bits: int) -> NDArray[np.intp]:
    """Bits dealt to so many slots: permutations of all bits, one after the other; intp, shape (slots,)."""
    rounds = -(-slots // bits)
    drawn = keystream(key, rounds * bits, np.uint64).reshape(rounds, bits)
    return np.argsort(drawn, axis=1, kind="stable").ravel()[:slots]


def _most_smooth(most: int) -> int:
    """Largest number up to `most` without a prime factor above 5, for which Fourier transforms are fast."""
    found = 1
    for five in (5**power for power in range(most.bit_length())):
        for three in (five * 3**power for power in range(most.bit_length())):
            if three <= most:
                found = max(found, three << (most // three).bit_length() - 1)
    return found
