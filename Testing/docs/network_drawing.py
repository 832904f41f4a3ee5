"""Draws where the service stands: between scanner and archive, archive and researcher, and on the way back.

    PYTHONPATH=. python Testing/docs/network_drawing.py

Writes ``docs/network.svg``.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["DRAWING", "svg"]

DRAWING = Path(__file__).resolve().parents[2] / "docs" / "network.svg"

_WIDTH, _HEIGHT = 920, 430
_BOX, _TALL = 150, 64
_INK, _HOUSE, _OUTSIDE, _SERVICE = "#1f2933", "#e8f1fa", "#fdf1e3", "#d9ead3"
_STYLE = (
    "text{font:14px sans-serif;fill:#1f2933}.small{font-size:12px}.title{font-weight:bold}"
    "path{fill:none;stroke:#1f2933;stroke-width:1.6}rect{stroke:#1f2933;stroke-width:1.2}"
)


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" class="{kind}">{escape(words)}</text>'


def _box(x: float, y: float, fill: str, title: str, *lines: str) -> str:
    middle = x + _BOX / 2
    rows = [_text(middle, y + 24, title, "title")]
    rows += [_text(middle, y + 42 + 15 * number, line, "small") for number, line in enumerate(lines)]
    return f'<rect x="{x}" y="{y}" width="{_BOX}" height="{_TALL}" rx="6" fill="{fill}"/>' + "".join(rows)


def _arrow(x1: float, y: float, x2: float, above: str, below: str) -> str:
    middle = (10 + 500 + 695) / 2  # of the way between hospital and outside
    line = f'<path d="M{x1},{y} H{x2}" marker-end="url(#tip)"/>'
    return line + _text(middle, y - 8, above, "small") + _text(middle, y + 17, below, "small")


def svg() -> str:
    """The drawing."""
    house = f'<rect x="10" y="10" width="500" height="{_HEIGHT - 20}" rx="10" fill="{_HOUSE}" stroke-dasharray="6 4"/>'
    outside = (
        f'<rect x="695" y="10" width="215" height="{_HEIGHT - 20}" rx="10" fill="{_OUTSIDE}" stroke-dasharray="6 4"/>'
    )
    left, middle, right = 30, 345, 728
    parts = [
        house,
        outside,
        _text(265, 36, "the hospital: names, and the key", "title"),
        _text(803, 36, "outside: no names", "title"),
        _box(left, 60, "#ffffff", "scanner", "CT, MR"),
        _box(left, 185, "#ffffff", "archive", "PACS"),
        _box(middle, 120, _SERVICE, "stegomed serve", "deidentify"),
        _box(middle, 320, _SERVICE, "stegomed serve", "reidentify"),
        _box(right, 120, "#ffffff", "cloud", "Orthanc, DICOMweb"),
        _box(right, 220, "#ffffff", "researcher", "segments, measures"),
        _box(right, 320, "#ffffff", "results", "SEG, SR, RTSTRUCT"),
        _slope(left + _BOX, 92, middle, 140),
        _slope(left + _BOX, 217, middle, 165),
        _text(270, 100, "C-STORE", "small"),
        _text(270, 212, "C-STORE", "small"),
        _arrow(middle + _BOX, 152, right, "nameless images", "the identity sealed inside"),
        f'<path d="M{right + _BOX / 2},{120 + _TALL} V220" marker-end="url(#tip)"/>',
        f'<path d="M{right + _BOX / 2},{220 + _TALL} V320" marker-end="url(#tip)"/>',
        _arrow(right, 352, middle + _BOX, "images, results", "under pseudonyms"),
        f'<path d="M{middle},352 H{left + _BOX / 2} V{185 + _TALL}" marker-end="url(#tip)"/>',
        _text(228, 344, "under the right patient", "small"),
        _text(228, 369, "original UIDs", "small"),
    ]
    tip = (
        f'<defs><marker id="tip" markerWidth="10" markerHeight="10" refX="8" refY="4" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" style="fill:{_INK};stroke:none"/></marker></defs>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff" style="stroke:none"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", tip, ground, *parts, "</svg>", ""])


def _slope(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1},{y1} L{x2},{y2}" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    DRAWING.write_text(svg(), encoding="utf-8")
