"""One page of results: sections with words, tables and plots; as HTML that stands alone, tables also as Markdown."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from StegoMedLib.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Picture", "Section", "Table", "as_html", "as_markdown", "cell", "write_page"]

_DASH = "\N{EN DASH}"
_LARGE = 10.0

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #16212c; background: #fff; margin: 2rem auto; max-width: 64rem;
  padding: 0 1rem; }
h1 { font-size: 1.7rem; }
h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid #d9dfe4; padding-top: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; margin: .5rem 0 .25rem; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #d9dfe4; text-align: right; white-space: nowrap; }
th { white-space: normal; vertical-align: bottom; color: #5d6b78; }
th:first-child, td:first-child { text-align: left; }
.note { color: #5d6b78; font-size: .9rem; }
figure { margin: 1rem 0; } figure img { max-width: 100%; height: auto; }
"""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    title : str
    columns : sequence of str
    rows : sequence of sequence of str, int, float or None
        None is shown as a dash.
    note : str
        What has to be known to read it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A plot as PNG, with what stands below it."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it: paragraphs, tables, pictures."""

    heading: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()


def cell(value: str | float | None) -> str:
    """A value as tables show it: whole numbers in full, others with one digit from 10 on and with three below."""
    if value is None:
        return _DASH
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1f}" if abs(value) >= _LARGE else f"{value:.3f}"


def as_markdown(table: Table) -> str:
    """The table in Markdown, without title and note."""
    lines = [table.columns, ["---"] * len(table.columns), *([cell(each) for each in row] for row in table.rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_html(title: str, lead: Sequence[str], sections: Iterable[Section]) -> str:
    """The page: one file that needs no other."""
    body = "".join(_section(each) for each in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{_paragraphs(lead)}{body}</body>\n</html>\n"
    )


def write_page(target: Path, page: str) -> None:
    """Write a page of `as_html`; it appears whole or not at all. Raises `UnusableInputError`."""
    write_whole(target, page.encode("utf-8"))


def _section(section: Section) -> str:
    tables = "".join(_table(each) for each in section.tables)
    pictures = "".join(_picture(each) for each in section.pictures)
    return f"<h2>{escape(section.heading)}</h2>\n{_paragraphs(section.words)}{tables}{pictures}"


def _paragraphs(words: Sequence[str], kind: str = "") -> str:
    start = f'<p class="{kind}">' if kind else "<p>"
    return "".join(f"{start}{escape(each)}</p>\n" for each in words)


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell(each))}</td>" for each in row) + "</tr>\n" for row in table.rows)
    caption = f"<caption>{escape(table.title)}</caption>"
    note = _paragraphs([table.note] if table.note else [], "note")
    return f'<div class="wide"><table>{caption}\n<tr>{head}</tr>\n{rows}</table></div>\n{note}'


def _picture(picture: Picture) -> str:
    source = base64.b64encode(picture.png).decode("ascii")
    caption = escape(picture.caption)
    return (
        f'<figure><img src="data:image/png;base64,{source}" alt="{caption}">'
        f'<figcaption class="note">{caption}</figcaption></figure>\n'
    )
