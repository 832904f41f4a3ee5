"""What the panel's buttons do, without the panel: from nodes of the scene to nodes of the scene, files and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import slicer

from StegoMedLib.choices import HIGH_STRENGTH
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.errors import UnusableInputError
from StegoMedPanel import found, nodes, packages, stego
from StegoMedPanel.capacity import Measured
from StegoMedPanel.concealing import Concealing
from StegoMedPanel.saving import Progress
from StegoMedPanel.travelling import Travelling

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.envelope import Key, Record
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.pipeline.extract import ExtractReport
    from StegoMedLib.pipeline.volumes import Survey
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.stacks import Stack
    from StegoMedLib.symbol import Symbol
    from StegoMedPanel.packages import Teller
    from StegoMedPanel.untyped import Node


__all__ = ["Case", "Embedded", "Extracted", "Progress", "Request", "Work"]


@dataclass(frozen=True)
class Case:
    """What is worked on: a volume, its significant region, the profile, and the kind of voxels without DICOM."""

    volume: Node
    segmentation: Node
    profile: str
    modality: str = "OT"

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What tells whether a measured capacity is still that of what is chosen."""
        worked_on = self.volume, self.segmentation
        return *(None if node is None else str(node.GetID()) for node in worked_on), self.profile


@dataclass(frozen=True, repr=False)
class Request:
    """What is to be embedded; shows nothing of it in ``repr``.

    Attributes
    ----------
    record : Record or None
        None for the ticked `attributes` of each study's header.
    strong : bool
        Whether a profile that takes a strength embeds at its high one.
    tiles : int
        Pixels on a side of the tiles whose alteration shall be told; 0 for none.
    replace : bool
        Replace a record that is there already.
    """

    key: Key
    record: Record | None
    attributes: tuple[str, ...]
    strong: bool = False
    tiles: int = 0
    replace: bool = False


@dataclass(frozen=True)
class Embedded:
    """The volumes that embedding added, its report, and the capacity that it measured."""

    volume: Node
    difference: Node
    report: EmbedReport
    measured: Measured


@dataclass(frozen=True)
class Extracted:
    """The report of an extraction, the symbol of the first slice that could be read, and what was altered (S, H, W)."""

    report: ExtractReport
    symbol: Symbol | None
    altered: NDArray[np.bool_]


