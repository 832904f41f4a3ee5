"""What the significant region of a slice leaves as air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.regions import REMEDIES, WHOLE, Proof, Reason, Region, prove

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Region", "air_of", "proof_of", "remedy_for", "why_not_air"]

_MUCH = 0.5  # of what is neither padding nor body: what took so much of it is named beside a shortage


def proof_of(plane: Plane, region: Region) -> Proof:
    """Prove the air of a plane; none where no body was found, because what is unknown is never taken for air."""
    if not region.significant.any():
        return Proof(np.full(plane.shape, Reason.NO_BODY, dtype=np.uint8))
    return prove(plane, region.significant, suspect=region.suspect, beside=region.beside)


def air_of(plane: Plane, significant: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Prove the air of a plane from a mask (H, W) alone; bool, shape (H, W)."""
    return proof_of(plane, Region(significant)).air


def why_not_air(proof: Proof) -> str:
    """Name the reason that excluded most of a slice's air; empty if no reason excluded most of it."""
    reason = proof.weightiest
    if reason == Reason.NO_BODY:
        return WHOLE[reason]
    counts = proof.counts
    others = proof.reasons.size - counts[Reason.PADDING.key] - counts[Reason.BODY.key]
    taken = counts[reason.key] if reason > Reason.BODY else others - counts[Reason.AIR.key]
    return WHOLE[reason] if not counts[Reason.AIR.key] or taken > _MUCH * others else ""


def remedy_for(reasons: list[Reason]) -> str:
    """Say what to do about slices, given the reason that excluded most of the air of each."""
    if not reasons:
        return "use images with air around the body"
    return REMEDIES[max(set(reasons), key=reasons.count)]
