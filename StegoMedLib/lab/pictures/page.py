"""One page of pictures of one marked slice: what went in, what changed and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import BLOCK
from StegoMedLib.files import PRIVATE
from StegoMedLib.lab.pictures.canvas import (
    INK,
    LINE,
    MARGIN,
    MUTED,
    TIMES,
    WIDTH,
    Page,
    Window,
    fit_text,
    frame,
    mark,
    outline,
    show_plane,
    tint,
)
from StegoMedLib.lab.pictures.sheet import MOST_MASKS, MaskShown, draw_mask_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["MOST_MASKS", "MaskShown", "SliceShown", "Window", "draw_mask_sheet", "draw_page"]

PANEL = (WIDTH - 4 * MARGIN) / 3  # pixels, width of the large panels
HEAD = 92  # pixels, the title above the panels
CAPTION = 62  # pixels, two lines above a panel
WRONG = (232, 89, 12)  # red, green, blue of a wrong module
QUIET = 4  # modules around a QR code
ROW_MOST = 34.0  # pixels, height of a row of numbers where there is room


@dataclass(frozen=True, eq=False)
class SliceShown:
    """A marked slice as the page shows it.

    Attributes
    ----------
    title : str
        File, frame and what else names the slice.
    cover, stego : ndarray of int, shape (H, W)
        Stored values before and after hiding.
    mask : ndarray of bool, shape (H, W)
        Significant region.
    usable : ndarray of bool, shape (H // 4, W // 4)
        Usable blocks.
    sent, received : ndarray of bool, shape (n, n), or None
        Modules of the symbol without its quiet zone, True is dark; None where nothing was read.
    window : tuple of float
        Stored values shown black and white; (high, low) for MONOCHROME1.
    """

    title: str
    cover: NDArray[np.integer]
    mask: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    stego: NDArray[np.integer]
    sent: NDArray[np.bool_] | None
    received: NDArray[np.bool_] | None
    window: Window


def draw_page(target: Path, shown: SliceShown, summary: Mapping[str, str | float | None]) -> None:
    """Write the page of pictures as PNG, 1600 pixels wide.

    Parameters
    ----------
    target : Path
        The file to write; it appears whole or not at all.
    shown : SliceShown
    summary : mapping of str to str, float or None
        The table's rows, in order; None is shown as a dash.

    Raises
    ------
    UnusableInputError
        Matplotlib is not installed, or `target` cannot be written.
    """
    rows, columns = shown.cover.shape
    tall = PANEL * min(max(rows / columns, 0.5), 1.4)
    below = max(tall, PANEL)
    page = Page(round(HEAD + tall + below + 2 * CAPTION + 2 * MARGIN))
    page.text(MARGIN, 26, fit_text(shown.title, 88), fontsize=21, fontweight="bold")
    _planes(page, shown, HEAD, tall)
    top = HEAD + tall + CAPTION + MARGIN
    _difference(page, shown, top, tall)
    _symbols(page, shown, top, below)
    _numbers(page, summary, top, below)
    page.save(target, mode=PRIVATE)  # it shows the record


def _captioned(page: Page, place: tuple[float, float, float, float], title: str, detail: str) -> Axes:
    """Write a panel's title and detail above it; `place` is left, top, width, height with the caption."""
    left, top, width, height = place
    page.text(left, top, title, fontsize=14, fontweight="bold")
    page.text(left, top + 28, detail, fontsize=11.5, color=MUTED)
    axes = page.panel(left, top + CAPTION, width, height)
    axes.set_anchor("NW")
    return axes


def _planes(page: Page, shown: SliceShown, top: float, tall: float) -> None:
    """Draw cover, regions and stego side by side."""
    rows, columns = shown.cover.shape
    share = shown.usable.mean() if shown.usable.size else 0.0
    low, high = sorted(shown.window)
    captions = (
        ("Cover", f"{columns} {TIMES} {rows} pixels, stored values {low:.0f} to {high:.0f}"),
        ("Regions", f"outline: significant; tint: usable, {share:.0%} of the blocks"),
        ("Stego", "the marked slice through the same window"),
    )
    for place, (plane, caption) in enumerate(zip((shown.cover, shown.cover, shown.stego), captions, strict=True)):
        left = MARGIN + place * (PANEL + MARGIN)
        axes = _captioned(page, (left, top, PANEL, tall), *caption)
        show_plane(axes, plane, shown.window)
        if caption[0] == "Regions":
            tint(axes, shown.usable, BLOCK)
            outline(axes, shown.mask)


def _difference(page: Page, shown: SliceShown, top: float, tall: float) -> None:
    """Draw the changed pixels as marks, the difference times a gain as their colour."""
    difference = shown.stego.astype(np.int64) - shown.cover.astype(np.int64)
    changed = np.count_nonzero(difference)
    most = int(np.abs(difference).max(initial=0))
    half = abs(shown.window[1] - shown.window[0]) / 2
    gain = max(int(half // most), 1) if most else 1
    detail = f"{changed:,} pixels changed by at most {most}; blue down, red up" if most else "no pixel changed"
    axes = _captioned(page, (MARGIN, top, PANEL, tall), f"Difference {TIMES} {gain}", detail)
    show_plane(axes, np.zeros_like(difference), (-1.0, 0.1))
    outline(axes, shown.mask, 1.0)
    mark(axes, gain * difference, half, min(PANEL / shown.cover.shape[1], tall / shown.cover.shape[0]))
    frame(axes)


def _symbols(page: Page, shown: SliceShown, top: float, below: float) -> None:
    """Draw the symbol sent above the one received, whose wrong modules are marked."""
    left = 2 * MARGIN + PANEL
    side = (below - CAPTION - MARGIN) / 2
    wrong = None
    detail = "nothing was read"
    if shown.sent is not None and shown.received is not None:
        wrong = shown.sent != shown.received if shown.sent.shape == shown.received.shape else None
        detail = "another version" if wrong is None else f"{np.count_nonzero(wrong):,} modules differ"
    sent = "nothing was sent" if shown.sent is None else f"{len(shown.sent)} {TIMES} {len(shown.sent)} modules"
    _symbol(_captioned(page, (left, top, side, side), "QR code sent", sent), shown.sent, None)
    top += side + CAPTION + MARGIN
    _symbol(_captioned(page, (left, top, side, side), "QR code received", detail), shown.received, wrong)


def _symbol(axes: Axes, modules: NDArray[np.bool_] | None, wrong: NDArray[np.bool_] | None) -> None:
    """Draw modules with their quiet zone, wrong ones in colour; an empty frame where there are none."""
    if modules is None:
        frame(axes)
        return
    light = np.repeat(~np.pad(modules, QUIET)[..., None], 3, axis=2)
    picture = light.astype(np.uint8) * np.uint8(255)
    if wrong is not None:
        picture[np.pad(wrong, QUIET)] = WRONG
    axes.imshow(picture, interpolation="nearest")
    frame(axes)


def _numbers(page: Page, summary: Mapping[str, str | float | None], top: float, below: float) -> None:
    """Write the table of numbers right of the symbols."""
    side = (below - CAPTION - MARGIN) / 2
    left = 2 * MARGIN + PANEL + side + 2 * MARGIN
    width = WIDTH - MARGIN - left
    page.text(left, top, "Numbers", fontsize=14, fontweight="bold")
    room = below + CAPTION - 36
    row = min(ROW_MOST, room / max(len(summary), 1))
    size = min(12.5, row * 0.42)
    axes = page.panel(left, top + 36, width, room)
    axes.set_xlim(0, width)
    axes.set_ylim(room, 0)
    for index, (name, value) in enumerate(summary.items()):
        middle = (index + 0.5) * row
        axes.text(0, middle, name, fontsize=size, color=MUTED, va="center", parse_math=False)
        axes.text(width, middle, _number(value), fontsize=size, color=INK, va="center", ha="right", parse_math=False)
        axes.axhline((index + 1) * row, color=LINE, linewidth=0.8)


def _number(value: str | float | None) -> str:
    """Write whole numbers in full, others with six digits."""
    if value is None:
        return "\N{EN DASH}"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return "∞" if np.isposinf(value) else f"{value:.6g}"
