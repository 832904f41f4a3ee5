"""Tables of the comparison with the paper: what it prints, its rule on our slices, and our profiles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark import printed
from StegoMedLib.lab.benchmark.page import Table
from StegoMedLib.lab.benchmark.paper_run import RECORD, SAME, SMALL, beta_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.lab.benchmark.paper_run import Line

__all__ = ["capacity_table", "mask_table", "noise_table", "small_table", "strength_table"]

Cells = list["str | float | None"]

_CT = "CHAOS CT"
_PRINTED = "the paper (printed)"


def strength_table(group: str, made: Sequence[Line]) -> Table:
    """PSNR at every strength, and wrong bits."""
    rows: list[Cells] = []
    for line in (line for line in made if line.load == SAME):
        beta = beta_of(line.variant)
        rows.append(
            [
                line.variant,
                printed.PSNR.get(beta) if beta and group == _CT else None,
                line.mean("psnr_paper_unrounded"),
                None if beta is None else _expected(beta),
                *(line.mean(name) for name in ("psnr_paper", "psnr_range", "psnr_stored", "psnr_65535")),
                _per_cent(line.mean("ber")),
                _per_cent(line.mean("ber_stretched")),
                _counted(line),
            ]
        )
    columns = ("profile", "printed", "as the paper measures", "expected", "psnr_paper", "psnr_range", "psnr_stored")
    more = ("psnr_65535", "wrong bits", "wrong bits, stretched", "slices with enough capacity")
    return Table(f"{group}, {SAME}: PSNR in dB", columns + more, rows)


def small_table(group: str, made: Sequence[Line]) -> Table:
    """PSNR of a payload that a record needs, and wrong bits."""
    measures = ("psnr_paper", "psnr_range", "psnr_65535", "changed_pixels")
    rows = [
        [line.variant, *(line.mean(name) for name in measures), _per_cent(line.mean("ber")), _counted(line)]
        for line in made
        if line.load == SMALL
    ]
    columns = (
        "profile",
        "psnr_paper",
        "psnr_range",
        "psnr_65535",
        "changed pixels",
        "wrong bits",
        "slices with enough capacity",
    )
    return Table(f"{group}, {SMALL}: PSNR in dB", columns, rows)


def capacity_table(group: str, made: Sequence[Line]) -> Table:
    """Bits that fit, and what hiding so many does."""
    rows: list[Cells] = []
    if group == _CT:
        rows.append([_PRINTED, printed.CAPACITY, printed.CAPACITY / 512**2, None, None, None, None])
    for line in made:
        bits = line.measures["capacity_bits"]
        ends = f"{bits['min']:,.0f} to {bits['max']:,.0f}"
        quality = (line.mean("psnr_range"), line.mean("psnr_65535"), _per_cent(line.mean("ber")))
        rows.append([line.variant, round(bits["mean"]), line.mean("capacity_bpp"), ends, *quality])
    columns = (
        "profile",
        "bits, mean",
        "bits per pixel",
        "bits, minimum to maximum",
        "psnr_range",
        "psnr_65535",
        "wrong bits",
    )
    return Table(f"{group}: as many bits as fit", columns, rows)


def noise_table(group: str, made: Sequence[Line]) -> Table:
    """Correlation and wrong bits of two payloads after noise, and whether a QR reader reads the smaller."""
    chosen = {(line.attack, line.variant, line.load): line for line in made}
    rows: list[Cells] = []
    for attack in dict.fromkeys(line.attack for line in made if line.attack.endswith(("paper", " 1 %"))):
        if attack.endswith("paper"):
            known = printed.NOISE_NCC[attack.split(",")[0]]
            rows.append([attack, _PRINTED, printed.NOISE_PSNR, known, None, None, None, None])
        for variant in dict.fromkeys(line.variant for line in made):
            long, record = chosen.get((attack, variant, SAME)), chosen[attack, variant, RECORD]
            rows.append([attack, variant, record.mean("psnr_65535"), *_read(long), *_read(record), _readable(record)])
    columns = ("noise", "profile", "psnr_65535, noisy", f"NCC, {SAME}", "wrong bits", f"NCC, {RECORD}", "wrong bits")
    return Table(group, (*columns, "QR read"), rows)


def mask_table(group: str, made: Sequence[Line]) -> Table:
    """Masks of cover and stego, and what their differences cost."""
    rows: list[Cells] = []
    if group == _CT:
        between = " to ".join(f"{value:.2f}" for value in printed.MASK_NCC)
        rows.append([_PRINTED, printed.IOU, between, None, None, None, None])
    for line in made:
        least = line.measures.get("ncc_mask", {}).get("min")
        found = (line.mean("iou"), least, line.mean("blocks_differ"), line.mean("changed_significant"))
        rows.append([line.variant, *found, _per_cent(line.mean("ber")), _counted(line)])
    columns = ("profile", "IoU, mean", "NCC, minimum", "blocks that differ", "body pixels changed", "wrong bits")
    return Table(f"{group}, {SAME}", (*columns, "slices with enough capacity"), rows)


def _per_cent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.2f} %"


def _counted(line: Line) -> str:
    return f"{line.measured} of {line.slices}"


def _expected(beta: float) -> float:
    return 10 * math.log10(255**2 / ((4 / beta) ** 2 / 3 * printed.PAYLOAD_BPP))


def _read(line: Line | None) -> tuple[float | None, str | None]:
    return (None, None) if line is None else (line.mean("ncc"), _per_cent(line.mean("ber")))


def _readable(line: Line) -> str:
    return f"{round((line.mean('read') or 0.0) * line.measured)} of {line.slices}"
