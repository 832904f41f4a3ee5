"""Profile ``reversible``: the cover comes back bit by bit; for lossless storage, image and key suffice.

An anchor says where the head lies, and the head where all else does (module `head`). But for the anchor, everything
lies in layers of prediction errors (module `layer`), which can be undone; the body begins with the record of what the
anchor changed (module `record`). The order of pixels follows from pixels that a layer does not change, so that a
receiver finds it again.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import set_blocks, split_blocks, usable_blocks
from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.cells.canvas import NONCES
from StegoMedLib.codec.cells.erasing import redrawn
from StegoMedLib.codec.cells.layout import CellLayout
from StegoMedLib.codec.cells.profile import Seen
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profile import TAG_BYTES, KeyedProfile, LengthOf, Payload
from StegoMedLib.codec.reversible.body import (
    CODING,
    DIGEST_BYTES,
    SETTINGS_BITS,
    TAG_BITS,
    digest_of,
    places_of,
    settings_mask,
)
from StegoMedLib.codec.reversible.canvas import ReversibleCanvas
from StegoMedLib.codec.reversible.head import Head, heads_in
from StegoMedLib.codec.reversible.layer import Bins, bins_of, bits_of_ones
from StegoMedLib.codec.reversible.record import undone
from StegoMedLib.codec.reversible.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Reversible"]

_VALUES = 2
_KEY_BYTES = 32
_MOSTLY = 0.9
"""Share of the blocks of a message that must be air for it to be erased."""


@dataclass(frozen=True)
class _Unfolded:
    """What lies in the layers.

    Attributes
    ----------
    body : ndarray of bool, shape (t,)
    tag : bytes
    open : ndarray of bool, shape (H, W)
        Pixels that carry the tag.
    before : ndarray of int32, shape (H, W)
        The plane without head and layers; the anchor is still in it.
    """

    body: NDArray[np.bool_]
    tag: bytes
    open: NDArray[np.bool_]
    before: NDArray[np.int32]


class Reversible(KeyedProfile[CellLayout]):
    """The profile under one key, from the key derivation's *positions* label."""

    def __init__(self, key: bytes) -> None:
        super().__init__(CellLayout, subkey(key, "reversible"))

    def nonces(self, shape: tuple[int, int]) -> int:
        """As many as 32 bits can be."""
        del shape
        return NONCES

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> ReversibleCanvas:
        """The canvas that `plane` with its `air` (H, W) is."""
        return ReversibleCanvas(plane, air, self.layout(plane.shape))

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in `plane`, or None; `air` is not looked at."""
        del air
        layout = self.layout(plane.shape)
        if not layout.cells.size:
            return None
        seen = Seen(plane, layout)
        payloads = (_payload(seen, head, length_of) for _, head in heads_in(seen))
        return next((payload for payload in payloads if payload is not None), None)

    def restored(self, plane: Plane, payload: Payload) -> NDArray[np.int32] | None:
        """Pixels (H, W) as they were before the `payload` that was read from `plane`; None where that is not sure."""
        seen = Seen(plane, self.layout(plane.shape))
        mapped = payload.touched
        heads = (head for _, head in heads_in(seen) if mapped is not None and np.array_equal(head.mapped, mapped))
        head = next((head for head in heads if head.nonce == payload.nonce), None)
        found = None if head is None else _unfolded(seen, head)
        return None if head is None or found is None else _cover(seen, head, found, payload)

    def unmarked(self, plane: Plane, payload: Payload) -> NDArray[np.int32]:
        """The cover, or the plane itself where that does not come back."""
        cover = self.restored(plane, payload)
        return plane.pixels if cover is None else cover

    def removed(self, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32] | None:
        """The cover where it comes back; else every pixel of the message's blocks in the air is drawn anew."""
        cover, mapped = self.restored(plane, payload), payload.touched
        if cover is not None and not (cover != plane.pixels)[~air].any():
            return cover
        usable = usable_blocks(air)
        if mapped is None or np.mean(usable[mapped]) < _MOSTLY:
            return None
        mine = np.flatnonzero(usable & mapped)
        pixels, key = plane.pixels.copy(), secrets.token_bytes(_KEY_BYTES)
        blocks = split_blocks(pixels).astype(np.int32)[mine]
        set_blocks(pixels, mine, redrawn(blocks, key, _VALUES, Legal(plane)))
        return pixels


