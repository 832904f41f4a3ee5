"""What both ends of a message have in common: where its body lies, what hides it, and what is said of the cover."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.profile import TAG_BYTES
from StegoMedLib.codec.reversible.places import COLOURS, Places
from StegoMedLib.codec.reversible.settings import SETTINGS_BYTES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.cells.layout import CellLayout

__all__ = ["CODING", "DIGEST_BYTES", "SETTINGS_BITS", "TAG_BITS", "bits_of", "digest_of", "places_of", "settings_mask"]

CODING = 1
DIGEST_BYTES = 8
SETTINGS_BITS, TAG_BITS = 8 * SETTINGS_BYTES, 8 * TAG_BYTES


def bits_of(packed: bytes) -> NDArray[np.bool_]:
    """Bits of some bytes, the highest of each first."""
    return np.unpackbits(np.frombuffer(packed, dtype=np.uint8)).astype(np.bool_)


def places_of(
    layout: CellLayout, nonce: int, mapped: NDArray[np.bool_], head: NDArray[np.intp], shape: tuple[int, int]
) -> Places:
    """Places of the body: all blocks of the map without those of the `head` (n,), in the slice's order."""
    free = mapped.ravel().copy()
    free[head] = False
    return Places(layout.slice_order(nonce, np.flatnonzero(free)), shape, nonce % COLOURS)


def settings_mask(layout: CellLayout, nonce: int, below: int) -> NDArray[np.bool_]:
    """What hides the settings of the layer that has so many below it; bool, shape (40,)."""
    return layout.slice_bits(nonce, f"layer/{below}", SETTINGS_BITS)


def digest_of(layout: CellLayout, nonce: int, cover: NDArray[np.int32]) -> bytes:
    """What is said of a cover (H, W): so many bytes of an HMAC-SHA-256, as a receiver restores it."""
    message = nonce.to_bytes(4, "big") + hashlib.sha256(cover.astype("<u2").tobytes()).digest()
    return hmac.new(subkey(layout.key, "cover"), message, hashlib.sha256).digest()[:DIGEST_BYTES]
