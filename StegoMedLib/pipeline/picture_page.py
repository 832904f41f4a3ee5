"""A page with the image of a slice in grey, the same with some pixels in colours, and a legend below."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["TINT", "Line", "grey", "page"]

TINT = 0.45
"""Share of a colour through which the grey of the image can still be seen."""

_LINE, _SWATCH, _PAD = 20, 12, 10  # pixels of the legend
_NARROWEST = 512  # pixels of an image; smaller ones are enlarged
_DARK, _BRIGHT, _GAMMA = 0.5, 99.0, 0.6  # percentiles shown black and white; the dark is what matters here
_DARK_HU, _BRIGHT_HU = -1100.0, -200.0
_WHITE, _INK = (255, 255, 255), (20, 30, 40)


class Line(NamedTuple):
    """A line of the legend: a colour, red, green and blue, and what it means."""

    colour: tuple[int, int, int]
    words: str


def page(
    plane: Plane,
    colours: NDArray[np.float32],
    shares: NDArray[np.float32],
    legend: Sequence[Line],
    *,
    of_air: bool = False,
) -> bytes:
    """The page as a PNG.

    Parameters
    ----------
    plane : Plane
    colours : ndarray of float32, shape (H, W, 3)
        Red, green and blue, 0 to 255.
    shares : ndarray of float32, shape (H, W)
        Of the colour over the grey: from 0 to 1.
    legend : sequence of Line
    of_air : bool
        Show what is darker than tissue in CT, and tissue white.
    """
    shown = np.repeat(grey(plane, of_air=of_air)[..., None], 3, axis=2)
    coloured = shown + shares[..., None] * (colours - shown)
    both = np.concatenate([shown, coloured], axis=1).astype(np.uint8)
    times = -(-_NARROWEST // max(plane.shape))
    image = Image.fromarray(np.kron(both, np.ones((times, times, 1), dtype=np.uint8)))
    font = ImageFont.load_default(13)
    width = max([image.width, *(3 * _PAD + _SWATCH + int(font.getlength(line.words)) for line in legend)])
    whole = Image.new("RGB", (width, image.height + 2 * _PAD + _LINE * len(legend)), _WHITE)
    whole.paste(image, (0, 0))
    draw = ImageDraw.Draw(whole)
    for number, line in enumerate(legend):
        top = image.height + _PAD + number * _LINE
        draw.rectangle((_PAD, top, _PAD + _SWATCH, top + _SWATCH), fill=line.colour)
        draw.text((2 * _PAD + _SWATCH, top), line.words, fill=_INK, font=font)
    stream = io.BytesIO()
    whole.save(stream, "PNG")
    return stream.getvalue()


def grey(plane: Plane, *, of_air: bool = False) -> NDArray[np.float32]:
    """A plane in grey levels, from 0 to 255; float32, shape (H, W); `of_air` as of `page`."""
    values = plane.pixels.astype(np.float32) * np.float32(plane.slope or 1.0) + np.float32(plane.intercept)
    if plane.inverted and plane.slope > 0:
        values = -values
    inside = values[~plane.padding_mask]
    low, high = np.percentile(inside, (_DARK, _BRIGHT)) if inside.size else (0.0, 1.0)
    if of_air and plane.modality == "CT" and low < _BRIGHT_HU:
        low, high = _DARK_HU, _BRIGHT_HU
    return (255.0 * np.clip((values - low) / max(high - low, 1e-6), 0.0, 1.0) ** _GAMMA).astype(np.float32)
