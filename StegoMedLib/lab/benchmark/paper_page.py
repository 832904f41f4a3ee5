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
        "The paper's figures appear if the error is taken before anything is stored: on the plane scaled to [0, 1], "
        "not rounded, with a peak of 255. The columns after that, and the wrong bits, are for the plane as a file "
        "stores it: air is clipped at the smallest value, and a cell of 4/β of the range is soon smaller than a grey "
        "level. 'Stretched' means that the plane was stretched to 16 bits before, which makes it a different image."
    ),
    (
        "That CT has few wrong bits at β = 1000 is luck: in flat air, clipping leaves half of a 1, which rounds to a "
        "value just above the middle of its cell, at the ranges of some slices."
    ),
    "'Expected' is the analysis for coefficients that are uniform in their cells: MSE = (4/β)²/3 · bits per pixel.",
)
_SMALL = ("The data modules of a QR code of version 10; a default header record needs less.",)
_CAPACITY = (
    (
        "How much fits, and what embedding so much changes. The paper states a capacity of 131,524 bits, but measured "
        "its PSNR with 8,126."
    ),
)
_NOISE = (
    (
        "The paper does not say how strong its noise is; its PSNR of about 53.4 dB at the stated peak of 65535 "
        "corresponds to a standard deviation of 140 stored units. Here it is 147 (53 dB before clipping), and salt and "
        "pepper has the same mean square error. NCC compares the bits sent and received, with their means removed. 'QR "
        "read' counts the slices whose QR code is readable. Profiles for lossless files extract nothing, by design."
    ),
)
_MASKS = (
    (
        "Sender and receiver each run the region finder on their own image. The paper's rule loses all bits after the "
        "first block that differs, and changes the parts of the body that its mask misses. Our receivers need no mask."
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
            f"Measured on {slices}; means over the slices. The paper's rule embeds in blocks outside the reference "
            "mask, from the top left on, and its receiver knows that mask; our profiles also obey the guard, and their "
            f"receivers know only the key. For the table of masks, the finder '{report.finder}' replaces the reference "
            "mask."
        ),
        (
            f"The paper: {printed.CITATION}. From its Tables 3 to 6, only the figures shown as printed were available; "
            "a dash marks unknown values."
        ),
        PAPER_NOTE,
    ]
