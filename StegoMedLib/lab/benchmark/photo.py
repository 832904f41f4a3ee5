"""``stegomed benchmark photo``: hides slices in photographs, then writes the page, its tables and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.lab.benchmark.page import Section, Table, as_html, as_markdown
from StegoMedLib.lab.benchmark.photo_methods import Coded, Learned, PhotoMethod, carriers
from StegoMedLib.lab.benchmark.photo_run import (
    BITS_A_SAMPLE,
    PRINTED,
    PhotoReport,
    detection_rows,
    hide_bytes,
    hide_slices,
    quality_rows,
)
from StegoMedLib.lab.benchmark.request import Request, Results, write_results
from StegoMedLib.lab.photo.checkpoints import load_network
from StegoMedLib.lab.photo.crops import pairs_of
from StegoMedLib.lab.photo.photographs import photographs
from StegoMedLib.lab.photo.secrets import load_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["photo_tables", "results", "write_photo"]

SIDE = 256
"""Pixels on a side of photographs and secrets."""

_CROPS = 16
"""Crops of each photograph that a detector looks at, if no other number is given."""

_LEAD = (
    "Medical slices of patients and crops of photographs that no network has learnt from, one slice in each crop, of "
    "equal size. LSB and ours carry the slice compressed without loss; the network gives back what is like it. "
    "PSNR has a peak of 255; SSIM has windows of 7 x 7."
)
_DETECTION = (
    "A detector that knows everything but the key learns from crops of photographs and from the same crops marked, and "
    "is tested on photographs that it has not seen; the network has learnt from some of them. The AUC is 0.5 for "
    "guessing and 1 for certainty; the deviation is that over photographs."
)
_MEANS = "Means are over the secrets that all methods hid; a secret may be too large for a method."
_POSTER = "Stego-eHealth (poster), as printed"
_NO_WEIGHTS = (
    "The learned network is left out: train it with 'stegomed train photo', and name its last.pt by --weights."
)


def results(request: Request, *, pairs: int, weights: Path | None = None) -> Results:
    """As `write_photo`, and both tables."""
    report = write_photo(request, pairs=pairs, weights=weights)
    return Results(report.as_json(), photo_tables(report.as_json()), "" if weights else _NO_WEIGHTS)


def write_photo(request: Request, *, pairs: int, weights: Path | None = None) -> PhotoReport:
    """Measure, and write ``photo.html``, ``.json`` and ``.md`` into its folder.

    Parameters
    ----------
    request : Request
        Its `slices` are crops of each photograph that the detector looks at.
    pairs : int
        Secrets to hide.
    weights : Path, optional
        Checkpoint of ``stegomed train photo``; without it there is no learned row.

    Raises
    ------
    UnusableInputError
        Data, photographs, scikit-learn, PyTorch or weights are missing, and as of `Request.check`.
    """
    request.check(pictures=False)
    if pairs < 1:
        raise UsageError("Less than one pair is none; give a number from 1.")
    report = _measured(request, pairs, _learned(weights))
    tables = photo_tables(report.as_json())
    with request.place() as work:
        sections = [Section("Quality", [_LEAD], tables[:1]), Section("Detection", [_DETECTION], tables[1:])]
        page = as_html("A medical image in a photograph", [], sections)
        markdown = "\n\n".join(as_markdown(table) for table in tables) + "\n"
        write_results(work, "photo", page, markdown, report.as_json())
    return report


def _learned(weights: Path | None) -> list[Learned]:
    try:
        return [] if weights is None else [Learned(load_network(weights))]
    except ImportError:
        raise UnusableInputError(
            "The learned network needs PyTorch; install it with pip install 'stegomed[training]'."
        ) from None


def _measured(request: Request, count: int, learned: Sequence[Learned]) -> PhotoReport:
    curated = request.data / "curated"
    pictures, secrets = photographs(), load_secrets(curated if curated.is_dir() else request.data)
    pairs = pairs_of(pictures, secrets, SIDE, count)
    if not pairs:
        raise UnusableInputError(
            f"No held-out slice in {request.data} has {SIDE} rows and columns; give larger images, or more patients."
        )
    report = PhotoReport()
    methods: list[PhotoMethod] = [*learned, *map(Coded, carriers())]
    quality_rows(report, methods, pairs, progress=request.progress)
    payload = f"{BITS_A_SAMPLE} bits a sample"
    marks = {(each.name, "a slice"): hide_slices(each, secrets) for each in learned}
    marks |= {(each.name, payload): hide_bytes(each) for each in carriers()}
    report.detection += detection_rows(
        pictures, marks, crops=request.slices or _CROPS, seed=request.seed, progress=request.progress
    )
    return report


def photo_tables(report: Mapping[str, object]) -> list[Table]:
    """Quality, then detection, of a report of `PhotoReport.as_json`."""
    return [_quality_table(report), _detection_table(report)]


def _quality_table(report: Mapping[str, object]) -> Table:
    quality: list[dict[str, float | str | None]] = report["quality"]  # type: ignore[assignment]
    lines = []
    methods = list(dict.fromkeys(str(row["method"]) for row in quality))
    hidden = {name: {_pair(row) for row in quality if row["method"] == name} for name in methods}
    by_all = set.intersection(*hidden.values())
    for name in methods:
        own = [row for row in quality if row["method"] == name]
        lines.append(_line(own, [row for row in own if _pair(row) in by_all]))
    printed = [f"{PRINTED[name]:.2f}" for name in ("cover_psnr", "secret_psnr")]
    lines.append([_POSTER, None, None, printed[0], None, printed[1], None, None, None, None])
    columns = (
        "method",
        "hidden secrets",
        "bits a sample",
        "photograph: PSNR, dB",
        "SSIM",
        "what comes out: PSNR, dB",
        "SSIM",
        "exact",
        "hide, ms",
        "show, ms",
    )
    return Table(f"Slices of {SIDE} x {SIDE} in photographs of that size, means", columns, lines, _MEANS)


def _pair(row: Mapping[str, float | str | None]) -> tuple[object, object]:
    return row["photograph"], row["secret"]


def _line(
    own: Sequence[Mapping[str, float | str | None]], rows: Sequence[Mapping[str, float | str | None]]
) -> list[str | float | None]:
    """Of a method: how many secrets it hid, and means over `rows`, those that all methods hid."""

    def mean(key: str, factor: float = 1.0, digits: int = 2) -> str | None:
        values = [factor * float(value) for row in rows if (value := row[key]) is not None]
        return f"{np.mean(values):.{digits}f}" if values else None

    exact = sum(bool(row["exact"]) for row in own)
    out = "equal" if exact == len(own) else mean("secret_psnr")
    return [
        str(own[0]["method"]),
        len(own),
        mean("bits_a_sample"),
        mean("cover_psnr"),
        mean("cover_ssim", digits=4),
        out,
        mean("secret_ssim", digits=4),
        f"{exact} of {len(own)}",
        mean("hide_seconds", 1000, 0),
        mean("show_seconds", 1000, 0),
    ]


def _detection_table(report: Mapping[str, object]) -> Table:
    rows: list[dict[str, float | str]] = report["detection"]  # type: ignore[assignment]
    lines: list[list[str | float | None]] = [
        [row["method"], row["payload"], row["classifier"], row["pairs"], f"{row['auc']:.2f} ± {row['deviation']:.2f}"]
        for row in rows
    ]
    return Table("AUC, mean and deviation over photographs", ["method", "payload", "detector", "crops", "AUC"], lines)
