"""Tables of docs/results.md: what each is made of, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from StegoMedLib.lab.benchmark import paper_tables
from StegoMedLib.lab.benchmark.page import Table, as_markdown
from StegoMedLib.lab.benchmark.paper_run import Line
from StegoMedLib.lab.benchmark.photo import photo_tables
from Testing.docs.batch_tables import batch_table, killing_table, model_table, processes_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["BLOCKS", "KEPT"]

Measured = dict[str, Any]
Cells = list["str | float | None"]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    return as_markdown(Table("", columns, rows))


def _mean_and(end: str, found: Mapping[str, float]) -> str:
    return f"{found['mean']:.3f} ({found[end]:.3f})"


def series_table(measured: Measured) -> str:
    """Every real series: quality, and agreement with the reference masks."""
    columns = (
        "series",
        "slices",
        "embedded",
        "extracted",
        "changed pixels, mean",
        "psnr_65535, minimum",
        "psnr_range, minimum",
    )
    more = ("psnr_paper, minimum", "changed_significant", "changed_padding", "IoU of the finder, mean (minimum)")
    rows: list[Cells] = []
    for row in measured["series"]:
        head: Cells = [row["series"], row["slices"], row["embedded"]]
        if not row["embedded"]:
            rows.append(head + [None] * 8)
            continue
        psnr = [f"{row[name]['min']:.1f}" for name in ("psnr_65535", "psnr_range", "psnr_paper")]
        most = [int(row[name]["max"]) for name in ("changed_significant", "changed_padding")]
        found = [row["read"], f"{row['changed_pixels']['mean']:.0f}", *psnr, *most, _mean_and("min", row["iou"])]
        rows.append(head + found)
    return _table((*columns, *more), rows)


def photographs_table(measured: Measured) -> str:
    """Files into photographs and out of them."""
    columns = (
        *("what", "photographs", "may be lost", "bits a sample, most", "PSNR, least, dB", "exact", "conceal, s"),
        *("MB of files a second", "of sealed bytes", "reveal, s", "MB of files a second", "MiB at most"),
    )
    rows: list[Cells] = []
    for row in measured["rows"]:
        rates = [f"{row[size] / row['conceal']:.2f}" for size in ("source_mb", "sealed_mb")]
        what: Cells = [row["name"], row["photographs"], row["lost"], f"{row['bits']:.2f}", f"{row['psnr']:.1f}"]
        out = f"{row['source_mb'] / row['reveal']:.2f}"
        spent = [f"{row['conceal']:.1f}", *rates, f"{row['reveal']:.1f}", out, round(row["memory"] / 2**20)]
        rows.append([*what, "yes" if row["same"] else "no", *spent])
    return _table(columns, rows)


def times_table(codec: Measured, finder: Measured) -> str:
    """Times of one plane of 512 x 512: least of the rounds, which other work on the machine disturbs least."""
    rows = [[f"{name}, once a run", f"{codec[key]['least']:.0f}"] for name, key in _KEYS.items()]
    for name in sorted(finder["fresh"]):
        cold = finder["fresh"][name]
        rows.append(
            [
                f"first mask of a new process, {name} (peak memory {cold['peak_mib']:.0f} MiB)",
                f"{1e3 * cold['first_mask_s']:.0f}",
            ]
        )
    rows += [[f"finder: {name}", f"{times['least']:.1f}"] for name, times in finder["milliseconds"].items()]
    for plane in codec["planes"]:
        for row in plane["profiles"]:
            what = f"`{row['profile']}`, {row['bits']:,} bits, {plane['plane']}"
            rows += [[f"{what}: {work}", f"{row[f'{work}_ms']['least']:.1f}"] for work in ("embed", "extract")]
    return _table(("work", "ms"), rows)


_KEYS = {"locator key (Argon2id)": "locator_key_ms", "sealing key (Argon2id)": "sealing_key_ms"}


def memory_table(measured: Measured) -> str:
    """Peak memory by length."""
    kind = measured["kind"]
    rows = [
        [row["length"], *(f"{row[work]['peak_mib']} MiB" for work in ("embed", "extract"))]
        for row in measured["lengths"]
    ]
    return _table((f"length of the {kind}", "`embed`", "`extract`"), rows)


def robustness_tables(measured: Measured) -> str:
    """What each strength survives: slices read of slices marked, CT and MR apart."""
    parts = []
    for name, case in measured.items():
        attacks = dict.fromkeys((row["attack"], row["level"]) for row in case["attacks"])
        rows = [
            [f"{attack} {level:g}".replace("none 0", "no attack"), *_survived(case["attacks"], attack, level)]
            for attack, level in attacks
        ]
        skipped = sum(case["skipped"].values())
        ssim = [series["ssim"] for series in case["least"].values()]
        head = (
            f"Strength `{name}`: {case['strength']:g} dB, {case['payload_bits']:,} bits, {case['changed_significant']} "
            f"pixels of the body changed, lowest SSIM of a slice {min(ssim):.2f} to {max(ssim):.2f} by series"
        )
        left = f"; {skipped} slices have too little capacity and were skipped" if skipped else ""
        columns = ("attack and level", "CT", "MR", "lowest NCC of the QR code, CT", "lowest NCC of the QR code, MR")
        parts.append(f"{head}{left}.\n\n{_table(columns, rows)}")
    return "\n\n".join(parts)


def _survived(rows: Sequence[Measured], attack: str, level: float) -> Cells:
    chosen = [row for row in rows if (row["attack"], row["level"]) == (attack, level)]
    groups = [[row for row in chosen if row["series"].startswith(modality)] for modality in ("ct_", "mr_")]
    counts: Cells = [
        f"{sum(row['read'] for row in group)} of {sum(row['slices'] for row in group)}" if group else None
        for group in groups
    ]
    return counts + [f"{min(row['ncc_qr_least'] for row in group):.3f}" if group else None for group in groups]


def masks_table(measured: Measured) -> str:
    """Agreement of the finders' masks with reference masks, by split."""
    rows: list[Cells] = []
    for row in measured["totals"]:
        same = [each for each in measured["series"] if all(each[name] == row[name] for name in ("split", "modality"))]
        missed = max(each["missed_unguarded"] for each in same)
        overlap = [f"{row[name]['mean']:.3f} ({row[name]['min']:.3f})" for name in ("maskrcnn", "threshold")]
        rows.append([f"{row['split']}, {row['modality']}", row["slices"], *overlap, int(missed)])
    columns = ("split", "slices", "Mask R-CNN", "threshold", "body pixels outside the guard, worst slice")
    return _table(columns, rows)