class Work(Travelling, Concealing):
    """The work behind the buttons; every method says what is wrong by a `StegoMedError` with a sentence."""

    def ensure_packages(self, *, network: bool = False, teller: Teller | None = None) -> None:
        """Install what is missing in Slicer's Python, when the user agrees."""
        packages.ensure(network=network, teller=teller)

    def find(self, case: Case, finder: str, progress: Progress) -> tuple[Node, Measured]:
        """Find the significant region into the segmentation, or a new one; it, and the capacity."""
        from StegoMedLib.processes import processes_for  # noqa: PLC0415
        from StegoMedLib.series.masks import mask_source  # noqa: PLC0415 brings pydicom and SciPy

        shares = processes_for(nodes.voxels_of(case.volume).nbytes) > 1
        masks = mask_source(finder, "auto", None, threads=1 if shares else 0)
        survey = self._survey(case, self.stack(case.volume, case.modality), masks, progress)
        if not survey.masks.any():
            raise UnusableInputError(
                "No body was found in any slice; try the other finder, or draw the region in Segment Editor."
            )
        segmentation = case.segmentation
        if segmentation is None:
            segmentation = nodes.new_segmentation(case.volume, survey.masks)
        else:
            nodes.replace_mask(segmentation, case.volume, survey.masks)
        nodes.mark_air(segmentation, case.volume, survey.air)
        found.remember(segmentation, survey.masks, survey.suspects)
        return segmentation, _measured(survey.capacity_bits, survey.reasons, case.profile)

    def measure(self, case: Case, progress: Progress) -> Measured:
        """Capacity of every slice outside what the reviewer left; what may be written to is shown."""
        stack = self.stack(case.volume, case.modality)
        survey = self._survey(case, stack, self._reviewed(case, stack), progress)
        nodes.mark_air(case.segmentation, case.volume, survey.air)
        return _measured(survey.capacity_bits, survey.reasons, case.profile)

    @staticmethod
    def _survey(case: Case, stack: Stack, masks: MaskSource, progress: Progress) -> Survey:
        from StegoMedLib.pipeline.volumes import survey_stack  # noqa: PLC0415
        from StegoMedLib.processes import processes_for  # noqa: PLC0415

        voxels = nodes.voxels_of(case.volume)
        processes = processes_for(voxels.nbytes)
        return survey_stack(stack, masks, voxels.shape, profile=case.profile, progress=progress, processes=processes)

    def bytes_needed(self, record: Record) -> int:
        """What a record takes of each slice, in bytes after compression."""
        from StegoMedLib.envelope import envelope_length, largest_record_bytes  # noqa: PLC0415

        return largest_record_bytes(envelope_length(record))

    def embed(self, case: Case, request: Request, progress: Progress) -> Embedded:
        """Embed a record outside what the reviewer left; add the stego volume and the difference."""
        from StegoMedLib.pipeline.embed import embed  # noqa: PLC0415
        from StegoMedLib.pipeline.options import Content, Method  # noqa: PLC0415
        from StegoMedLib.processes import processes_for  # noqa: PLC0415
        from StegoMedLib.series.sinks import Viewer  # noqa: PLC0415
        from StegoMedLib.series.stacks import StackSeries  # noqa: PLC0415

        stack, cover = self.stack(case.volume, case.modality), nodes.voxels_of(case.volume)
        marked, steps = cover.copy(), np.zeros(cover.shape, dtype=np.uint8)

        def show(index: int, voxels: NDArray[np.float64]) -> None:
            marked[index] = np.rint(voxels) if cover.dtype.kind in "iu" else voxels
            change = np.abs(stack.stored(index, marked[index]) - stack.stored(index, cover[index]))
            steps[index] = stack.turned(np.minimum(change, 255))

        report = embed(
            StackSeries(stack),
            self._reviewed(case, stack),
            request.key,
            Viewer(stack, show),
            content=Content(request.record, request.attributes),
            method=Method(
                case.profile,
                strength=HIGH_STRENGTH if request.strong else None,
                tiles=request.tiles,
                replace=request.replace,
            ),
            progress=progress,
            processes=processes_for(cover.nbytes),
        )
        with slicer.util.RenderBlocker():
            node = stego.add_stego(case.volume, marked, case.modality)
            difference = stego.add_difference(case.volume, steps)
        bits = [int(row.metrics["capacity_bits"] or 0) for row in report.slices]
        reasons = [row.reason if row.state == "skipped" else "" for row in report.slices]
        return Embedded(node, difference, report, _measured(bits, reasons, case.profile))

    def extract(
        self,
        volume: Node,
        key: Key,
        progress: Progress,
        *,
        beside: Node | None = None,
        profile: str | None = None,
    ) -> Extracted:
        """Extract the record; only a `profile` that needs a mask looks at the segmentation `beside`."""
        from StegoMedLib.pipeline.extract import extract  # noqa: PLC0415
        from StegoMedLib.series.masks import VolumeMasks  # noqa: PLC0415
        from StegoMedLib.series.stacks import StackSeries  # noqa: PLC0415

        stack, masks = self.stack(volume, stego.modality_of(volume)), None
        if profile is not None and PROFILES[profile].needs_mask:
            if beside is None:
                raise UnusableInputError(
                    f"The profile {profile} needs the segmentation that was used for embedding; choose it in step 2."
                )
            masks = VolumeMasks(stack, nodes.mask_of(beside, volume))
        symbols: list[Symbol] = []
        report = extract(
            StackSeries(stack),
            key,
            profile=profile,
            masks=masks,
            progress=progress,
            onlooker=lambda _slice, symbol: symbols.append(symbol),
        )
        altered = _altered(report, stack, nodes.voxels_of(volume).shape)
        return Extracted(report, symbols[0] if symbols else None, altered)

    def save_files(self, report: ExtractReport, folder: Path) -> None:
        """Write the files that were read into a folder."""
        from StegoMedLib.pipeline.extract import save_files  # noqa: PLC0415

        save_files(report, folder)

    def stack(self, volume: Node, modality: str) -> Stack:
        """The slices behind a volume: source files where it came from DICOM, its own voxels else."""
        from StegoMedLib.series.instances import InstanceStack  # noqa: PLC0415
        from StegoMedLib.series.stacks import RevisedStack, VoxelStack  # noqa: PLC0415

        voxels = nodes.voxels_of(volume)
        uids = nodes.uids_of(volume)
        if uids:
            return InstanceStack(nodes.files_of(uids), voxels)
        sources = nodes.uids_of(volume, stego.SOURCES)
        if sources:
            return RevisedStack(InstanceStack(nodes.files_of(sources), voxels, revised=True), voxels)
        return VoxelStack(voxels, modality)

    def _reviewed(self, case: Case, stack: Stack) -> MaskSource:
        """What the reviewer left of the region."""
        from StegoMedLib.series.masks import VolumeMasks  # noqa: PLC0415

        mask = nodes.mask_of(case.segmentation, case.volume)
        return VolumeMasks(stack, mask, found.doubts(case.segmentation, mask))


def _altered(report: ExtractReport, stack: Stack, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Voxels (S, H, W) of the tiles that were altered, in all slices that tell."""
    from StegoMedLib.binding import tile_pixels  # noqa: PLC0415

    altered = np.zeros(shape, dtype=np.bool_)
    for row in report.slices:
        verdict = row.verdict
        if verdict is not None and verdict.tiles is not None:
            altered[row.frame] = stack.turned(tile_pixels(verdict.tiles, verdict.shape, verdict.side))
    return altered


def _measured(bits: list[int], reasons: list[str], profile: str) -> Measured:
    """Capacity in bits as the largest record of each slice."""
    from StegoMedLib.pipeline.capacity import record_bytes_in  # noqa: PLC0415

    return Measured([record_bytes_in(each, profile) for each in bits], reasons)
