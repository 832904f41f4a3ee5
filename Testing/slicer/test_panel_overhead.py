"""The panel costs little beside the library's work."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer_core")


@pytest.mark.slow
def test_hiding_in_120_slices_costs_ten_percent_more_at_the_most(host: Any, panel: Any, scene: Any) -> None:
    import slicer
    from panel_driver import Driver
    from StegoMedPanel import nodes

    from StegoMedLib.pipeline.phantom import phantom_series

    phantom, driver, reports = phantom_series(slices=4, size=512), Driver(host, panel), []
    show = driver.panel.hide._show
    driver.panel.hide._show = lambda report: (reports.append(report), show(report))
    costs = []
    for repeats in (1, 30, 30):  # the first imports what is imported once; the better of the others counts
        voxels = np.tile(phantom.stored + np.int16(phantom.intercept), (repeats, 1, 1))
        volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels))
        driver.choose(volume)
        body = np.tile(phantom.body, (repeats, 1, 1))
        driver.parameters.segmentation = nodes.new_segmentation(volume, body)
        driver.text("one hundred and twenty slices")
        began = time.perf_counter()
        assert driver.hide() is not None, driver.ui.hideState.text
        whole, library = time.perf_counter() - began, sum(reports[-1].seconds.values())
        print(f"{reports[-1].embedded} slices: library {library:.2f} s, panel {whole:.2f} s")
        assert reports[-1].embedded == len(voxels)
        costs.append(whole / library)
        scene.Clear(False)
    assert min(costs[1:]) < 1.1
