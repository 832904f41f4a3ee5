"""The main job from end to end, on a phantom or on somebody's own series: files, a report, a page of pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.dicom import Listing, list_files, new_series
from StegoMedLib.envelope import Key, Passphrase, record_as_json
from StegoMedLib.envelope.words import make_passphrase
from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.lab.evaluation.stego import EvaluateReport, evaluate_series
from StegoMedLib.lab.pictures.canvas import figure_class, window_of
from StegoMedLib.lab.pictures.page import MaskShown, SliceShown, draw_mask_sheet, draw_page
from StegoMedLib.lab.pictures.sheet import MOST_MASKS
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.extract import ExtractReport, extract_series
from StegoMedLib.pipeline.survey import SegmentReport, SurveyedSlice, segment_series
from StegoMedLib.series.masks import FolderMasks, MaskSource, write_mask
from StegoMedLib.series.phantom import PATIENT, phantom_series
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from StegoMedLib.pipeline.embed_report import EmbeddedSliceReport, EmbedReport
    from StegoMedLib.pipeline.embed_run import SliceSeen
    from StegoMedLib.symbol import Symbol

__all__ = ["DemoReport", "run_demo"]

Stage = Callable[[str], Progress]
"""Gives the progress callable of a named stage."""


@dataclass(frozen=True)
class DemoReport:
    """What the demo did, station by station."""

    segmented: SegmentReport
    embedded: EmbedReport
    extracted: ExtractReport
    evaluated: EvaluateReport

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed demo``."""
        return {
            "segment": self.segmented.as_json(),
            "embed": self.embedded.as_json(),
            "extract": self.extracted.as_json(),
            "evaluate": self.evaluated.as_json(),
        }


def run_demo(
    target: Path,
    masks: MaskSource,
    *,
    series: Path | None = None,
    listing: Listing | None = None,
    key: Key | None = None,
    overwrite: bool = False,
    stage: Stage = lambda _: silent,
) -> DemoReport:
    """Segment, embed, save, extract and evaluate.

    Parameters
    ----------
    target : Path
        Folder for ``cover/`` (of the phantom), ``reference/``, ``masks/``, ``stego/``, ``report.json``, ``page.png``
        and ``masks.png``, and ``passphrase.txt`` when none was given.
    masks : MaskSource
    series : Path, optional
        The user's own DICOM file or folder, instead of the phantom.
    listing : Listing, optional
        Of `series`, where it was looked at already.
    key : Key, optional
        A fresh random passphrase unless given.
    overwrite : bool
    stage : callable
        Asked for a progress callable at each station.

    Raises
    ------
    StegoMedError
        As the stations raise them; `target` is then as it was.
    """
    figure_class()
    check_target(series, target, overwrite=overwrite)
    with staged(target, overwrite=overwrite) as work:
        if key is None:
            key = _fresh_passphrase(work / "passphrase.txt")
        # In place, so that the slice in the middle of the pictures is that of the patient.
        covers = _phantom(work) if series is None else _Covers(series, (listing or list_files(series)).in_place())
        report = _stations(work, covers, masks, key, stage)
        write_whole(
            work / "report.json", json.dumps(report.as_json(), indent=2, allow_nan=False).encode(), mode=PRIVATE
        )
    return report


def _fresh_passphrase(file: Path) -> Key:
    text, _ = make_passphrase()
    file.touch(mode=0o600)
    file.write_text(text + "\n", encoding="utf-8")
    return Passphrase.typed(text)


@dataclass(frozen=True)
class _Covers:
    """Where the covers are, what was found there, and where their reference masks are, if there are any."""

    source: Path
    listing: Listing
    reference: Path | None = None


def _phantom(work: Path) -> _Covers:
    """Write the phantom and its reference masks."""
    phantom = phantom_series()
    volume, bodies = phantom.stored[::-1], phantom.body[::-1]
    rescale = (phantom.slope, phantom.intercept)
    files = new_series(
        work / "cover",
        volume,
        spacing=phantom.spacing,
        attributes=PATIENT,
        rescale=rescale,
        padding=phantom.padding,
    )
    for file, body in zip(files, bodies, strict=True):
        write_mask(work / "reference" / f"{file.stem}.png", body)
    return _Covers(work / "cover", list_files(work / "cover"), work / "reference")


