"""The slice views: what they show, changed in one step."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import slicer

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Node

__all__ = ["show"]


def show(background: Node, foreground: Node = None, *, fit: bool = False) -> None:
    """Show a volume in all slice views, with another one laid over it, or none.

    Every layer that is set makes Slicer rebuild and draw each view: the changes are put together, and drawn once.
    """
    with ExitStack() as stack:
        stack.enter_context(slicer.util.RenderBlocker())
        for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            stack.enter_context(slicer.util.NodeModify(composite))
        slicer.util.setSliceViewerLayers(
            background=background, foreground=foreground, foregroundOpacity=0.0 if foreground is None else 1.0
        )
    if fit:
        slicer.util.setSliceViewerLayers(fit=True)
