"""What the guard leaves usable, and what embedding changes, on series with reference masks of three values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from StegoMedLib.binding import Shared
from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.codec.profiles import BLIND, PROFILES
from StegoMedLib.dicom import Number
from StegoMedLib.envelope import Passphrase, Sealer, TextRecord
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.message import seal
from StegoMedLib.pipeline.slices import embed_slice
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.regions import Proof, prove
from StegoMedLib.regions.prepare import hounsfield
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.masks import FinderMasks, mask_name
from StegoMedLib.series.neighbours import Regions
from StegoMedLib.series.region import Region, why_not_air
from StegoMedLib.training.references import read_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.pipeline.message import Message
    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import RegionFinder
    from StegoMedLib.series.slice import Slice
    from StegoMedLib.training.references import Reference

__all__ = ["GROUPS", "JudgedSlice", "SafetySlice", "SeriesRow", "judge_series", "sum_up"]

GROUPS = ("curated", "safety")
"""Folders of series, below the folder of data and below that of masks."""

_AIR, _NEAR_AIR = -1000.0, 50.0  # HU
_RECORD = "A record of the safety bench: no patient's, and as long as what a header of a CT or MR image has to tell."


_ALONE = Number(0, 0, 1)
"""Slices are judged one by one."""


@dataclass(frozen=True)
class SafetySlice:
    """Pixels of one slice, by its reference mask.

    Attributes
    ----------
    series, file : str
    frame : int
    modality : str
    patient_usable, unsure_usable, air_usable : int
        Pixels in usable blocks that are the patient, not sure, and certainly outside.
    air : int
        Pixels that are certainly outside, padding left out.
    empty, empty_usable : int
        The same without couches, clothes and all else that lies outside: in CT what a median finds at -1000 HU.
    alone : int
        Pixels of the patient that the guard would leave usable behind an empty mask.
    changed : dict of str to int
        Pixels of the patient that each profile changed; profiles that left the slice alone are missing.
    loudest : dict of str to int
        Grey levels by which each profile changed a pixel at the most.
    reason : str
        What took the air, where one reason took most of it.
    pixels : dict of str to int
        Pixels by what the guard made of them.
    """

    series: str
    file: str
    frame: int
    modality: str
    patient_usable: int
    unsure_usable: int
    air_usable: int
    air: int
    empty: int
    empty_usable: int
    alone: int
    reason: str
    pixels: dict[str, int]
    changed: dict[str, int] = field(default_factory=dict)
    loudest: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Share of what is certainly outside that is usable; None where nothing is."""
        return self.air_usable / self.air if self.air else None

    @property
    def share_of_empty(self) -> float | None:
        """Share of what is outside and nothing that is usable; None where nothing is."""
        return self.empty_usable / self.empty if self.empty else None


@dataclass(frozen=True, eq=False)
class JudgedSlice:
    """A slice as an onlooker sees it."""

    row: SafetySlice
    plane: Plane
    proof: Proof
    reference: Reference


@dataclass(frozen=True)
class SeriesRow:
    """Sums and medians over the slices of one series."""

    series: str
    slices: int
    marked: dict[str, int]
    patient_usable: int
    patient_changed: int
    unsure_usable: int
    alone: int
    share: float | None
    share_of_empty: float | None

    def as_json(self) -> dict[str, object]:
        """The row in the JSON report."""
        return asdict(self)


