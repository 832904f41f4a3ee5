"""What every profile of the codec offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["LengthOf", "Payload", "Profile", "Votes", "VotingProfile"]

LengthOf = Callable[[int], "int | None"]
"""Length in bits of the payload with a label, None for a label that no payload has."""


@dataclass(frozen=True)
class Payload:
    """Bits to hide, and the label (11 bits) that tells the receiver what they are.

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


class Profile(Protocol):
    """A named codec under a key."""

    def room(self, plane: Plane, usable: NDArray[np.bool_]) -> int:
        """Bits that `usable` blocks (H // 4, W // 4) of a plane can carry."""

    def embed(self, plane: Plane, usable: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
        """Stego pixels (H, W); only usable blocks differ from the cover. Raises `DoesNotFitError`."""

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in a plane, or None when nothing can be read; `usable` only where the profile needs a mask."""


class VotingProfile(Profile, Protocol):
    """A profile that reads votes, which add up over planes of one size."""

    def votes(self, plane: Plane) -> Votes | None:
        """What `plane` says, in units that votes of several planes can be summed in; None if it is too small."""

    def decide(self, votes: Votes, usable: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload that votes stand for, with its bits' votes; None where no header stands out."""