def _payload(seen: Seen, head: Head, length_of: LengthOf) -> Payload | None:
    """The payload that a head leads to, None where no sender lays it out so."""
    fields, length = head.fields, length_of(head.fields.label)
    found = None if length is None else _unfolded(seen, head)
    if length is None or found is None:
        return None
    start, own_bits = found.body.size - length * fields.pieces, 8 * fields.own_bytes
    own = start - 8 * DIGEST_BYTES - own_bits
    if own < 0:
        return None
    return Payload(
        fields.label,
        found.body[start:],
        fields.pieces,
        own=np.packbits(found.body[own : own + own_bits]).tobytes(),
        nonce=head.nonce,
        tag=found.tag,
        touched=head.mapped,
        open=found.open,
    )


def _cover(seen: Seen, head: Head, found: _Unfolded, payload: Payload) -> NDArray[np.int32] | None:
    """Pixels (H, W) without the anchor, too; None where they are not those of the cover."""
    start = found.body.size - payload.bits.size - 8 * DIGEST_BYTES
    anchor = head.blocks[: seen.layout.cells.shape[1]]
    record = found.body[: max(0, start - 8 * len(payload.own))]
    before = undone(record, seen.blocks[anchor].ravel())
    if before is None:
        return None
    cover = found.before.copy()
    set_blocks(cover, anchor, before.reshape(anchor.size, -1))
    said = np.packbits(found.body[start : start + 8 * DIGEST_BYTES]).tobytes()
    return cover if hmac.compare_digest(said, digest_of(seen.layout, head.nonce, cover)) else None


def _unfolded(seen: Seen, head: Head) -> _Unfolded | None:
    """What lies in the layers that a head leads to, None where no sender writes them so."""
    layout, settings, shape = seen.layout, head.settings, seen.plane.shape
    if head.fields.coding != CODING:
        return None
    places = places_of(layout, head.nonce, head.mapped, head.blocks, shape)
    flat, first = head.before, settings.groups(TAG_BITS)
    parts, top = [], None
    while True:
        fixed = first if top is None else 0
        bins = bins_of(flat, places, settings, fixed + settings.groups(settings.count), written=True)
        if bins is None:
            return None
        top, flat = top or (settings, bins), bins.lifted(flat)
        bits = bits_of_ones(bins.ones[fixed:], settings.size)[: settings.count]
        if not settings.below:
            parts.append(bits)
            break
        below = settings.below - 1
        said = bits[:SETTINGS_BITS] ^ settings_mask(layout, head.nonce, below) if bits.size >= SETTINGS_BITS else None
        following = None if said is None else Settings.unpack(np.packbits(said).tobytes())
        if following is None or following.below != below:
            return None
        parts.append(bits[SETTINGS_BITS:])
        settings = following
    body = np.concatenate(parts)
    body ^= layout.slice_bits(head.nonce, "whitening", body.size)
    tag, spots = _tag(*top, first)
    return _Unfolded(body, tag, _spots_in(spots, shape), flat.reshape(shape))


def _tag(settings: Settings, bins: Bins, groups: int) -> tuple[bytes, NDArray[np.intp]]:
    """The tag in the first groups of the last layer, and where these are; no tag in groups that no sender writes."""
    ones = bins.ones[:groups]
    sound = (ones.sum(axis=1) <= 1).all()
    bits = bits_of_ones(ones, settings.size)[:TAG_BITS] & sound
    return np.packbits(bits).tobytes().ljust(TAG_BYTES, b"\0"), bins.spots[:groups]


def _spots_in(spots: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Places of a raveled plane as pixels (H, W)."""
    found = np.zeros(shape, dtype=np.bool_)
    found.ravel()[spots] = True
    return found