def _stations(work: Path, covers: _Covers, masks: MaskSource, key: Key, stage: Stage) -> DemoReport:
    """Run the stations one after the other, each from the files the last one left, and draw the pictures."""
    cover = covers.source
    sheet = _Sheet()
    segmented = segment_series(
        cover, work / "masks", masks, listing=covers.listing, progress=stage("Finding the body"), onlooker=sheet.take
    )
    middle = _Middle(len(segmented.slices))
    stego = work / "stego" / cover.name if cover.is_file() else work / "stego"
    embedded = embed_series(
        cover,
        stego,
        key,
        FolderMasks(work / "masks"),
        listing=covers.listing.without(segmented.files.left_out),
        progress=stage("Embedding the record"),
        onlooker=middle.take,
    )
    received: dict[tuple[str, int], Symbol] = {}
    extracted = extract_series(
        stego,
        key,
        progress=stage("Extracting the record"),
        onlooker=lambda each, symbol: received.update({each.key: symbol}),
    )
    evaluated = evaluate_series(cover, stego, references=covers.reference, progress=stage("Comparing"))
    report = DemoReport(segmented, embedded, extracted, evaluated)
    draw_mask_sheet(work / "masks.png", sheet.items)
    row = None if middle.seen is None else _row(middle.seen, embedded)
    if middle.seen is not None and row is not None:
        draw_page(work / "page.png", _shown(middle.seen, received), _summary(middle.seen, row, report))
    return report


@dataclass
class _Sheet:
    """The first slices and their masks."""

    items: list[MaskShown] = field(default_factory=list)

    def take(self, seen: SurveyedSlice) -> None:
        """Look at a slice."""
        if len(self.items) < MOST_MASKS:
            window = window_of(seen.cover.plane)
            self.items.append(
                MaskShown(
                    f"{seen.cover.name} {seen.cover.frame}", seen.cover.plane.pixels, seen.region.significant, window
                )
            )


@dataclass
class _Middle:
    """The last embedded slice of the first half of a series, or the first one after it."""

    slices: int
    count: int = 0
    seen: SliceSeen | None = None

    def take(self, seen: SliceSeen) -> None:
        """Look at a slice."""
        self.count += 1
        if seen.result.stego is not None and (self.seen is None or 2 * self.count <= self.slices + 1):
            self.seen = seen


def _shown(seen: SliceSeen, received: Mapping[tuple[str, int], Symbol]) -> SliceShown:
    symbol = received.get(seen.cover.key)
    stego = seen.cover.plane.pixels if seen.result.stego is None else seen.result.stego
    return SliceShown(
        title=f"StegoMed: {seen.cover.name}",
        cover=seen.cover.plane.pixels,
        mask=seen.region.significant,
        usable=seen.result.canvas.usable,
        stego=stego,
        sent=seen.message.symbol.modules,
        received=None if symbol is None else symbol.modules,
        window=window_of(seen.cover.plane),
    )


def _row(seen: SliceSeen, report: EmbedReport) -> EmbeddedSliceReport | None:
    """The slice in the report; None when its file was left out after all."""
    return next((row for row in report.slices if (row.file, row.frame) == seen.cover.key), None)


def _summary(seen: SliceSeen, row: EmbeddedSliceReport, report: DemoReport) -> dict[str, str | float | None]:
    """Numbers of the slice shown, and of the series."""
    measured = report.evaluated.summary()
    significant = measured.get("changed_significant")
    read = sum(each.record is not None for each in report.extracted.slices)
    numbers: dict[str, str | float | None] = {
        "slices that carry the record": f"{report.embedded.embedded} of {len(report.embedded.slices)}",
        "slices extracted": f"{read} of {len(report.extracted.slices)}",
        "attributes in the record": str(len(record_as_json(report.extracted.records[0]))),
        "QR version": str(seen.message.symbol.version),
        "bits embedded": str(row.metrics["payload_bits"]),
        "capacity in bits": str(row.metrics["capacity_bits"]),
        "changed pixels": str(row.metrics["changed_pixels"]),
        "changed in the significant region": str(row.metrics["changed_significant"]),
        "PSNR, R = range (dB)": _decibels(row.metrics["psnr_range"]),
        "PSNR, R = 2^bits - 1 (dB)": _decibels(row.metrics["psnr_stored"]),
        "PSNR, R = 65535 (dB)": _decibels(row.metrics["psnr_65535"]),
        "PSNR as in the paper (dB), for comparison": _decibels(row.metrics["psnr_paper"]),
        "SSIM": row.metrics["ssim"],
    }
    if significant is not None:
        numbers["changed inside reference masks, all slices"] = f"{significant['max']:.0f}"
    return numbers


def _decibels(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"
