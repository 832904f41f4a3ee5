"""``stegomed benchmark paper``: measures, then writes the page, its plots, its tables and the report."""

from __future__ import annotations

from dataclasses import replace

from StegoMedLib.lab.benchmark.paper_page import paper_markdown, paper_page, paper_sections
from StegoMedLib.lab.benchmark.paper_plots import paper_plots
from StegoMedLib.lab.benchmark.paper_run import PaperReport, run_paper
from StegoMedLib.lab.benchmark.request import Request, Results, write_results

__all__ = ["results", "write_paper"]


def results(request: Request) -> Results:
    """As `write_paper`, and all tables."""
    report = write_paper(request)
    tables = [
        replace(table, title=f"{section.heading}. {table.title}")
        for section in paper_sections(report)
        for table in section.tables
    ]
    return Results(report.as_json(), tables)


def write_paper(request: Request) -> PaperReport:
    """Measure, and write ``paper.html``, ``paper.json``, ``paper.md`` and the plots into its folder.

    Raises
    ------
    UnusableInputError
        When the series are missing, and as of `Request.check`.
    """
    request.check()
    report = run_paper(
        request.data, request.finder, slices=request.slices, seed=request.seed, progress=request.progress
    )
    plots = paper_plots(report)
    with request.place() as work:
        page, markdown = paper_page(report, plots), paper_markdown(report)
        write_results(work, "paper", page, markdown, report.as_json(), pictures=plots)
    return report
