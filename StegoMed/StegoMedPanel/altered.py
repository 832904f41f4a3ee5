"""What was altered in a volume after its record was sealed, as a segmentation over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer

from StegoMedPanel import nodes, views

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedPanel.untyped import Node

__all__ = ["show_altered"]

_LABEL = nodes.Label("altered", "altered", "Altered", (0.86, 0.16, 0.24))
_OF = "StegoMed.alteredVolume"
"""Role of the reference from the segmentation to the volume."""


def show_altered(volume: Node, altered: NDArray[np.bool_]) -> None:
    """Show altered voxels (S, H, W) over their volume, in place of those that were shown before.

    Where nothing was altered, there is no segmentation.
    """
    shown = _shown(volume)
    with slicer.util.RenderBlocker():
        if not altered.any():
            if shown is not None:
                slicer.mrmlScene.RemoveNode(shown)
            return
        if shown is None:
            shown = nodes.new_segmentation(volume, altered, _LABEL)
            shown.SetNodeReferenceID(_OF, volume.GetID())
        else:
            nodes.replace_mask(shown, volume, altered, _LABEL)
    views.show(volume)


def _shown(volume: Node) -> Node:
    """The segmentation of a volume; None where there is none."""
    found = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    return next((node for node in found if node.GetNodeReferenceID(_OF) == volume.GetID()), None)
