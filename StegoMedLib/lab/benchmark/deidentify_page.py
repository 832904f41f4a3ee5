"""The page of ``stegomed benchmark deidentify``: what de-identifiers leave, break and give back, and their times."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark.page import Section, Table, as_html, as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from StegoMedLib.lab.benchmark.deidentify_series import DeidentifyReport, Row
    from StegoMedLib.lab.benchmark.deidentify_tools import Tool

__all__ = ["deidentify_json", "deidentify_markdown", "deidentify_page", "summary_table"]

_LEAD = (
    "Values that identify an invented patient are planted into every series: at the top, in sequences up to three "
    "deep, in private elements, in file meta and preamble, in groups 0004, 50xx and 60xx; in Latin-1, Japanese and "
    "Cyrillic. "
    "A value is left if a word of it is found in any byte of a file, or in its name, in any encoding. New errors are "
    "those of dciodvfy that the planted file has not. Elements count at every level, without pixels; they come back if "
    "they are as they were. Times are wall times, with the start of the program."
)


def deidentify_page(report: DeidentifyReport) -> str:
    """The report as HTML that stands alone."""
    summary, *others = _tables(report)
    sections = [Section("In short", tables=[summary]), Section("One by one", tables=others)]
    return as_html("De-identifiers", [_LEAD], sections)


def deidentify_json(report: DeidentifyReport) -> dict[str, object]:
    """The report as JSON, with what stands above the tables and in the first of them."""
    summary = summary_table(report)
    lines = [dict(zip(summary.columns, line, strict=True)) for line in summary.rows]
    return {"note": _LEAD, **report.as_json(), "summary": lines}


def deidentify_markdown(report: DeidentifyReport) -> str:
    """All tables as Markdown."""
    return "\n\n".join(f"{table.title}\n\n{as_markdown(table)}" for table in _tables(report)) + "\n"


def _tables(report: DeidentifyReport) -> list[Table]:
    left = ((row.tool, place) for row in report.rows for place in row.left)
    errors = ((row.tool, line) for row in report.rows for line in row.new_errors or ())
    failures = ((row.tool, f"{row.series}: {row.failure}") for row in report.rows if row.failure)
    return [
        summary_table(report),
        Table("Values left", ["tool", "place", "series"], _counted(left)),
        Table("New errors of dciodvfy", ["tool", "error", "series"], _counted(errors)),
        Table("Failures", ["tool", "series, and what was said", "times"], _counted(failures)),
    ]


def summary_table(report: DeidentifyReport) -> Table:
    """One line a tool, over all series."""
    columns = [
        *("tool", "series", "files out of in", "values left", "in series", "new errors", "elements back, %"),
        *("files equal", "s a file, away", "s a file, back", "series that failed"),
    ]
    note = "Values left and new errors: each place and each line once, over all series."
    lines = [
        _summary(tool, [row for row in report.rows if row.tool == tool.name])
        for tool in report.tools
        if not tool.missing
    ]
    missing = [[tool.name, tool.missing, *[None] * (len(columns) - 2)] for tool in report.tools if tool.missing]
    return Table(f"{report.planted} planted values", columns, [*lines, *missing], note)


def _summary(tool: Tool, rows: Sequence[Row]) -> list[str | float | None]:
    known = [row.new_errors for row in rows if row.new_errors is not None]
    written = sum(row.written for row in rows)
    total, back = sum(row.elements for row in rows), sum(row.back for row in rows)
    return [
        tool.name,
        len(rows),
        f"{written} of {sum(row.files for row in rows)}",
        len({place for row in rows for place in row.left}) if written else None,
        sum(bool(row.left) for row in rows) if written else None,
        len({line for lines in known for line in lines}) if known and written else None,
        100 * back / total if total else None,
        sum(row.same for row in rows) if total else None,
        _per_file([(row.away_seconds, row.files) for row in rows]),
        _per_file([(row.back_seconds, row.files) for row in rows]),
        sum(bool(row.failure) for row in rows),
    ]


def _per_file(times: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(seconds, files) for seconds, files in times if seconds is not None]
    return sum(seconds for seconds, _ in known) / sum(files for _, files in known) if known else None


def _counted(found: Iterable[tuple[str, str]]) -> list[list[str | float | None]]:
    """Count equal pairs; the order is that of the first of each."""
    return [[*pair, count] for pair, count in Counter(found).items()]