def safety_tables(measured: Measured) -> str:
    """Patients' pixels that are usable or changed, by series; and how much of the outside is usable."""
    total = f"{measured['slices']} slices of {len(measured['series'])} series; pixels of patients usable or changed: "
    shares = _table(
        (
            "group",
            "usable share of the pixels outside the patient (median, without padding)",
            "usable share of the empty ones",
        ),
        [
            [group, *(_per_cent(measured[name][group]) for name in ("median_share", "median_share_of_empty"))]
            for group in measured["median_share"]
        ],
    )
    marked = tuple(measured["series"][0]["marked"])
    columns = (
        "series",
        "slices",
        *(f"marked with {name}" for name in marked),
        "patient pixels usable",
        "patient pixels changed",
        "alone",
    )
    rows = [
        [
            row["series"],
            row["slices"],
            *(row["marked"][name] for name in marked),
            *(row[name] for name in ("patient_usable", "patient_changed", "alone")),
        ]
        for row in measured["series"]
    ]
    return f"{total}**{measured['patient_pixels']}**.\n\n{shares}\n\n{_table(columns, rows)}"


def _per_cent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def guard_tables(measured: Measured) -> str:
    """Attacked slices in which pixels of the patient became usable."""
    rows = [
        [report["modality"], kind, *counts]
        for report in measured["reports"]
        for kind, counts in sorted(report["kinds"].items())
    ]
    return _table(("modality", "attack", "planes", "planes with usable patient pixels", "usable patient pixels"), rows)


