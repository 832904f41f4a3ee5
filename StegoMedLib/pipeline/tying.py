"""Ties messages to slices, and tells afterwards whether a slice is the one that its message was tied to."""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.binding import (
    HEAD_BYTES,
    SIGNATURE_BYTES,
    Likeness,
    Part,
    Shared,
    altered_tiles,
    compare_tags,
    features,
    likeness,
    make_tag,
    pixel_digest,
    rectangles,
    signature,
    tagged_tiles,
    tile_key,
    tile_tags,
    unpack_part,
)
from StegoMedLib.codec.profile import Payload
from StegoMedLib.dicom import Number
from StegoMedLib.pipeline.geometry import geometry_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Profile, Votes
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.slice import Slice

__all__ = ["Evidence", "State", "Tie", "Verdict", "draw_nonces", "largest_own"]


class State(Enum):
    """What a slice is to the message that it carries."""

    INTACT = "intact"
    ALTERED = "altered"
    ANOTHER = "another image"
    UNKNOWN = "cannot tell"


_OF_LIKENESS = {Likeness.SAME: State.ALTERED, Likeness.OTHER: State.ANOTHER, Likeness.UNSURE: State.UNKNOWN}
"""What a slice is whose pixels are not as they were sealed."""


def largest_own(shape: tuple[int, int], tiles: int) -> int:
    """Bytes of the own part of a slice of rows and columns at most, with tiles of a side or (0) without."""
    return HEAD_BYTES + (2 * -(-shape[0] // tiles) * -(-shape[1] // tiles) if tiles else 0)


def nonces_in(profile: Profile, shape: tuple[int, int]) -> int:
    """Nonces that there are for slices of `shape` (H, W)."""
    return max(1, profile.nonces(shape))


def draw_nonces(profile: Profile, shape: tuple[int, int], message: Message, number: Number) -> tuple[int, ...]:
    """Nonces for a slice of `shape` (H, W): one at random, or, where slices share an envelope, by its number."""
    count = nonces_in(profile, shape)
    if message.shared is None:
        return (secrets.randbelow(count),)
    return message.shared.nonces_of(number.number, count)


class Tie:
    """Ties one message to one slice (see `codec.profile.Binder`).

    Parameters
    ----------
    each : Slice
    number : Number
    message : Message
    tiles : int
        Pixels on a side of the tiles whose alteration shall be told from others'; 0 for none.
    nonces : tuple of int
        As `draw_nonces` gives them, where they were drawn already.
    """

    def __init__(
        self,
        each: Slice,
        number: Number,
        message: Message,
        *,
        tiles: int = 0,
        nonces: tuple[int, ...] = (),
    ) -> None:
        self._plane, self._number, self._message, self.tiles = each.plane, number, message, tiles
        self._key, self._geometry, self._nonces = message.binding_key, geometry_of(each), 1
        self._drawn = nonces

    def nonces(self, profile: Profile) -> tuple[int, ...]:
        """The slice's nonces, to be tried in turn."""
        self._nonces = nonces_in(profile, self._plane.shape)
        return self._drawn or draw_nonces(profile, self._plane.shape, self._message, self._number)

    def own_bytes(self, touched: NDArray[np.bool_] | None) -> int:
        """Length of the own part: of the signature alone where nobody knows which blocks are touched."""
        if touched is None:
            return SIGNATURE_BYTES
        tagged = tagged_tiles(touched, self._plane.shape, self.tiles).sum() if self.tiles else 0
        return HEAD_BYTES + 2 * int(tagged)

    def own(self, nonce: int, touched: NDArray[np.bool_] | None) -> bytes:
        """The signature, or the part that a tag goes with."""
        if touched is None:
            return self._signature
        number = self._number
        part = Part(number.series, number.number, number.count, self._signature, self.tiles, bool(self._geometry))
        if self.tiles:
            key = tile_key(self._key, nonce, part.head)
            part = replace(part, tags=tile_tags(self._plane.pixels, touched, self.tiles, key))
        return part.pack()

    def tag(self, nonce: int, own: bytes, stego: NDArray[np.int32], unfinished: NDArray[np.bool_]) -> bytes:
        """The tag of the plane as it will be."""
        digest = pixel_digest(stego, unfinished)
        return make_tag(self._key, nonce, own, self._message.text.encode(), digest=digest, geometry=self._geometry)

    @cached_property
    def _signature(self) -> bytes:
        return signature(features(self._plane.pixels, views=1), self._key)

    def holds(self, stored: Slice, payload: Payload) -> bool:
        """Whether a receiver of `stored`, which reads `payload` there, finds the slice to be what it was tied to."""
        evidence = Evidence.read(stored, payload, self._message.text, self._nonces)
        shared = b"" if self._message.shared is None else self._message.shared.pack()
        state = evidence.judged(self._key, shared).state
        return state is State.INTACT or (not payload.tag and state is State.UNKNOWN)


@dataclass(frozen=True)
class Verdict:
    """What a slice turned out to be.

    Attributes
    ----------
    state : State
    detail : str
        What was altered, for people; empty where the state says all.
    number : Number or None
        What the slice was in its series when it was sealed, where that is certain.
    tiles : ndarray of bool or None
        Tiles that were altered, where there are tiles.
    side : int
        Of the tiles, in pixels.
    shape : tuple of int
        Rows and columns of the slice.
    """

    state: State
    detail: str = ""
    number: Number | None = None
    tiles: NDArray[np.bool_] | None = field(default=None, repr=False)
    side: int = 0
    shape: tuple[int, int] = (0, 0)

    def as_json(self) -> dict[str, object]:
        """Part of a slice's row in the JSON report; the number counts from 1."""
        found = [] if self.tiles is None else rectangles(self.tiles, self.shape, self.side)
        return {
            "binding": self.state.value,
            "altered": self.detail,
            "number": None if self.number is None else self.number.number + 1,
            "count": None if self.number is None else self.number.count,
            "altered_tiles": [list(rectangle) for rectangle in found],
        }


@dataclass(frozen=True)
class Evidence:
    """What a slice says for being judged when the key is known.

    Attributes
    ----------
    payload : Payload
        As it was read, without its bits.
    text : bytes
        What the symbols said.
    nonces : int
        That there are for such slices under the profile.
    digest, geometry : bytes
        Of the pixels, where the message has a tag, and of the header.
    plane : Plane or None
        Where it is at hand: thousands of slices may wait for the key without.
    errors : float
        Share of the bits that were read wrong.
    """

    payload: Payload = field(repr=False)
    text: bytes = field(repr=False)
    nonces: int
    digest: bytes
    geometry: bytes
    plane: Plane | None = field(repr=False)
    errors: float = 0.0

    @classmethod
    def read(cls, each: Slice, payload: Payload, text: str, nonces: int = 1, errors: float = 0.0) -> Evidence:
        """What a slice says in which a message was read."""
        plane = each.plane
        digest = b"" if payload.open is None else pixel_digest(plane.pixels, payload.open)
        kept = replace(payload, bits=_NO_BITS, votes=None, open=None)
        return cls(kept, text.encode(), nonces, digest, geometry_of(each), plane, errors)

    @classmethod
    def heard(cls, each: Slice, votes: Votes, nonces: int) -> Evidence:
        """What a slice says of which nothing but votes was taken."""
        payload = Payload(0, _NO_BITS, own=bytes(SIGNATURE_BYTES), nonce=votes.nonce or 0, own_votes=votes.own_votes)
        return cls.read(each, payload, "", nonces, _errors(votes.own_votes))

    def waiting(self) -> Evidence:
        """The same without what is large."""
        return replace(self, payload=replace(self.payload, touched=None), plane=None)

    def judged(self, key: bytes, context: bytes) -> Verdict:
        """Tell what the slice is to its message, given the binding key and what was sealed beside the record."""
        if self.payload.tag:
            return self._by_tag(key)
        if not self.payload.own:
            return Verdict(State.UNKNOWN, "its profile ties no record to an image")
        return self._by_signature(key, context)

    def _by_tag(self, key: bytes) -> Verdict:
        payload, part = self.payload, unpack_part(self.payload.own)
        if part is None:
            return Verdict(State.ALTERED, "what ties the record to it is damaged")
        sealed = self.geometry if part.geometry else b""
        made = make_tag(key, payload.nonce, payload.own, self.text, digest=self.digest, geometry=sealed)
        pixels, header = compare_tags(payload.tag, made)
        number = Number(part.series, part.number, part.count) if pixels or header else None
        if pixels and (header or (part.geometry and not self.geometry)):
            return Verdict(State.INTACT, number=number)
        if pixels:
            verdict = Verdict(State.ALTERED, "its header places it, or says its values, otherwise than it did", number)
            return verdict if self.plane is None else self._with_tiles(verdict, part, key, self.plane)
        if self.plane is None:
            return Verdict(State.UNKNOWN, number=number)
        state = _OF_LIKENESS[likeness(features(self.plane.pixels), key, part.signature)]
        verdict = Verdict(state, "its pixels were changed" if state is State.ALTERED else "", number)
        return self._with_tiles(verdict, part, key, self.plane) if state is State.ALTERED else verdict

    def _with_tiles(self, verdict: Verdict, part: Part, key: bytes, plane: Plane) -> Verdict:
        touched = self.payload.touched
        if touched is None or not part.tile:
            return verdict
        own_key = tile_key(key, self.payload.nonce, part.head)
        tiles = altered_tiles(plane.pixels, touched, part.tile, own_key, part.tags)
        return replace(verdict, tiles=tiles, side=part.tile, shape=plane.shape)

    def _by_signature(self, key: bytes, context: bytes) -> Verdict:
        payload, shared = self.payload, Shared.unpack(context)
        if self.plane is None:
            return Verdict(State.UNKNOWN)
        sealed = payload.own if payload.own_votes is None else payload.own_votes
        alike = likeness(features(self.plane.pixels), key, sealed, self.errors)
        state = State.INTACT if alike is Likeness.SAME else _OF_LIKENESS[alike]
        number = None if shared is None else shared.number(payload.nonce, self.nonces)
        placed = None if shared is None or number is None else Number(shared.series, number, shared.count)
        return Verdict(state, number=placed)


def _errors(votes: NDArray[np.float64] | None) -> float:
    """Share of bits that are read wrong by votes like these: they lie about two means that differ in sign alone."""
    if votes is None or not votes.size:
        return 0.0
    size = np.abs(votes)
    clear = float(size.mean()) / max(float(size.std()), _TINY)
    return 0.5 * math.erfc(clear / math.sqrt(2))


_TINY = 1e-9
_NO_BITS = np.zeros(0, dtype=np.bool_)
