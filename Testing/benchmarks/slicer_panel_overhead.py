"""What the panel costs beside the library's work: hiding in 120 slices of 512 x 512 voxels, on the test host.

    xvfb-run -a .venv-slicer-5.12/bin/python Testing/benchmarks/slicer_panel_overhead.py

Library time is what its own report says of its stations; all the rest is the panel's.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
REPEATS = (1, 30, 30, 30)
"""Phantom volumes of four slices put behind one another; the first run imports what is imported once."""


def main() -> None:
    """Print a line for each volume."""
    sys.path[:0] = [str(ROOT), str(ROOT / "Testing")]
    from slicer_host import start  # noqa: PLC0415  Slicer's modules exist once the host has made them

    host = start()
    panel = host.load_module(ROOT / "StegoMed" / "StegoMed.py")
    for repeats in REPEATS:
        slices, library, whole = hide(host, panel, repeats)
        print(f"{slices:4d} slices: library {library:.2f} s, with the panel {whole:.2f} s, ratio {whole / library:.3f}")
    host.close_module("StegoMed")


def hide(host: Any, panel: Any, repeats: int) -> tuple[int, float, float]:
    """Slices that carry the record, seconds in the library, and seconds from the click to the result."""
    import slicer  # noqa: PLC0415
    from panel_driver import Driver  # noqa: PLC0415
    from StegoMedPanel import nodes  # noqa: PLC0415

    from StegoMedLib.pipeline.phantom import phantom_series  # noqa: PLC0415

    phantom, driver, reports = phantom_series(slices=4, size=512), Driver(host, panel), []
    show = driver.panel.hide._show

    def keep(report: Any) -> None:
        reports.append(report)
        show(report)

    driver.panel.hide._show = keep
    voxels = np.tile(phantom.stored + np.int16(phantom.intercept), (repeats, 1, 1))
    volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels))
    driver.choose(volume)
    driver.parameters.segmentation = nodes.new_segmentation(volume, np.tile(phantom.body, (repeats, 1, 1)))
    driver.text("one hundred and twenty slices")
    began = time.perf_counter()
    assert driver.hide() is not None, driver.ui.hideState.plainText
    whole = time.perf_counter() - began
    driver.panel.hide._show = show
    slicer.mrmlScene.Clear(False)  # noqa: FBT003  Slicer's signature
    return reports[-1].embedded, sum(reports[-1].seconds.values()), whole


if __name__ == "__main__":
    main()
