"""What is done to one slice by itself, whichever process does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.errors import MarkedAlreadyError
from StegoMedLib.pipeline.blind import BlindReader
from StegoMedLib.pipeline.clock import Clock
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import NoMessage
from StegoMedLib.pipeline.slices import (
    Cover,
    EmbeddedSlice,
    embed_in_air,
    embed_slice,
    measure_slice,
    pass_slice,
    room_in,
)
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.series.region import proof_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Number
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.pipeline.options import Method
    from StegoMedLib.pipeline.slices import Metrics
    from StegoMedLib.regions import Proof, Reason
    from StegoMedLib.series.region import Region
    from StegoMedLib.series.slice import Slice

__all__ = ["Measured", "Outcome", "Room", "SliceWork", "Task"]


@dataclass(frozen=True)
class Room:
    """Capacity of a slice in bits, and what took most of its air; `shape` is (H, W)."""

    shape: tuple[int, int]
    capacity: int
    weightiest: Reason


@dataclass(frozen=True)
class Measured:
    """Capacity of a slice in bits, its usable blocks (bool, shape (H // 4, W // 4)), and what the guard proves."""

    capacity: int
    usable: NDArray[np.bool_]
    proof: Proof


@dataclass(frozen=True)
class Task:
    """What a slice is to carry.

    Attributes
    ----------
    message : Message or NoMessage
    number : Number
        Of the slice in its series.
    nonces : tuple of int
        To be tried in turn; none where they are to be drawn.
    """

    message: Message | NoMessage
    number: Number
    nonces: tuple[int, ...] = ()

    @property
    def sealed(self) -> Message | None:
        """The message, where there is one."""
        return None if isinstance(self.message, NoMessage) else self.message


@dataclass(frozen=True)
class Outcome:
    """What became of a slice.

    Attributes
    ----------
    stego : ndarray of int32, shape (H, W), or None
        None for a slice that was skipped.
    reason : str
        Why it was skipped.
    metrics : dict
    pixels : dict
        How many pixels the guard counts, by its reasons.
    weightiest : Reason
    result : EmbeddedSlice or None
        All that is known, in the process that worked it out.
    """

    stego: NDArray[np.int32] | None
    reason: str
    metrics: Metrics
    pixels: dict[str, int]
    weightiest: Reason
    result: EmbeddedSlice | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """What others need of it; stored values, which have 16 bits, in as many."""
        stego: NDArray[np.integer[Any]] | None = self.stego
        if stego is not None:
            stego = stego.astype(np.int16 if stego.min(initial=0) < 0 else np.uint16)
        return _outcome, (stego, self.reason, self.metrics, self.pixels, self.weightiest)


def _outcome(stego: NDArray[np.integer[Any]] | None, *others: Any) -> Outcome:  # noqa: ANN401  as they were packed
    return Outcome(None if stego is None else stego.astype(np.int32), *others)


@dataclass
class SliceWork:
    """The work on each slice, under one key and method.

    Attributes
    ----------
    key : Key or None
        None where no record is looked for.
    locators : tuple of bytes
        Of the key.
    method : Method
    locator : bytes
        The one under which records are embedded.
    clock : Clock
    """

    key: Key | None = field(repr=False)
    locators: tuple[bytes, ...] = field(repr=False)
    method: Method
    locator: bytes = field(repr=False)
    clock: Clock = field(default_factory=Clock)

    def __reduce__(self) -> tuple[object, ...]:
        """Another process makes the same anew."""
        return SliceWork, (self.key, self.locators, self.method, self.locator)

    @cached_property
    def coding(self) -> Coding:
        """The profile."""
        return coding(self.method.profile, self.locator, beta=self.method.beta, strength=self.method.strength)

    @cached_property
    def _reader(self) -> BlindReader:
        assert self.key is not None  # noqa: S101  whoever asks for records gave it
        return BlindReader(self.key, sealed_too=True, locators=self.locators)

    def check(self, each: Slice) -> None:
        """Decode a slice.

        Raises
        ------
        UnusableInputError
            It cannot be decoded.
        MarkedAlreadyError
            It carries a record that the key reads, or that lies where records under this key do.
        """
        self.decode(each)
        if self._reader.read(each.plane, None) is not None:
            raise MarkedAlreadyError(each.name)
        self.clock.lap("checking")

    def decode(self, each: Slice) -> None:
        """Decode a slice now, and not while something else is timed."""
        each.plane  # noqa: B018
        self.clock.lap("reading")

    def room(self, each: Slice, region: Region) -> Room:
        """Capacity of a slice outside its region."""
        found = self.measure(each, region)
        self.clock.lap("surveying")
        return Room(each.plane.shape, found.capacity, found.proof.weightiest)

    def measure(self, each: Slice, region: Region) -> Measured:
        """Capacity of a slice outside its region, with what it follows from."""
        self.decode(each)
        proof = proof_of(each.plane, region)
        canvas = self.coding.profile.on(each.plane, proof.air)
        return Measured(canvas.capacity, canvas.usable, proof)

    def embed(self, each: Slice, cover: Cover, task: Task) -> Outcome:
        """Embed a message in the air of what a slice is as a cover; without a message it is skipped.

        Measures compare the result with the slice as it came.
        """
        self.decode(each)
        result = self._result(cover, task)
        self.clock.lap("embedding")
        metrics = room_in(each.plane, result, task.sealed, self.coding)
        if self.method.measured and task.sealed is not None:
            metrics |= measure_slice(each.plane, cover.region.significant, result, task.sealed)
        self.clock.lap("measuring")
        proof = result.proof
        return Outcome(result.stego, result.reason, metrics, proof.counts, proof.weightiest, result)

    def embed_as_it_is(self, each: Slice, region: Region, task: Task) -> Outcome:
        """Embed a message in a slice that is its own cover."""
        return self.embed(each, Cover(each, region), task)

    def _result(self, cover: Cover, task: Task) -> EmbeddedSlice:
        each, region, message = cover.cover, cover.region, task.message
        if cover.reason or isinstance(message, NoMessage):
            reason = message.reason if isinstance(message, NoMessage) else ""
            return pass_slice(each.plane, region, self.coding, cover.reason or reason)
        tie = Tie(each, task.number, message, tiles=self.method.tiles, nonces=task.nonces)
        if cover.proof is None or self.coding.info.needs_mask:
            return embed_slice(each, region, message, self.coding, tie)
        return embed_in_air(each, cover.proof, message, self.coding, tie)
