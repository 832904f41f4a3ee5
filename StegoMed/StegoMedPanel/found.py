"""What the region finder found, kept with the segmentation, so that a reviewer's losses can be told."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.packing import packed_mask, unpacked_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedPanel.untyped import Node


__all__ = ["doubts", "losses", "remember"]

_FOUND, _SUSPECT = "StegoMed.found", "StegoMed.suspect"


def remember(segmentation: Node, mask: NDArray[np.bool_], suspects: NDArray[np.bool_]) -> None:
    """Keep what was found (S, H, W), and what the finder was not sure of, in attributes: some hundred bytes a slice."""
    for attribute, kept in ((_FOUND, mask), (_SUSPECT, suspects)):
        shape = "x".join(map(str, kept.shape))
        segmentation.SetAttribute(attribute, f"{shape} {base64.b64encode(packed_mask(kept)).decode()}")


def losses(segmentation: Node, reviewed: NDArray[np.bool_]) -> list[int]:
    """Numbers, from 1, of the slices in which the reviewed mask lacks some of what was found."""
    found = _recall(segmentation, _FOUND, reviewed.shape)
    if found is None:
        return []
    return [int(index) + 1 for index in np.flatnonzero((found & ~reviewed).any(axis=(1, 2)))]


def doubts(segmentation: Node, reviewed: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """What the finder was not sure of (S, H, W), less what the reviewer took out; None where no finder was asked."""
    suspects = _recall(segmentation, _SUSPECT, reviewed.shape)
    found = _recall(segmentation, _FOUND, reviewed.shape)
    return None if suspects is None or found is None else suspects & ~(found & ~reviewed)


def _recall(segmentation: Node, attribute: str, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """What an attribute keeps; None when there is nothing, or it belongs to another volume."""
    kept, _, packed = (segmentation.GetAttribute(attribute) or "").partition(" ")
    if kept != "x".join(map(str, shape)):
        return None
    try:
        return unpacked_mask(base64.b64decode(packed), shape)
    except ValueError:
        return None
