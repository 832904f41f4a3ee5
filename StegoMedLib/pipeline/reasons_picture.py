"""Why a pixel is not air, as a picture of each slice: every reason in its colour, with a legend that counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.pipeline.picture_page import TINT, Line, page
from StegoMedLib.regions import SENTENCES, Reason

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import Proof

__all__ = ["COLOURS", "draw_reasons"]

COLOURS = {
    Reason.AIR: (40, 130, 220),
    Reason.PADDING: (70, 70, 70),
    Reason.BODY: (232, 89, 12),
    Reason.UNSEEN: (150, 60, 160),
    Reason.PHYSICS: (235, 190, 40),
    Reason.INSIDE: (60, 160, 70),
    Reason.CUT: (220, 40, 60),
    Reason.FADING: (160, 110, 70),
    Reason.AGREEMENT: (240, 130, 190),
    Reason.NEIGHBOUR: (110, 200, 200),
    Reason.NO_BODY: (120, 90, 200),
}
"""Red, green and blue of each reason."""


def draw_reasons(path: Path, plane: Plane, proof: Proof) -> None:
    """Write a PNG, and its folder: the plane in grey, tinted by what the guard made of each pixel, and the legend."""
    table = np.array([COLOURS[reason] for reason in Reason], dtype=np.float32)
    counts = proof.counts
    whole = sum(counts.values())
    legend = [
        Line(COLOURS[reason], f"{counts[reason.key] / whole:.1%}  {reason.key}: {SENTENCES[reason]}")
        for reason in Reason
        if counts[reason.key]
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    shares = np.full(plane.shape, TINT, dtype=np.float32)
    path.write_bytes(page(plane, table[proof.reasons], shares, legend, of_air=True))
