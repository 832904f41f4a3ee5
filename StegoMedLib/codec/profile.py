"""What every profile of the codec offers: a canvas to embed in, and a way to read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Generic, TypeVar

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.errors import DoesNotFitError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["LABEL_BITS", "Canvas", "KeyedProfile", "LengthOf", "Payload", "Profile", "Votes", "VotingProfile"]

LengthOf = Callable[[int], "int | None"]
"""Length in bits of the payload with a label, None for a label that no payload has."""

Layout = TypeVar("Layout")

LABEL_BITS = 11

_SIZES_KEPT = 4
"""Sizes of planes whose layouts are kept: a series has one or two, a folder of everything hundreds."""


@dataclass(frozen=True)
class Payload:
    """Bits to embed, and the label (11 bits) that tells the receiver what they are.

    Attributes
    ----------
    label : int
    bits : ndarray of bool, shape (k,)
    count : int
        So many pieces of the kind `label` stand in `bits`, one after the other, each of the label's length.
    votes : ndarray of float64, shape (k,), or None
        How clearly each bit was read, the sign being that of the bit; None where bits are read or not read.
    """

    label: int
    bits: NDArray[np.bool_]
    count: int = 1
    votes: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Votes:
    """Votes of the slots of a plane, or of several planes of one size.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the plane.
    slots : ndarray of float32, shape (S,)
    """

    shape: tuple[int, int]
    slots: NDArray[np.float32]

    def __add__(self, other: Votes) -> Votes:
        """Votes of both."""
        return Votes(self.shape, self.slots + other.slots)


class Canvas(ABC):
    """A plane and its air as the sender of a profile sees them; what capacity and embedding both need is computed once.

    Parameters
    ----------
    plane : Plane
    air : ndarray of bool, shape (H, W)

    Attributes
    ----------
    plane : Plane
    usable : ndarray of bool, shape (H // 4, W // 4)
        Blocks that are all air: no pixel of others changes.
    """

    refusal = "The {} bits of the record do not fit the air around the body; embed a shorter record."
    """What `embed` says when the payload does not fit, given its bits."""

    def __init__(self, plane: Plane, air: NDArray[np.bool_]) -> None:
        self.plane, self.usable = plane, usable_blocks(air)

    @cached_property
    def capacity(self) -> int:
        """Bits that can be embedded, under nearly every key."""
        return self._capacity()

    def embed(self, payload: Payload) -> NDArray[np.int32]:
        """Stego pixels (H, W) that carry `payload`.

        Raises
        ------
        DoesNotFitError
            When the usable blocks cannot carry it.
        """
        stego = self._embedded(payload)
        if stego is None:
            raise DoesNotFitError(self.refusal.format(payload.bits.size))
        return stego

    @abstractmethod
    def _capacity(self) -> int:
        """Bits that can be embedded."""

    @abstractmethod
    def _embedded(self, payload: Payload) -> NDArray[np.int32] | None:
        """Stego pixels (H, W), None where the payload does not fit."""


class Profile(ABC):
    """A named codec, under a key where it has one."""

    @abstractmethod
    def on(self, plane: Plane, air: NDArray[np.bool_]) -> Canvas:
        """The canvas that `plane` with its `air` (H, W) is."""

    @abstractmethod
    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in a plane, or None when nothing can be read.

        Parameters
        ----------
        plane : Plane
        air : ndarray of bool, shape (H, W), or None
            Where the sender could write, as far as the receiver knows. Only some profiles look at it.
        length_of : callable
            Length in bits of one piece of the payload with a label.
        """


class KeyedProfile(Profile, Generic[Layout]):
    """A profile under a key.

    Parameters
    ----------
    make : callable
        Gives the layout of planes of a size under a key, by the key and the plane's rows and columns.
    key : bytes
        32 bytes.

    Attributes
    ----------
    layout : callable
        Gives the layout of planes of a size, by their rows and columns; made once for each of the last sizes.
    """

    def __init__(self, make: Callable[[bytes, tuple[int, int]], Layout], key: bytes) -> None:
        self.layout = lru_cache(maxsize=_SIZES_KEPT)(partial(make, key))


class VotingProfile(Profile):
    """A profile that reads votes, which add up over planes of one size."""

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in a plane, or None; votes of what the receiver knows to be `air` count more."""
        votes = self.votes(plane)
        return None if votes is None else self.decide(votes, air, length_of)

    @abstractmethod
    def votes(self, plane: Plane) -> Votes | None:
        """What `plane` says, in units that votes of several planes can be summed in; None if it is too small."""

    @abstractmethod
    def decide(self, votes: Votes, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload that votes stand for, with its bits' votes; None where no header stands out."""
