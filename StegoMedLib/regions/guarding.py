"""The guard: air must prove itself, whatever a region finder or a reviewer says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions.morphology import grow, radius_in
from StegoMedLib.regions.physics_ct import evidence_ct
from StegoMedLib.regions.physics_mr import evidence_mr
from StegoMedLib.regions.prepare import hounsfield
from StegoMedLib.regions.reasons import Reason
from StegoMedLib.regions.topology import Opening, between, open_to_outside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

    Mask = NDArray[np.bool_]

__all__ = ["Proof", "guard", "prove"]
# Margins in pixels, per 512 pixels of the longer side: around masks, and around what lies between parts of the body.
_MARGIN, _BETWEEN_CT, _BETWEEN_MR, _LEAST_MARGIN = 3.0, 4.0, 2.0, 2
# What gas that a circle or a border cuts open does not have. In MR, sides of 0.71 and less were dark tissue on the real
# series, sides of 0.85 and more were air.
_OPEN_CT, _OPEN_MR = Opening(size=0.003, inside=0.3), Opening(size=0.004, inside=0.3, sure=0.2, side=0.8)
_LAST = len(Reason)


@dataclass(frozen=True, eq=False)
class Proof:
    """What the guard made of each pixel of a plane.

    Attributes
    ----------
    reasons : ndarray of uint8, shape (H, W)
        The first `Reason` of the chain that holds; 0 for air.
    """

    reasons: NDArray[np.uint8]

    @property
    def air(self) -> Mask:
        """Pixels that are proved to be air; bool, shape (H, W)."""
        air: Mask = self.reasons == np.uint8(Reason.AIR)
        return air

    @property
    def counts(self) -> dict[str, int]:
        """Pixels a reason, those without any under ``air``."""
        return {reason.key: self._found[reason] for reason in Reason}

    @property
    def weightiest(self) -> Reason:
        """The reason that took most of what is neither padding nor body; of those where there is nothing else."""
        others = [reason for reason in Reason if reason > Reason.BODY and self._found[reason]]
        return max(others or (Reason.PADDING, Reason.BODY), key=self._found.__getitem__)

    @cached_property
    def _found(self) -> list[int]:
        """Pixels of each reason."""
        return [int(np.count_nonzero(self.reasons == np.uint8(reason))) for reason in Reason]


def prove(plane: Plane, significant: Mask, *, suspect: Mask | None = None, beside: Mask | None = None) -> Proof:
    """Tell which pixels are air for sure, and of each other one why it is not.

    Parameters
    ----------
    plane : Plane
    significant : ndarray of bool, shape (H, W)
        A finder's or a reviewer's mask.
    suspect : ndarray of bool, shape (H, W), optional
        What another finder takes for the body, or the finder itself is not sure of. None where a person drew the mask,
        or nothing else is known.
    beside : ndarray of bool, shape (H, W), optional
        The body in neighbouring slices.

    Returns
    -------
    Proof
        A larger mask never frees a pixel.
    """
    margin = radius_in(plane.shape, _MARGIN, _LEAST_MARGIN)
    units = hounsfield(plane)
    seen = evidence_mr(plane) if units is None else evidence_ct(plane, units)
    gap, limits = (_BETWEEN_MR, _OPEN_MR) if units is None else (_BETWEEN_CT, _OPEN_CT)
    # What a person drew protects itself; what lies between it and the body is nobody's.
    body = seen.core if suspect is None else seen.core | significant
    hull = grow(between(body), radius_in(plane.shape, gap))
    found = np.zeros(plane.shape, dtype=np.uint8)

    def veto(reason: Reason, where: Mask) -> None:
        # Of all reasons of a pixel the first of the chain is the largest number here.
        np.maximum(found, where * np.uint8(_LAST - reason), out=found)

    veto(Reason.PADDING, plane.padding_mask)
    veto(Reason.BODY, grow(significant, margin))
    # CT that shows nothing as light as air, or whose values are no Hounsfield units, has no proof to offer.
    if plane.projection or not seen.known or (plane.modality == "CT" and units is None):
        veto(Reason.UNSEEN, np.ones_like(significant))
    veto(Reason.PHYSICS, ~(seen.air | seen.blank))
    veto(Reason.INSIDE, hull)
    veto(Reason.CUT, ~(open_to_outside(seen.air, seen.measured, hull, seen.sure, limits) | seen.blank))
    veto(Reason.FADING, seen.fading)
    if suspect is not None:
        veto(Reason.AGREEMENT, grow(suspect, _LEAST_MARGIN))
    if beside is not None:
        veto(Reason.NEIGHBOUR, beside)
    return Proof(np.where(found, np.uint8(_LAST) - found, np.uint8(Reason.AIR)))


def guard(plane: Plane, significant: Mask) -> Mask:
    """Mark the pixels that must never be written: all that `prove` does not find to be air; bool, shape (H, W)."""
    return ~prove(plane, significant).air
