"""``stegomed benchmark peers``: measures, then writes the page, its plots, its tables and the report."""

from __future__ import annotations

from StegoMedLib.lab.benchmark.peers import SERIES, PeersReport, all_methods, compare_methods, load_slices
from StegoMedLib.lab.benchmark.peers_page import peers_markdown, peers_page, peers_plots, summary_table
from StegoMedLib.lab.benchmark.request import Request, Results, write_results

__all__ = ["results", "write_peers"]


def results(request: Request, attacked: int) -> Results:
    """As `write_peers`, and the table in short."""
    report = write_peers(request, attacked=attacked)
    return Results(report.as_json(), [summary_table(report)], report.advice)


def write_peers(
    request: Request,
    *,
    attacked: int = 2,
) -> PeersReport:
    """Measure, and write ``peers.html``, ``peers.json``, ``peers.md`` and the plots into its folder.

    Parameters
    ----------
    request : Request
    attacked : int
        At most so many slices of each series are attacked.

    Raises
    ------
    UnusableInputError
        When the series are missing, and as of `Request.check`.
    """
    request.check(attacked)
    found = load_slices(request.data, SERIES, request.finder, request.slices)
    report = compare_methods(found, all_methods(), attacked=attacked, seed=request.seed, progress=request.progress)
    plots = peers_plots(report)
    pictures = {f"errors_{name.lower()}": png for name, png in plots.items()}
    with request.place() as work:
        page, markdown = peers_page(report, plots), peers_markdown(report)
        write_results(work, "peers", page, markdown, report.as_json(), pictures=pictures)
    return report