def judge_series(
    folder: Path,
    masks: Path,
    finder: RegionFinder,
    *,
    name: str = "",
    profiles: tuple[str, ...] = BLIND,
    most: int | None = None,
    onlooker: Callable[[JudgedSlice], None] | None = None,
) -> Iterator[SafetySlice]:
    """Prove the air of each slice of a series, embed with each profile, and count by the reference masks.

    Parameters
    ----------
    folder, masks : Path
        Files ``<stem>.dcm``, and ``<stem>.png`` (``<stem>_<frame>.png``, from 1, where a file has several frames).
    finder : RegionFinder
    name : str
        Of the series, for reports; its folder's by default.
    profiles : tuple of str
    most : int, optional
        At most so many files, spread evenly.
    onlooker : callable, optional

    Raises
    ------
    UnusableInputError
        When an image or its mask is missing, cannot be read, or differs in size.
    """
    series = FileSeries(folder, accept_lossy=True)
    regions = Regions(FinderMasks(finder), series)
    key = Passphrase.typed("safety bench")
    sealer, locator = Sealer(key), key.locators()[0]
    record = TextRecord(_RECORD)
    codings = {
        each: (
            coding(each, locator),
            seal(sealer, record, PROFILES[each].most_symbols, Shared.drawn(0, 1) if PROFILES[each].votes else None),
        )
        for each in profiles
    }
    count = len(series) if most is None else min(most, len(series))
    chosen = set(np.linspace(0, len(series) - 1, count).round().astype(int).tolist())
    for part in (part for index, part in enumerate(series) if index in chosen):
        for each in part.slices():
            reference = _reference(masks, each)
            where = (name or folder.name, part.title, each.frame)
            judged = _judge(each, regions.of(each), reference, codings, where)
            if onlooker is not None:
                onlooker(judged)
            yield judged.row


def _reference(masks: Path, each: Slice) -> Reference:
    name = f"{Path(each.name).stem}_{each.frame + 1:04d}.png" if each.frames > 1 else mask_name(each)
    return read_reference(masks / name, each.plane.shape)


def _judge(
    each: Slice,
    region: Region,
    reference: Reference,
    codings: dict[str, tuple[Coding, Message]],
    name: tuple[str, str, int],
) -> JudgedSlice:
    plane = each.plane
    results = {
        profile: embed_slice(each, region, message, chosen, Tie(each, _ALONE, message))
        for profile, (chosen, message) in codings.items()
    }
    proof = next(iter(results.values())).proof
    usable = _usable(plane, proof)
    outside = ~(reference.patient | reference.unsure | plane.padding_mask)
    empty = outside & _nothing_there(plane)
    stegos = {profile: each.stego for profile, each in results.items() if each.stego is not None}
    differences = {profile: np.abs(stego - plane.pixels) for profile, stego in stegos.items()}
    row = SafetySlice(
        *name,
        plane.modality,
        patient_usable=int((usable & reference.patient).sum()),
        unsure_usable=int((usable & reference.unsure).sum()),
        air_usable=int((usable & outside).sum()),
        air=int(outside.sum()),
        empty=int(empty.sum()),
        empty_usable=int((usable & empty).sum()),
        alone=int((_usable(plane, prove(plane, np.zeros_like(usable))) & reference.patient).sum()),
        reason=why_not_air(proof),
        pixels=proof.counts,
        changed={profile: int((each[reference.patient] > 0).sum()) for profile, each in differences.items()},
        loudest={profile: int(each.max(initial=0)) for profile, each in differences.items()},
    )
    return JudgedSlice(row, plane, proof, reference)


def _nothing_there(plane: Plane) -> NDArray[np.bool_]:
    """Where CT is at the level of air by a median, which the guard does not use; everywhere else than in CT."""
    units = hounsfield(plane)
    if units is None:
        return np.ones(plane.shape, dtype=np.bool_)
    return np.asarray(np.abs(ndimage.median_filter(units, 5, mode="nearest") - _AIR) < _NEAR_AIR)


def _usable(plane: Plane, proof: Proof) -> NDArray[np.bool_]:
    return pixels_of(usable_blocks(proof.air), plane.shape)


def sum_up(series: str, rows: list[SafetySlice], profiles: tuple[str, ...] = BLIND) -> SeriesRow:
    """Put the slices of a series together."""
    shares = [row.share for row in rows if row.share is not None]
    empty = [row.share_of_empty for row in rows if row.share_of_empty is not None]
    return SeriesRow(
        series=series,
        slices=len(rows),
        marked={profile: sum(profile in row.changed for row in rows) for profile in profiles},
        patient_usable=sum(row.patient_usable for row in rows),
        patient_changed=sum(sum(row.changed.values()) for row in rows),
        unsure_usable=sum(row.unsure_usable for row in rows),
        alone=sum(row.alone for row in rows),
        share=float(np.median(shares)) if shares else None,
        share_of_empty=float(np.median(empty)) if empty else None,
    )
