"""The report of a batch as one page: totals, states, reasons, and a picture of each of the worst nameless series."""

from __future__ import annotations

import base64
import io
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from StegoMedLib.batch.settings import DEIDENTIFY
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import StegoMedError
from StegoMedLib.pipeline.picture_page import grey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from StegoMedLib.batch.manifest import Row
    from StegoMedLib.batch.report import BatchReport

__all__ = ["is_page", "page"]

_SIDE = 192
_ROWS = 500
_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>stegomed batch</title>'
_STYLE = (
    "body{font:15px sans-serif;margin:2em;max-width:70em;color:#16212c}table{border-collapse:collapse;margin:1em 0}"
    "td,th{border:1px solid #c5ced6;padding:.3em .6em;text-align:left;vertical-align:top}"
    "figure{display:inline-block;margin:.5em;width:192px;font-size:12px;vertical-align:top}img{display:block}"
)


def page(report: BatchReport) -> bytes:
    """The page as HTML; it names files of the source, and loads nothing from elsewhere."""
    counts = [
        ("files that came in", report.came_in),
        ("written", report.written),
        ("left out", report.left_out),
        ("in series set aside", report.aside),
        ("not worked on yet", report.waiting),
        ("slices", report.totals.slices),
        ("slices that carry something", report.totals.carrying),
        ("slices that are not intact", report.totals.altered),
        ("seconds of workers", round(report.totals.seconds, 1)),
    ]
    parts = [
        f"<h1>stegomed batch: {escape(report.action)}</h1>",
        "" if report.balanced else "<p><b>Count in is not count out: please report this.</b></p>",
        _table(("what", "how many"), counts),
        "<h2>Series</h2>",
        _table(("state", "series"), report.series.items()),
        *_named("Set aside", report, report.set_aside),
        *_named("A person must look", report, [row for row in report.must_look if row not in report.set_aside]),
        *_named("Changed since they were worked on", report, report.changed),
        *_left_out(report),
        *_worst(report),
    ]
    return (_HEAD + f"<style>{_STYLE}</style>" + "\n".join(parts) + "\n</html>\n").encode("utf-8", "backslashreplace")


def is_page(file: Path) -> bool:
    """Whether a file is such a page, or holds nothing, so that a new one may replace it."""
    try:
        with file.open("rb") as stream:
            return stream.read(len(_HEAD)) in {b"", _HEAD.encode()}
    except OSError:
        return False


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    return f"<table><tr>{titles}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _named(title: str, report: BatchReport, rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    cells = [(row.number, row.files, report.source(row), row.reason) for row in rows[:_ROWS]]
    return [f"<h2>{title}</h2>", _table(("series", "files", "first file", "why"), cells), _more(len(rows))]


def _left_out(report: BatchReport) -> list[str]:
    rows = report.files_left_out(_ROWS + 1)
    return ["<h2>Left out</h2>", _table(("file", "why"), rows[:_ROWS]), _more(len(rows))] if rows else []


def _more(count: int) -> str:
    return f"<p>Only the first {_ROWS} are shown; the JSON report has all.</p>" if count > _ROWS else ""


def _worst(report: BatchReport) -> list[str]:
    if not report.worst:
        return []
    figures = [_figure(report, row) for row in report.worst]
    return ["<h2>The worst of what is done</h2>", *figures]


def _figure(report: BatchReport, row: Row) -> str:
    altered = f", {row.altered} not intact" if row.altered else ""
    words = f"Series {row.number}: {row.carrying} of {row.slices} slices{altered}"
    picture = _picture(report.target / report.folder(row)) if report.action == DEIDENTIFY else ""
    return f"<figure>{picture}<figcaption>{escape(words)}</figcaption></figure>"


def _picture(folder: Path) -> str:
    """The middle file of a nameless series, small; nothing where it cannot be shown."""
    files = sorted(path for path in folder.rglob("*.dcm") if path.is_file())
    with suppress(StegoMedError, OSError):
        if files:
            shown = grey(read_instance(files[len(files) // 2], accept_lossy=True).plane(0))
            image = Image.fromarray(shown.astype(np.uint8))
            image.thumbnail((_SIDE, _SIDE))
            stream = io.BytesIO()
            image.save(stream, "PNG")
            return f'<img alt="" src="data:image/png;base64,{base64.b64encode(stream.getvalue()).decode("ascii")}">'
    return ""
