"""What the panel costs beside the library's work: embedding in 120 slices of 512 x 512 voxels, on the test host.

    xvfb-run -a .venv-slicer-5.12/bin/python Testing/benchmarks/slicer_panel_overhead.py

Library time is what its function takes without what it tells of its progress; all the rest is the panel's. With
``--live`` the host draws the three slice views whenever what they show changes, as the application does. Where the rest
goes is printed, too: setting the layers of the views, reading the region, adding volumes, and progress with everything
that is painted in it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
REPEATS = (1, 6, 30, 30)
"""Phantom volumes of four slices put behind one another; the first run imports what is imported once."""


def main() -> None:
    """Print a line for each volume."""
    sys.path[:0] = [str(ROOT), str(ROOT / "Testing")]
    from slicer_host import start  # noqa: PLC0415  Slicer's modules exist once the host has made them

    host = start()
    views = host.follow_views() if "--live" in sys.argv[1:] else None
    panel = host.load_module(ROOT / "StegoMed" / "StegoMed.py")
    for repeats in REPEATS:
        before = 0 if views is None else views.drawn
        slices, library, whole, parts = embed_in(host, panel, repeats)
        print(f"{slices:4d} slices: library {library:.2f} s, with the panel {whole:.2f} s, ratio {whole / library:.3f}")
        print("     " + ", ".join(f"{name} {seconds:.3f} s" for name, seconds in parts.items()))
        if views is not None:
            print(f"     views drawn {views.drawn - before} times")
    host.close_module("StegoMed")


def measured(owner: Any, name: str, seconds: dict[str, float]) -> Any:
    """Count the seconds of a function that lies in `owner`; gives what was there."""
    function = getattr(owner, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began

    setattr(owner, name, timed)
    return function


def embed_in(host: Any, panel: Any, repeats: int) -> tuple[int, float, float, dict[str, float]]:
    """Slices that carry the record, seconds in the library, from the click to the result, and of the panel's parts."""
    import slicer  # noqa: PLC0415
    from panel_driver import Driver  # noqa: PLC0415
    from StegoMedPanel import nodes, stego, views  # noqa: PLC0415

    from StegoMedLib.pipeline import embed  # noqa: PLC0415
    from StegoMedLib.series.phantom import phantom_series  # noqa: PLC0415

    phantom, driver, reports = phantom_series(slices=4, size=512), Driver(host, panel), []
    show = driver.panel.embed._show

    def keep(report: Any) -> None:
        reports.append(report)
        show(report)

    driver.panel.embed._show = keep
    voxels = np.tile(phantom.stored + np.int16(phantom.intercept), (repeats, 1, 1))
    volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(voxels))
    driver.choose(volume)
    driver.parameters.segmentation = nodes.new_segmentation(volume, np.tile(phantom.body, (repeats, 1, 1)))
    driver.text("one hundred and twenty slices")
    parts: dict[str, float] = {}
    places = [(views, "show"), (nodes, "mask_of"), (stego, "add_stego"), (stego, "add_difference")]
    places += [(driver.panel.desk, "progress"), (embed, "embed")]
    kept = [(owner, name, measured(owner, name, parts)) for owner, name in places]
    began = time.perf_counter()
    assert driver.embed() is not None, driver.ui.embedState.plainText
    slicer.app.processEvents()
    whole = time.perf_counter() - began
    for owner, name, function in kept:
        setattr(owner, name, function)
    driver.panel.embed._show = show
    slicer.mrmlScene.Clear(False)  # noqa: FBT003  Slicer's signature
    return reports[-1].embedded, parts.pop("embed") - parts["progress"], whole, parts


if __name__ == "__main__":
    main()
