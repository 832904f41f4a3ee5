"""``stegomed benchmark steganalysis``: trains detectors, then writes the page, its tables and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.envelope import Passphrase, Sealer, TextRecord
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark.baselines import LsbInAir
from StegoMedLib.lab.benchmark.our_methods import our_methods
from StegoMedLib.lab.benchmark.page import Section, Table, as_html, as_markdown
from StegoMedLib.lab.benchmark.peers import PAPER_BPP, RECORD, load_slices
from StegoMedLib.lab.benchmark.request import Request, Results, write_results
from StegoMedLib.lab.benchmark.steganalysis import CLASSIFIERS, REGIONS, Covers, DetectionRow, detect, make_pairs
from StegoMedLib.pipeline.message import seal
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.lab.benchmark.methods import Method
    from StegoMedLib.lab.benchmark.peers_run import Slice

__all__ = ["results", "run_detection", "write_steganalysis"]

_LEAD = (
    "The detector learns from planes and from the same planes marked by the same method with the same payload, and is "
    "tested on series that it has not seen. The AUC (area under the curve) is 0.5 for guessing and 1 for certainty; "
    "the deviation is the standard deviation over the series."
)
_AIR, _ = REGIONS


def results(request: Request) -> Results:
    """As `write_steganalysis`, and the table of detectors."""
    rows = write_steganalysis(request)
    return Results({"rows": [row.as_json() for row in rows]}, [_detection_table(rows)])


def write_steganalysis(request: Request) -> list[DetectionRow]:
    """Measure, and write ``steganalysis.html``, ``.json`` and ``.md`` into its folder.

    Raises
    ------
    UnusableInputError
        When the series or scikit-learn are missing, and as of `Request.check`.
    """
    request.check(pictures=False)
    data = request.data
    series = sorted(path.name for path in (data / "curated").glob("*") if path.is_dir())
    if not series:
        raise UnusableInputError(
            f"There are no series in {data / 'curated'}; name the folder that has them with --data."
        )
    slices = load_slices(data, series, request.finder, request.slices)
    rows = run_detection(slices, [*our_methods(), LsbInAir()], seed=request.seed, progress=request.progress)
    tables = [_detection_table(rows), _series_table(rows)]
    sections = [Section("Detection", tables=tables)]
    with request.place() as work:
        page = as_html("Steganalysis of the profiles", [_LEAD], sections)
        report = {"note": _LEAD, "rows": [row.as_json() for row in rows]}
        write_results(work, "steganalysis", page, as_markdown(tables[0]) + "\n", report)
    return rows


def run_detection(
    slices: Sequence[Slice], methods: Sequence[Method], *, seed: int = 0, progress: Progress = silent
) -> list[DetectionRow]:
    """Train and test detectors for every method at two payloads; none where too few slices have the capacity.

    Raises
    ------
    UnusableInputError
        When that is so for all.
    """
    record = seal(Sealer(Passphrase.typed("benchmark")), TextRecord(RECORD)).symbol.data_bits.size
    payloads = {
        f"record, {record} bits": {item.file: record for item in slices},
        f"{PAPER_BPP} bpp": {item.file: round(PAPER_BPP * item.plane.pixels.size) for item in slices},
    }
    jobs = [(method, payload) for method in methods for payload in payloads]
    covers = Covers()
    rows: list[DetectionRow] = []
    for done, (method, payload) in enumerate(jobs):
        progress(done, len(jobs), method.name)
        for region, pairs in make_pairs(method, slices, payloads[payload], covers, seed=seed).items():
            if pairs.tested:
                rows += [
                    detect(pairs, classifier, method=method.name, payload=payload, region=region)
                    for classifier in (CLASSIFIERS if region == _AIR else CLASSIFIERS[:1])
                ]
    progress(len(jobs), len(jobs), "")
    if not rows:
        raise UnusableInputError(
            "No method can carry a payload in enough slices of two series; take more slices, or other series."
        )
    return rows


def _detection_table(rows: Sequence[DetectionRow]) -> Table:
    """AUC of every detector."""
    lines: list[list[str | float | None]] = [
        [row.method, row.payload, row.region, row.classifier, row.pairs, f"{row.auc:.2f} ± {row.deviation:.2f}"]
        for row in rows
    ]
    return Table(
        "AUC, mean and deviation over series", ["method", "payload", "looks at", "detector", "planes", "AUC"], lines
    )


def _series_table(rows: Sequence[DetectionRow]) -> Table:
    """AUC by series: air that is constant shows every change, air that is noisy hides it."""
    names = list(dict.fromkeys(name for row in rows for name in row.groups))
    lines: list[list[str | float | None]] = [
        [name, *(None if (found := row.groups.get(name)) is None else f"{found:.2f}" for row in rows)] for name in names
    ]
    columns = ["series", *(f"{row.method}, {row.payload}, {row.region}, {row.classifier}" for row in rows)]
    return Table("AUC by series", columns, lines)
