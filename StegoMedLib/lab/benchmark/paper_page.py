"""The comparison with the paper as one page: words, its tables beside ours, and plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark import printed
from StegoMedLib.lab.benchmark.page import Picture, Section, Table, as_html, as_markdown
from StegoMedLib.lab.benchmark.paper_plots import NOISE, STRENGTH
from StegoMedLib.lab.benchmark.paper_run import Line, PaperReport, lines
from StegoMedLib.lab.benchmark.paper_tables import capacity_table, mask_table, noise_table, small_table, strength_table
from StegoMedLib.metrics import PAPER_NOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from StegoMedLib.lab.benchmark.paper_rows import Row

__all__ = ["TITLE", "paper_markdown", "paper_page", "paper_sections"]

TITLE = "Against the paper"

_STRENGTH = (
    (
        "The paper's figures appear when the error is taken before anything is stored: on the plane scaled to [0, 1], "
        "not rounded, with a peak of 255. The columns after that are of the plane as a file holds it, and so are the "
        "wrong bits: air is clipped at the least value, and a cell of 4/β of the range is soon smaller than a grey "
        "level. Stretched means: had the plane been stretched to 16 bits before, which is another image than the one "
        "given."
    ),
    (
        "The few wrong bits of CT at β = 1000 are luck: the half that clipping leaves of a 1 in flat air rounds to a "
        "value just above the middle of its cell, at the ranges of some slices."
    ),
    "Expected is the analysis for coefficients spread evenly over their cells: MSE = (4/β)²/3 · bits per pixel.",
)
_SMALL = ("The data modules of a QR code of version 10; a default header record takes less.",)
_CAPACITY = (
    (
        "What fits, and what hiding so much does. The paper names a capacity of 131,524 bits beside a PSNR that it "
        "measured with 8,126."
    ),
)
_NOISE = (
    (
        "The paper does not say how strong its noise is; its PSNR of about 53.4 dB at the stated peak of 65535 means a "
        "standard deviation of 140 stored units. Here it is 147 (53 dB before clipping), with salt and pepper of the "
        "same mean square error. NCC is of bits sent and received, means removed. QR read counts the slices whose "
        "record a QR reader reads. Profiles that are made for lossless files read nothing here, by design."
    ),
)
_MASKS = (
    (
        "Sender and receiver each find the body by themselves. The paper's rule loses all bits after the first block "
        "that differs, and what its mask misses of the body it changes. Our receivers need no mask."
    ),
)
_CAPTIONS = {
    STRENGTH: "Left: PSNR as the paper measures it; right: wrong bits after storage. Means over the slices.",
    NOISE: "Wrong bits of a 60-byte record after Gaussian noise. Means over the slices; 0.5 is guessing.",
}


def paper_sections(report: PaperReport, plots: Mapping[str, bytes] | None = None) -> list[Section]:
    """Words, tables, and the `plots` that are given."""

    def tables(make: Callable[[str, list[Line]], Table], rows: Sequence[Row]) -> list[Table]:
        made = lines(rows)
        return [make(group, [line for line in made if line.group == group]) for group in report.covers]

    def picture(name: str) -> list[Picture]:
        return [Picture(plots[name], _CAPTIONS[name])] if plots else []

    strength, noise = tables(strength_table, report.strength), tables(noise_table, report.noise)
    return [
        Section("Imperceptibility (the paper's Table 4)", _STRENGTH, strength, picture(STRENGTH)),
        Section("A small record", _SMALL, tables(small_table, report.strength)),
        Section("Payload and capacity", _CAPACITY, tables(capacity_table, report.capacity)),
        Section("Noise", _NOISE, noise, picture(NOISE)),
        Section("Masks of cover and stego", _MASKS, tables(mask_table, report.masks)),
    ]


def paper_page(report: PaperReport, plots: Mapping[str, bytes]) -> str:
    """The page in HTML."""
    return as_html(f"StegoMed: {TITLE.lower()}", _lead(report), paper_sections(report, plots))


def paper_markdown(report: PaperReport) -> str:
    """All words and tables in Markdown."""
    parts = _lead(report)
    for section in paper_sections(report):
        parts += [f"### {section.heading}", *section.words]
        for table in section.tables:
            parts += [f"**{table.title}**", as_markdown(table)]
    return "\n\n".join(parts) + "\n"


def _lead(report: PaperReport) -> list[str]:
    slices = ", ".join(f"{count} slices of {group}" for group, count in report.covers.items())
    return [
        (
            f"Measured on {slices}; means over the slices. The paper's rule hides in blocks outside the reference "
            "mask, from the top left on, and its receiver is told that mask; our profiles keep a guard around it, "
            f"and their receivers are told nothing but the key. The table of masks uses the finder '{report.finder}' "
            "instead."
        ),
        (
            f"The paper: {printed.CITATION}. Of its Tables 3 to 6 only the figures shown as printed were at hand; "
            "sections are ordered by content, and a dash stands where nothing is known."
        ),
        PAPER_NOTE,
    ]
