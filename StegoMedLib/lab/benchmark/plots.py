"""Plots of results as PNG."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from StegoMedLib.lab.pictures.canvas import INK, LINE, MUTED, figure_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = ["COLOURS", "Curve", "Panel", "plot"]

COLOURS = ("#1c62d6", "#e8590c", "#0b7a75", "#a61e4d", "#6741d9", "#846358", "#5d6b78", "#b08900")
"""Told apart by people who see colours differently, too: they differ in brightness."""

_WIDTH, _HEIGHT, _DPI = 5.2, 3.7, 100  # inches a panel, dots an inch
_FEW = 4
"""Curves whose names stand below each other; more stand in two columns."""


@dataclass(frozen=True)
class Curve:
    """Points of one method, joined by a line unless `line` is empty.

    Attributes
    ----------
    label : str
    x, y : sequence of float
    colour : str
        Of the line; the next one of `COLOURS` without.
    line, marker : str
        As matplotlib names them.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = ""
    line: str = "-"
    marker: str = "o"


@dataclass(frozen=True)
class Panel:
    """One coordinate system: its title, what is on its axes, its curves, whether it names them."""

    title: str
    across: str
    up: str
    curves: Sequence[Curve]
    logarithmic: bool = False
    limits: tuple[float, float] | None = None
    legend: bool = True


def plot(panels: Sequence[Panel], columns: int = 2) -> bytes:
    """Panels in rows of `columns`, as a PNG.

    Raises
    ------
    UnusableInputError
        Matplotlib is not installed.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure = figure_class()(figsize=(_WIDTH * columns, _HEIGHT * rows), dpi=_DPI, layout="constrained")
    for place, panel in enumerate(panels):
        _draw(figure.add_subplot(rows, columns, place + 1), panel)
    stream = BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()


def _draw(axes: Axes, panel: Panel) -> None:
    for index, curve in enumerate(panel.curves):
        colour = curve.colour or COLOURS[index % len(COLOURS)]
        axes.plot(
            curve.x,
            curve.y,
            color=colour,
            linestyle=curve.line,
            marker=curve.marker,
            markersize=4,
            linewidth=1.6,
            label=curve.label,
        )
    if panel.logarithmic:
        axes.set_xscale("log")
    if panel.limits is not None:
        axes.set_ylim(*panel.limits)
    axes.set_title(panel.title, fontsize=11, color=INK, loc="left")
    axes.set_xlabel(panel.across, fontsize=9, color=MUTED)
    axes.set_ylabel(panel.up, fontsize=9, color=MUTED)
    axes.tick_params(labelsize=8, colors=MUTED)
    axes.grid(color=LINE, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if panel.legend:
        axes.legend(fontsize=8, frameon=False, ncols=2 if len(panel.curves) > _FEW else 1)
    if not any(len(curve.x) for curve in panel.curves):  # a legend only
        axes.set_axis_off()
