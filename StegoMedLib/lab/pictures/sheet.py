"""A contact sheet of masks: what `segment` found, to be judged at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.lab.pictures.canvas import (
    MARGIN,
    MUTED,
    TRUTH,
    WIDTH,
    Page,
    Window,
    fit_text,
    outline,
    show_plane,
)
from StegoMedLib.metrics import iou

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST_MASKS", "MaskShown", "draw_mask_sheet"]

MOST_MASKS = 12
ACROSS = 4
CELL = (WIDTH - (ACROSS + 1) * MARGIN) / ACROSS  # pixels
CAPTION = 30  # pixels above a cell


@dataclass(frozen=True, eq=False)
class MaskShown:
    """A slice and its mask as the contact sheet shows them.

    Attributes
    ----------
    title : str
        File, and frame where there are several.
    plane : ndarray of int, shape (H, W)
        Stored values.
    mask : ndarray of bool, shape (H, W)
        Significant region.
    window : tuple of float
        Stored values shown black and white; (high, low) for MONOCHROME1.
    reference : ndarray of bool, shape (H, W), or None
        What the mask should be; outlined in another colour, and the agreement with it is written above.
    """

    title: str
    plane: NDArray[np.integer]
    mask: NDArray[np.bool_]
    window: Window
    reference: NDArray[np.bool_] | None = None


def draw_mask_sheet(target: Path, items: Sequence[MaskShown]) -> None:
    """Write a contact sheet of masks as PNG, 1600 pixels wide, four in a row.

    Parameters
    ----------
    target : Path
        The file to write; it appears whole or not at all.
    items : sequence of MaskShown
        One to twelve slices.

    Raises
    ------
    ValueError
        No items, or more than twelve.
    UnusableInputError
        Matplotlib is not installed, or `target` cannot be written.
    """
    if not 1 <= len(items) <= MOST_MASKS:
        raise ValueError(f"a contact sheet holds 1 to {MOST_MASKS} masks, not {len(items)}")
    tall = CELL * min(max(item.plane.shape[0] / item.plane.shape[1] for item in items), 1.4)
    step = CAPTION + tall + MARGIN
    page = Page(round(MARGIN + step * -(-len(items) // ACROSS)))
    for index, item in enumerate(items):
        row, column = divmod(index, ACROSS)
        left, top = MARGIN + column * (CELL + MARGIN), MARGIN + row * step
        _cell(page, item, left, top, tall)
    page.save(target)


def _cell(page: Page, item: MaskShown, left: float, top: float, tall: float) -> None:
    """Draw one slice with the outline of its mask and what there is to say of the mask."""
    page.text(left, top, f"{fit_text(item.title, 28)}  ·  {_said(item)}", fontsize=11.5, color=MUTED)
    axes = page.panel(left, top + CAPTION, CELL, tall)
    axes.set_anchor("NW")
    show_plane(axes, item.plane, item.window)
    if item.reference is not None:
        outline(axes, item.reference, colour=TRUTH)
    outline(axes, item.mask)


def _said(item: MaskShown) -> str:
    """Say how the mask agrees with its reference, else which share of the plane it covers."""
    if item.reference is not None:
        return f"IoU {iou(item.mask, item.reference):.3f}"
    return f"{item.mask.mean():.0%}" if item.mask.any() else "no body"
