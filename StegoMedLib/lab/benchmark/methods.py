"""What a comparison calls a method: something that hides bits in a plane, and reads them when it is told enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.lab.attacks.span import unit_scale
from StegoMedLib.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Method", "MethodFailedError", "Told", "eight_bit_plane"]


class MethodFailedError(Exception):
    """A method could not do its work on a plane; the message says what happened, for the report."""


@dataclass(frozen=True)
class Told:
    """What a receiver may be told beside the image and the key; `Method.needs` says what of it a method uses.

    Attributes
    ----------
    usable : ndarray of bool, shape (H // 4, W // 4)
        The sender's usable blocks.
    outside : ndarray of bool, shape (H // 4, W // 4)
        Blocks outside the mask that was found, without the guard.
    length : int
        Bits of the payload.
    label : int
        Label of the payload (11 bits).
    span : float
        Maximum minus minimum of the cover, in the values the method worked on.
    """

    usable: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    length: int
    label: int
    span: float


class Method(Protocol):
    """A way of hiding bits, ours or somebody else's.

    Attributes
    ----------
    name : str
    group : str
        ``"ours"``, ``"paper"``, ``"peer"`` or ``"baseline"``.
    settings : str
        Where it hides and how strongly, for the report.
    needs : str
        What its receiver has to be told beside image and key.
    eight_bit : bool
        Whether it works on 8-bit images only.
    """

    name: str
    group: str
    settings: str
    needs: str
    eight_bit: bool

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego pixels (H, W) with `bits` (k,) in them. Raises `MethodFailedError`."""

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits (k,) that are read from `plane`. Raises `MethodFailedError`."""


def eight_bit_plane(plane: Plane) -> Plane:
    """`plane` with its own range of values mapped linearly on 0 to 255 and rounded, for methods that take no more."""
    return Plane(np.rint(255.0 * unit_scale(plane)).astype(np.int32), 0, 255, modality=plane.modality)
