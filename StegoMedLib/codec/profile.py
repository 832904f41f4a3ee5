"""What every profile of the codec offers: a canvas to embed in, and a way to read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.errors import DoesNotFitError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["LABEL_BITS", "TAG_BYTES", "UNBOUND", "Binder", "Canvas", "KeyedProfile", "LengthOf", "Payload", "Profile"]
__all__ += ["Votes", "VotingProfile"]

LengthOf = Callable[[int], "int | None"]
"""Length in bits of the payload with a label, None for a label that no payload has."""

Layout = TypeVar("Layout")

LABEL_BITS = 11

TAG_BYTES = 20
"""Length of the tag that is embedded last."""

_SIZES_KEPT = 4
"""Sizes of planes whose layouts are kept: a series has one or two, a folder of everything hundreds."""

_KEYS_KEPT = 16
"""Keys of profiles whose layouts are kept, whoever asks: images may come one by one. A receiver tries eight: the
profiles, each under two locators."""


@dataclass(frozen=True)
class Payload:
    """Bits to embed, and the label (11 bits) that tells the receiver what they are.

    Attributes
    ----------
    label : int
    bits : ndarray of bool, shape (k,)
    count : int
        So many pieces of the kind `label` stand in `bits`, one after the other, each of the label's length.
    own : bytes
        What ties the message to its slice.
    nonce : int
        What makes the mark of a slice its own.
    votes, own_votes : ndarray of float64, shape (k,), or None
        How clearly each bit, and each bit of `own`, was read, the sign being that of the bit; None where bits are read
        or not read.
    tag : bytes
        What was made when all else was embedded; none where a profile has no such thing, and before it is embedded.
    touched : ndarray of bool, shape (H // 4, W // 4), or None
        Blocks that embedding may have changed, where it says so itself.
    open : ndarray of bool, shape (H, W), or None
        Pixels that carry the tag.
    """

    label: int
    bits: NDArray[np.bool_]
    count: int = 1
    own: bytes = b""
    nonce: int = 0
    votes: NDArray[np.float64] | None = None
    own_votes: NDArray[np.float64] | None = None
    tag: bytes = b""
    touched: NDArray[np.bool_] | None = None
    open: NDArray[np.bool_] | None = None


class Binder(Protocol):
    """Ties a message to the slice that it is embedded in."""

    def own_bytes(self, touched: NDArray[np.bool_] | None) -> int:
        """Length of `own` if embedding may change the blocks `touched` (H // 4, W // 4), or any where that is None."""

    def own(self, nonce: int, touched: NDArray[np.bool_] | None) -> bytes:
        """What is embedded before all else is."""

    def tag(self, nonce: int, own: bytes, stego: NDArray[np.int32], unfinished: NDArray[np.bool_]) -> bytes:
        """`TAG_BYTES` for a plane (H, W) that is final but for the pixels `unfinished` (H, W)."""


class Unbound:
    """Ties a message to nothing: for codecs alone, as benchmarks and tests of them want them."""

    def own_bytes(self, touched: NDArray[np.bool_] | None) -> int:
        """None."""
        del touched
        return 0

    def own(self, nonce: int, touched: NDArray[np.bool_] | None) -> bytes:
        """Nothing."""
        del nonce, touched
        return b""

    def tag(self, nonce: int, own: bytes, stego: NDArray[np.int32], unfinished: NDArray[np.bool_]) -> bytes:
        """Zeros."""
        del nonce, own, stego, unfinished
        return bytes(TAG_BYTES)


UNBOUND = Unbound()


@dataclass(frozen=True)
class Votes:
    """Votes of the slots of a plane, or of several planes of one size.

    Attributes
    ----------
    shape : tuple of int
        Rows and columns of the plane.
    slots : ndarray of float32, shape (S,)
        In an order, and with signs, that are the same for all nonces.
    nonce : int or None
        Of the plane; None for several planes.
    own_votes : ndarray of float64, or None
        Votes for each bit that ties the plane to its mark; None for several planes.
    """

    shape: tuple[int, int]
    slots: NDArray[np.float32]
    nonce: int | None = None
    own_votes: NDArray[np.float64] | None = None

    def __add__(self, other: Votes) -> Votes:
        """Votes of both, for the payload that both carry."""
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

    def embed(self, payload: Payload, binder: Binder = UNBOUND) -> NDArray[np.int32]:
        """Stego pixels (H, W) that carry the label and bits of `payload`, tied to the slice by `binder`.

        The nonce is that of `payload`, or follows from it.

        Raises
        ------
        DoesNotFitError
            When the usable blocks cannot carry it.
        """
        stego = self._embedded(payload, binder)
        if stego is None:
            raise DoesNotFitError(self.refusal.format(payload.bits.size))
        return stego

    @abstractmethod
    def _capacity(self) -> int:
        """Bits that can be embedded."""

    @abstractmethod
    def _embedded(self, payload: Payload, binder: Binder) -> NDArray[np.int32] | None:
        """Stego pixels (H, W), None where the payload does not fit."""


class Profile(ABC):
    """A named codec, under a key where it has one."""

    def nonces(self, shape: tuple[int, int]) -> int:
        """Nonces that there are for planes of `shape` (H, W)."""
        del shape
        return 1

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

    def unmarked(self, plane: Plane, payload: Payload) -> NDArray[np.int32]:
        """Pixels (H, W) of `plane` about as they were before the `payload` that was read from it: to find the body in.

        The plane itself where a profile changes so little that nobody can tell.
        """
        del payload
        return plane.pixels

    def restored(self, plane: Plane, payload: Payload) -> NDArray[np.int32] | None:
        """Pixels (H, W) of the cover, bit by bit, of `plane` with the `payload` that was read from it.

        None where they do not come back: with most profiles, and in a plane that was altered.
        """
        del plane, payload
        return None

    @abstractmethod
    def removed(self, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32] | None:
        """Pixels (H, W) of `plane` without the `payload` that was read from it, changed in the `air` (H, W) alone.

        What the cover was does not come back. None where more than the air would have to change.
        """

    def energy(self, plane: Plane, payload: Payload) -> float | None:
        """Sum of squares, in grey levels, of what a plane has of the mark that is a `payload`.

        None where a message is read or not read, and has no energy.
        """
        del plane, payload
        return None


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
        self.layout: Callable[[tuple[int, int]], Layout] = _kept_layouts(make, key)


@lru_cache(maxsize=_KEYS_KEPT)
def _kept_layouts(make: Callable[[bytes, tuple[int, int]], Any], key: bytes) -> Callable[[tuple[int, int]], Any]:
    """What gives the layout of planes of a size under a key; no plane decides anything of it."""
    return lru_cache(maxsize=_SIZES_KEPT)(partial(make, key))


class VotingProfile(Profile):
    """A profile that reads votes, which add up over planes of one size, and whose mark differs by its nonce."""

    @abstractmethod
    def nonces(self, shape: tuple[int, int]) -> int:
        """Nonces that there are for planes of `shape` (H, W), 0 up to one less; none where a plane is too small."""

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in a plane, or None; votes of what the receiver knows to be `air` count more."""
        votes = self.votes(plane)
        return None if votes is None else self.decide(votes, air, length_of)

    @abstractmethod
    def votes(self, plane: Plane) -> Votes | None:
        """What `plane` says, in units that votes of several planes can be summed in; None where no mark is found."""

    @abstractmethod
    def decide(self, votes: Votes, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload that votes stand for, with its bits' votes; of a single plane with what is its own.

        None where no label stands out.
        """
