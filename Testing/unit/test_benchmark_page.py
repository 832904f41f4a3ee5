"""Pages of results: HTML that parses and needs no other file, Markdown, and plots."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

from StegoMedLib.lab.benchmark.page import Picture, Section, Table, as_html, as_markdown, cell
from StegoMedLib.lab.benchmark.plots import Curve, Panel, plot


class Outline(HTMLParser):
    """Collects the text of cells, headings and paragraphs, and checks that tags close in order."""

    void = frozenset({"meta", "img"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.sources: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.texts.setdefault(self.open[-1], []).append(data.strip())


@pytest.fixture
def table() -> Table:
    return Table(
        "Numbers <&>", ("name", "a|b"), [["one", 1234], ["two", 0.5], ["three", None], ["<x>", 12.345]], "note"
    )


def test_the_page_holds_all_and_needs_no_other_file(table: Table) -> None:
    png = plot([Panel("p", "x", "y", [Curve("c", [1, 2], [3, 4])])])
    page = Outline(as_html("Title", ["Lead & more"], [Section("Head", ["Words"], [table], [Picture(png, "below")])]))

    assert page.texts["h1"] == ["Title"]
    assert page.texts["h2"] == ["Head"]
    assert page.texts["td"] == ["one", "1,234", "two", "0.500", "three", "\N{EN DASH}", "<x>", "12.3"]
    assert page.texts["p"] == ["Lead & more", "Words", "note"]
    assert page.texts["caption"] == ["Numbers <&>"]
    (source,) = page.sources
    assert base64.b64decode(source.removeprefix("data:image/png;base64,")) == png


def test_markdown_has_a_line_for_each_row(table: Table) -> None:
    lines = as_markdown(table).splitlines()

    assert lines[1] == "| --- | --- |"
    assert len(lines) == 2 + len(table.rows)
    assert lines[2] == "| one | 1,234 |"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "\N{EN DASH}"), (0, "0"), (131524, "131,524"), (0.0312, "0.031"), (-0.25, "-0.250"), (116.07, "116.1")],
)
def test_cells_show_values_as_people_read_them(value: float | None, shown: str) -> None:
    assert cell(value) == shown


@pytest.mark.parametrize(("panels", "columns"), [(1, 2), (3, 2)])
def test_plots_are_png_that_grow_with_their_panels(panels: int, columns: int) -> None:
    curves = [Curve("one", [1, 10, 100], [1, 2, 3]), Curve("two", [1, 10], [2, float("nan")], "#000000", "--", "")]
    panel = Panel("title", "across", "up", curves, logarithmic=True, limits=(0, 4))
    with Image.open(BytesIO(plot([panel] * panels, columns))) as picture:
        assert picture.format == "PNG"
        assert picture.width == 520 * min(panels, columns)
        assert picture.height == 370 * -(-panels // columns)
        assert len(set(picture.convert("L").resize((40, 40)).tobytes())) > 10


def test_no_script_is_in_a_page(table: Table) -> None:
    assert not re.search("<script|http", as_html("T", [], [Section("S", [], [table])]))
