"""Why a pixel is not air, as a picture of each slice: every reason in its colour, with a legend that counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from StegoMedLib.regions import SENTENCES, Reason

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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

_TINT = 0.45  # of the colour over the grey of the image
_LINE, _SWATCH, _PAD = 20, 12, 10  # pixels of the legend
_NARROWEST = 512  # pixels of an image; smaller ones are enlarged
_DARK, _BRIGHT, _GAMMA = 0.5, 99.0, 0.6  # percentiles shown black and white; the dark is what matters here
_DARK_HU, _BRIGHT_HU = -1100.0, -200.0


def draw_reasons(path: Path, plane: Plane, proof: Proof) -> None:
    """Write a PNG, and its folder: the plane in grey, tinted by what the guard made of each pixel, and the legend."""
    grey = _grey(plane)[..., None]
    table = np.array([COLOURS[reason] for reason in Reason], dtype=np.float32)
    tinted = (1.0 - _TINT) * grey + _TINT * table[proof.reasons]
    both = np.concatenate([np.repeat(grey, 3, axis=2), tinted], axis=1).astype(np.uint8)
    times = -(-_NARROWEST // max(plane.shape))
    image = Image.fromarray(np.kron(both, np.ones((times, times, 1), dtype=np.uint8)))
    counts = proof.counts
    rows = [reason for reason in Reason if counts[reason.key]]
    page = Image.new("RGB", (image.width, image.height + 2 * _PAD + _LINE * len(rows)), (255, 255, 255))
    page.paste(image, (0, 0))
    _legend(ImageDraw.Draw(page), image.height + _PAD, {reason: counts[reason.key] for reason in rows})
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path)


def _grey(plane: Plane) -> NDArray[np.float32]:
    values = plane.pixels.astype(np.float32) * np.float32(plane.slope or 1.0) + np.float32(plane.intercept)
    if plane.inverted and plane.slope > 0:
        values = -values
    inside = values[~plane.padding_mask]
    low, high = np.percentile(inside, (_DARK, _BRIGHT)) if inside.size else (0.0, 1.0)
    if plane.modality == "CT" and low < _BRIGHT_HU:
        low, high = _DARK_HU, _BRIGHT_HU
    return (255.0 * np.clip((values - low) / max(high - low, 1e-6), 0.0, 1.0) ** _GAMMA).astype(np.float32)


def _legend(draw: ImageDraw.ImageDraw, top: int, counts: dict[Reason, int]) -> None:
    whole = sum(counts.values())
    for number, (reason, count) in enumerate(counts.items()):
        line = top + number * _LINE
        draw.rectangle((_PAD, line, _PAD + _SWATCH, line + _SWATCH), fill=COLOURS[reason])
        text = f"{count / whole:.1%}  {reason.key}: {SENTENCES[reason]}"
        draw.text((2 * _PAD + _SWATCH, line), text, fill=(20, 30, 40), font=ImageFont.load_default(13))
