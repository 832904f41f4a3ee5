"""What all pictures share: a page measured in pixels, planes in grey, outlines, and writing the PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = [
    "ACCENT",
    "INK",
    "LINE",
    "MARGIN",
    "MUTED",
    "TIMES",
    "TRUTH",
    "WIDTH",
    "Page",
    "Window",
    "figure_class",
    "fit_text",
    "frame",
    "mark",
    "outline",
    "show_plane",
    "tint",
    "window_of",
]

WIDTH = 1600  # pixels
MARGIN = 28  # pixels, around the page and between panels
DPI = 100  # pixels in an inch
POINTS = 72  # in an inch

TIMES = "\u00d7"  # the sign of multiplication

INK = "#16212c"
MUTED = "#5d6b78"
LINE = "#d9dfe4"
PAPER = "#ffffff"
LESS, MORE = "#1c62d6", "#d9246b"  # pixels that became darker, brighter
ACCENT = "#e8590c"  # outlines of the significant region
TRUTH = "#12a5a8"  # outlines of reference masks
USABLE = (0.05, 0.65, 0.66)  # usable blocks

Window = tuple[float, float]  # stored values shown black and white
_SOFT_TISSUE = (-220.0, 300.0)  # Hounsfield units; shows air noise, fat and organs together


def figure_class() -> type[Figure]:
    """Matplotlib's figure.

    Raises
    ------
    UnusableInputError
        Matplotlib is not installed; whoever draws at the end of long work asks for it at the beginning.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise UnusableInputError(
            "Pictures need matplotlib, which is not installed; run: pip install 'stegomed[pictures]'."
        ) from None
    return Figure


def window_of(plane: Plane) -> Window:
    """Stored values shown black and white: soft tissue in CT, all but the darkest and brightest percent elsewhere."""
    if plane.modality == "CT" and plane.slope != 0:
        low, high = ((value - plane.intercept) / plane.slope for value in _SOFT_TISSUE)
    else:
        values = plane.pixels[~plane.padding_mask]
        low, high = np.percentile(values, [1, 99]) if values.size else (plane.low, plane.high)
    return (float(high), float(low)) if plane.inverted and low < high else (float(low), float(high))


class Page:
    """A white page of 1600 pixels' width on which panels are placed by pixels, counted from the top left corner."""

    def __init__(self, height: int) -> None:
        self.height = height
        self._figure = figure_class()(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Give empty axes without ticks or frame at a place in pixels."""
        place = (left / WIDTH, 1 - (top + height) / self.height, width / WIDTH, height / self.height)
        axes = self._figure.add_axes(place)
        axes.set_axis_off()
        return axes

    def text(self, left: float, top: float, text: str, **style: Any) -> None:  # noqa: ANN401 matplotlib's own styles
        """Write text with its upper left corner at a place in pixels; a dollar sign is a dollar sign."""
        style = {"color": INK, "fontsize": 13, "va": "top", "parse_math": False, **style}
        self._figure.text(left / WIDTH, 1 - top / self.height, text, **style)

    def save(self, target: Path, *, mode: int | None = None) -> None:
        """Write the page as PNG, with the permissions `mode`.

        Raises
        ------
        UnusableInputError
            The place cannot be written to.
        """
        with whole_file(target, mode=mode) as (stream, _):
            self._figure.savefig(stream, format="png")


def show_plane(axes: Axes, plane: NDArray[np.generic], window: Window) -> None:
    """Show stored values (H, W) in grey through a window; one that runs downwards shows MONOCHROME1."""
    low, high = sorted(window)
    colours = "gray" if window[0] <= window[1] else "gray_r"
    axes.imshow(plane, cmap=colours, vmin=low, vmax=high, interpolation="antialiased")


def outline(axes: Axes, mask: NDArray[np.bool_], width: float = 1.6, colour: str = ACCENT) -> None:
    """Draw the outline of a mask (H, W) over a plane."""
    if mask.any() and not mask.all():
        axes.contour(np.pad(mask, 1), [0.5], colors=[colour], linewidths=width, extent=_padded(mask))


def _padded(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Give where the centres of the first and last pixels of a padded mask lie, so that an outline closes at edges."""
    rows, columns = mask.shape
    return -1.0, float(columns), -1.0, float(rows)


def tint(axes: Axes, usable: NDArray[np.bool_], block: int) -> None:
    """Tint the usable blocks (H // block, W // block) over a plane."""
    layer = np.zeros((*usable.shape, 4))
    layer[..., :3] = USABLE
    layer[..., 3] = 0.55 * usable
    rows, columns = usable.shape
    extent = (-0.5, columns * block - 0.5, rows * block - 0.5, -0.5)
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    axes.imshow(layer, extent=extent, interpolation="nearest")
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def mark(axes: Axes, values: NDArray[np.integer], half: float, pitch: float) -> None:
    """Mark every pixel that is not 0 in an array (H, W), coloured from -half to half.

    A mark is as large as a pixel of the plane (`pitch` pixels of the page), but never too small to be seen.
    """
    from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

    y, x = np.nonzero(values)
    colours = LinearSegmentedColormap.from_list("difference", [LESS, "#9a93b8", MORE])
    size = max(2.0, pitch * POINTS / DPI) ** 2
    axes.scatter(x, y, c=values[y, x], s=size, marker="s", linewidths=0, cmap=colours, vmin=-half, vmax=half)


def frame(axes: Axes) -> None:
    """Draw a thin line around a panel."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    axes.add_patch(
        Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor=LINE, linewidth=2, clip_on=False)
    )


def fit_text(text: str, most: int) -> str:
    """Shorten a text in its middle to so many characters: file names differ at both ends."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
