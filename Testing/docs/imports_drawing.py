"""Draws which package imports which: docs/architecture.svg, and a list in docs/architecture.md (`make architecture`).

Rows are the layers of `Testing.unit.test_layers`, which also says that no arrow runs up or in a circle. An arrow that
others make already (`lab` to `pipeline`, by `training` and `cli`) is left out of the drawing, not of the list.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from Testing.unit.test_layers import BESIDE_THE_PRODUCT, LAYERS, LIBRARY, MODULES, imported, imports, layer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = LIBRARY.parent / "docs"
DRAWING, PAGE = DOCS / "architecture.svg", DOCS / "architecture.md"
PANEL = LIBRARY.parent / "StegoMed"
MARKED = re.compile(r"(<!-- imports: made by make architecture -->\n).*?(<!-- end -->)", re.DOTALL)

BASE = "base"
"""The files of the lowest row, which the drawing shows as one box."""

FACE = "api"
"""What ``import StegoMedLib`` offers."""

WIDTH, HIGH, LINE, GAP, ROW, LETTER = 960, 44, 20, 22, 96, 8.5


@dataclass(frozen=True)
class Box:
    """Where a package is drawn: middle of the box, and its width."""

    name: str
    x: float
    y: float
    width: float
    beside: bool


def package_of(name: str) -> str:
    """What a part of the library is called in the drawing."""
    return BASE if name in LAYERS[-1] else name


def rows() -> list[list[str]]:
    """Names of the boxes, row by row from the top; the panel stands where `cli` does."""
    found = [sorted({package_of(name) for name in layer if name != "__main__"}) for layer in LAYERS]
    return [["StegoMed", *names] if "cli" in names else names for names in found if names]


@cache
def arrows() -> dict[str, frozenset[str]]:
    """Which packages each imports."""
    found: dict[str, set[str]] = {name: set() for row in rows() for name in row}
    for module in MODULES:
        if (own := package_of(layer_of(module))) in found:
            found[own] |= _packages(imported(module)) - {own}
    for path in PANEL.rglob("*.py"):
        found["StegoMed"] |= _packages(imports(path.read_text(encoding="utf-8"), "panel.py"))
    return {name: frozenset(targets) for name, targets in found.items()}


def _packages(names: set[str]) -> set[str]:
    parts = {name.split(".")[1] for name in names if name.startswith("StegoMedLib.")}
    return {package_of(part) for part in parts} & {name for row in rows() for name in row}


def drawn() -> list[tuple[str, str]]:
    """The arrows that no others make."""
    all_of = arrows()

    def reached(name: str) -> set[str]:
        return set(all_of[name]).union(*(reached(target) for target in all_of[name]))

    return [
        (name, target)
        for name, targets in all_of.items()
        for target in sorted(targets)
        if not any(target in reached(other) for other in targets - {target})
    ]


def boxes() -> dict[str, Box]:
    """Where each package is drawn; what is beside the product stands at the right."""
    found: dict[str, Box] = {}
    for number, unordered in enumerate(rows()):
        names = _middle_first(unordered, found)
        y, wide = 50 + ROW * number, [_width(name) for name in names]
        x = (WIDTH - sum(wide) - GAP * (len(names) - 1)) / 2
        if BESIDE_THE_PRODUCT & set(names):
            x = WIDTH - 60 - sum(wide)
        for name, width in zip(names, wide, strict=True):
            found[name] = Box(name, x + width / 2, y, width, name in BESIDE_THE_PRODUCT)
            x += width + GAP
    return found


def _middle_first(names: list[str], above: Mapping[str, Box]) -> list[str]:
    """What the row above leads to stands in the middle, so that arrows from further up pass at its sides."""
    last = max((box.y for box in above.values()), default=0)
    near = {end for start, end in drawn() if start in above and above[start].y == last}
    middle, other = [name for name in names if name in near], [name for name in names if name not in near]
    half = (len(other) + 1) // 2
    return other[:half] + middle + other[half:]


def _width(name: str) -> float:
    return 32 + LETTER * max(map(len, lines(name)))


def lines(name: str) -> list[str]:
    """What a box says, in lines that the drawing is wide enough for."""
    return wrap(label(name), int((WIDTH - 72) / LETTER))


def label(name: str) -> str:
    """What a box says."""
    if name == BASE:
        return " · ".join(sorted(LAYERS[-1]))
    return {"StegoMed": "StegoMed, the panel in Slicer", FACE: "api: import StegoMedLib"}.get(name, name)


def svg() -> str:
    """The drawing."""
    places = boxes()
    height = max(box.y + LINE * len(lines(name)) for name, box in places.items()) + 40
    lead = [_arrow(places[start], places[end]) for start, end in drawn()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" font-family="sans-serif" '
        'font-size="15">\n'
        "<title>Which package imports which: arrows run down only</title>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5d6b78"/></marker></defs>\n'
        f'<rect width="{WIDTH}" height="{height:g}" fill="#ffffff"/>\n'
        '<text x="24" y="34" fill="#5d6b78">An arrow: imports. Blue: the product, what Slicer packages. Dashed: beside.'
        "</text>\n" + "".join([*lead, *map(_box, places.values())]) + "</svg>\n"
    )


def _arrow(start: Box, end: Box) -> str:
    reach = max(end.width / 2 - 12, 0)
    x = min(max(start.x, end.x - reach), end.x + reach)
    ends = f'x1="{start.x:g}" y1="{start.y + HIGH / 2:g}" x2="{x:g}" y2="{end.y - HIGH / 2 - 2:g}"'
    return f'<line {ends} stroke="#5d6b78" stroke-width="1.4" marker-end="url(#tip)"/>\n'


def _box(box: Box) -> str:
    look = 'fill="#f6efe2" stroke="#b98a2f" stroke-dasharray="5 3"' if box.beside else 'fill="#e3eef6" stroke="#2f6f9f"'
    high = HIGH + LINE * (len(lines(box.name)) - 1)
    corner = f'x="{box.x - box.width / 2:g}" y="{box.y - HIGH / 2:g}" width="{box.width:g}" height="{high}"'
    words = "".join(
        f'<text x="{box.x:g}" y="{box.y + 5 + LINE * number:g}" text-anchor="middle" fill="#16212c">'
        f"{escape(line)}</text>"
        for number, line in enumerate(lines(box.name))
    )
    return f'<rect {corner} rx="6" {look}/>{words}\n'


def table() -> str:
    """The list of packages: what each is, and what it imports."""
    lines = ["| package | what it is | imports |", "| --- | --- | --- |"]
    order = [name for row in rows() for name in row]
    for name in order:
        targets = ", ".join(f"`{target}`" for target in order if target in arrows()[name])
        lines.append(f"| `{name}` | {_sentence(name)} | {targets or 'nothing of ours'} |")
    return "\n".join(lines)


def _sentence(name: str) -> str:
    if name == BASE:
        return f"Single files: {', '.join(f'`{each}.py`' for each in sorted(LAYERS[-1]))}."
    files = {"StegoMed": PANEL / "StegoMed.py"}
    file = files.get(name, LIBRARY / name / "__init__.py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].replace("|", "\\|")


def page(text: str) -> str:
    """The page with its list of imports made anew."""
    return MARKED.sub(lambda match: f"{match[1]}\n{table()}\n\n{match[2]}", text)


if __name__ == "__main__":
    DRAWING.write_text(svg(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