def _paper(table: str, make: Callable[[str, list[Line]], Table]) -> Callable[[Measured], str]:
    def tables(measured: Measured) -> str:
        parts = []
        for group in measured["covers"]:
            made = make(group, [Line(**line) for line in measured["summary"][table] if line["group"] == group])
            parts.append(f"{made.title}\n\n{as_markdown(made)}")
        return "\n\n".join(parts)

    return tables


def deidentify_table(measured: Measured) -> str:
    """What de-identifiers leave, break and give back."""
    lines = measured["summary"]
    return _table(list(lines[0]), [list(line.values()) for line in lines])


def service_table(measured: Measured) -> str:
    """How fast instances go through the service."""
    columns = (
        "way",
        "seconds",
        "instances a second",
        "came out",
        "set aside",
        "MiB at a tenth of the way",
        "at the end",
    )
    rows: list[Cells] = []
    for way in measured["ways"]:
        memory = [" + ".join(map(str, way[name])) or None for name in ("early", "late")]
        rate = f"{way['came_out'] / way['seconds']:.1f}"
        rows.append([way["name"], f"{way['seconds']:.0f}", rate, way["came_out"], way["set_aside"], *memory])
    return _table(
        (*columns, "new errors"), [[*row, way["errors"]] for row, way in zip(rows, measured["ways"], strict=True)]
    )


def photo_blocks(measured: Measured) -> str:
    """Ways to hide a slice in a photograph: quality, then detection."""
    return "\n\n".join(f"{made.title}\n\n{as_markdown(made)}" for made in photo_tables(measured))


BLOCKS: Mapping[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "series": (("series",), series_table),
    "times": (("codec", "finder"), times_table),
    "memory": (("memory",), memory_table),
    "robustness": (("robust",), robustness_tables),
    "masks": (("masks",), masks_table),
    "safety": (("safety",), safety_tables),
    "guard": (("guard",), guard_tables),
    "deidentify": (("deidentify",), deidentify_table),
    "photo": (("photo",), photo_blocks),
    "service": (("service",), service_table),
    "processes": (("processes",), processes_table),
    "photographs": (("photographs",), photographs_table),
    "batch": (("batch",), batch_table),
    "batch_model": (("batch",), model_table),
    "batch_killing": (("batch_killing",), killing_table),
    "paper_strength": (("paper",), _paper("strength", paper_tables.strength_table)),
    "paper_small": (("paper",), _paper("strength", paper_tables.small_table)),
    "paper_capacity": (("paper",), _paper("capacity", paper_tables.capacity_table)),
    "paper_noise": (("paper",), _paper("noise", paper_tables.noise_table)),
    "paper_masks": (("paper",), _paper("masks", paper_tables.mask_table)),
}
"""Parts of the page that are made: the files of docs/results/, and what makes Markdown of them."""


def _kept_paper(written: Measured) -> Measured:
    return {name: written[name] for name in ("covers", "finder", "summary")}


def _kept_safety(written: Measured) -> Measured:
    rows = [{name: row[name] for name in _SAFETY} for row in written["series"]]
    totals = {name: written[name] for name in ("patient_pixels", "median_share", "median_share_of_empty")}
    return {**totals, "slices": len(written["slices"]), "series": rows}


_SAFETY = ("series", "slices", "marked", "patient_usable", "patient_changed", "alone")


def _kept_masks(written: Measured) -> Measured:
    series = [
        {
            **{name: row[name] for name in ("series", "split", "modality", "slices")},
            "missed_unguarded": row["finders"]["maskrcnn"]["missed_unguarded"]["max"],
        }
        for row in written["series"]
    ]
    return {"series": series, "totals": written["totals"]}


def _kept_guard(written: list[Measured]) -> Measured:
    return {"reports": [{name: report[name] for name in ("modality", "kinds")} for report in written]}


def _kept_deidentify(written: Measured) -> Measured:
    return {name: written[name] for name in ("planted", "tools", "summary")}


KEPT: Mapping[str, Callable[..., Measured]] = {
    "paper": _kept_paper,
    "safety": _kept_safety,
    "masks": _kept_masks,
    "guard": _kept_guard,
    "deidentify": _kept_deidentify,
}
"""What is kept of a benchmark's file, where that is not all of it."""
