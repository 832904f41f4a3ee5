"""The host starts and loads a module."""

from __future__ import annotations

from typing import Any

import numpy as np


def test_a_new_volume_has_an_item_in_the_subject_hierarchy(scene: Any) -> None:
    import slicer

    volume = slicer.util.addVolumeFromArray(np.zeros((2, 3, 4), np.int16))
    assert scene.GetSubjectHierarchyNode().GetItemByDataNode(volume) > 0


def test_the_panel_opens_in_the_window(host: Any, panel: Any) -> None:
    assert panel.parent.isEntered
    assert host.window.isVisible()
