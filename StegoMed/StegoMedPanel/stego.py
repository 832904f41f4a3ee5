"""The stego volume: a volume of the scene that remembers what it was made from, and whether it is still the same."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer

from StegoMedLib.errors import UnusableInputError
from StegoMedPanel import nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedPanel.untyped import Node


__all__ = ["SOURCES", "add_difference", "add_stego", "carries_record", "check_untouched", "is_stego", "modality_of"]

SOURCES = "StegoMed.sourceInstanceUIDs"
_CHECKSUM = "StegoMed.sha256"
_MODALITY = "StegoMed.modality"
_COVER = "StegoMed.cover"
"""Role of the reference from what embedding added to the volume that it was done to."""


def is_stego(volume: Node) -> bool:
    """Whether a volume was made by embedding a record in another one."""
    return bool(volume.GetAttribute(_CHECKSUM))


def carries_record(volume: Node) -> bool:
    """Whether a volume is known to carry a record: it was made by embedding, or loaded from what StegoMed wrote."""
    return is_stego(volume) or bool(volume.GetAttribute(nodes.SERIES_MARK))


def modality_of(volume: Node) -> str:
    """Kind of image of a stego volume that did not come from DICOM."""
    return str(volume.GetAttribute(_MODALITY) or "OT")


def add_stego(volume: Node, voxels: NDArray[Any], modality: str) -> Node:
    """Add the stego volume of `volume`, in place of an earlier one that was not saved."""
    _remove_earlier(volume)
    node = nodes.clone(volume, f"{volume.GetName()} stego", voxels)
    sources = volume.GetAttribute(nodes.SOURCES) or volume.GetAttribute(SOURCES)
    if sources:
        node.SetAttribute(SOURCES, sources)
    else:
        node.SetAttribute(_MODALITY, modality)
    node.SetAttribute(_CHECKSUM, _checksum(node))
    node.SetNodeReferenceID(_COVER, volume.GetID())
    return node


def add_difference(volume: Node, steps: NDArray[Any]) -> Node:
    """Add a volume of how many stored grey levels each voxel changed, to be laid over the stego volume."""
    node = nodes.clone(volume, f"{volume.GetName()} difference", steps)
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeYellow")
    display.SetAutoWindowLevel(0)
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetThreshold(1.0, float(max(1, int(steps.max(initial=1)))))
    display.SetApplyThreshold(1)
    display.SetInterpolate(0)
    node.SetNodeReferenceID(_COVER, volume.GetID())
    return node


def _remove_earlier(volume: Node) -> None:
    """Take what embedding added for this volume before out of the scene, save a stego volume that was saved."""
    for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
        if node.GetNodeReferenceID(_COVER) == volume.GetID() and not node.GetAttribute(nodes.SERIES_MARK):
            slicer.mrmlScene.RemoveNode(node)


def check_untouched(volume: Node) -> None:
    """Make sure that a stego volume is as embedding left it.

    Raises
    ------
    UnusableInputError
        It was changed since, so that its record may be lost and its pixels are not what was reviewed.
    """
    if _checksum(volume) != volume.GetAttribute(_CHECKSUM):
        raise UnusableInputError("The stego volume was changed after embedding; embed the record again before saving.")


def _checksum(volume: Node) -> str:
    voxels = np.ascontiguousarray(slicer.util.arrayFromVolume(volume))
    return hashlib.sha256(voxels.view(np.uint8).data).hexdigest()
