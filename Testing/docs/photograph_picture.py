"""Draws the picture of docs/photographs.md: a photograph, the same with a CT slice in it, and what changed.

    PYTHONPATH=. python Testing/docs/photograph_picture.py SLICE.dcm

The photograph is scikit-image's of Eileen Collins, which is in the public domain (NASA).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from pydicom import dcmread

from StegoMedLib.envelope import KeyFile
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of
from StegoMedLib.photo.photographs import read_photograph
from Testing.photographs import scaled

mpl.use("Agg")
from matplotlib import pyplot as plt
from PIL import Image

TARGET = Path(__file__).resolve().parents[2] / "Resources" / "Screenshots" / "photographs.png"
SIDE = 1024


def main(file: Path) -> None:
    """Conceal a slice, and draw what that did."""
    with tempfile.TemporaryDirectory() as folder:
        cover = Path(folder) / "cover.png"
        Image.fromarray(scaled("astronaut", SIDE, SIDE)).save(cover)
        key = KeyFile(bytes(range(32)))
        report = conceal_files(files_of(file), [cover], Path(folder) / "out", key, options=Concealment())
        before, after = (
            read_photograph(path, decode_lossy=False).pixels for path in (cover, Path(folder) / "out" / "cover.png")
        )
    row = report.photographs[0]
    pixels = dcmread(file).pixel_array
    changed = np.any(before != after, axis=2)
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), dpi=110, layout="constrained")
    shown = [
        (pixels, "what is concealed: a CT slice", {"cmap": "gray", "vmin": np.percentile(pixels, 5)}),
        (before, f"the photograph, {SIDE} x {SIDE}", {}),
        (after, f"with the slice in it: {row.psnr:.1f} dB", {}),
        (changed, f"{100 * row.changed:.1f} % of samples, changed by one", {"cmap": "gray_r", "interpolation": "none"}),
    ]
    for axis, (image, title, options) in zip(axes, shown, strict=True):
        axis.imshow(image, **options)
        axis.set_title(title, fontsize=9)
        axis.axis("off")
    figure.savefig(TARGET)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
