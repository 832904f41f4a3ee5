"""A record is given out for its own image alone: copied, averaged and pasted marks are named, or not read at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.ndimage import median_filter

from StegoMedLib.binding import altered_tiles, pixel_digest, tile_key, unpack_part
from StegoMedLib.envelope import KeyFile, TextRecord
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.pipeline.blind import BlindReader
from StegoMedLib.pipeline.embed_run import EmbedRun
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.replicate import Replicate
from StegoMedLib.pipeline.slices import Cover
from StegoMedLib.pipeline.tying import State
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.masks import mask_source
from StegoMedLib.series.neighbours import Regions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.series.slice import Slice

KEY = KeyFile(bytes(range(32)))
SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_acrinflt013",
    "ct_thorax_cmbcrc",
    "ct_trunk_nysbu_axial",
    "ct_head_dcmqact",
    "ct_abdomen_dcmqi3",
    "ct_trunk_nysbu_sagittal",
)
PAIRS = [(one, SERIES[(number + 1) % len(SERIES)]) for number, one in enumerate(SERIES)]
"""Seven pairs of series of 512 x 512, each of two patients."""

EDITS = int(os.environ.get("STEGOMED_EDITS", "2000"))
"""One by one; 10^5 take two minutes."""

PROFILES = ("fidelity", "capacity", "robust")

pytestmark = pytest.mark.data


@dataclass(frozen=True)
class Marked:
    """A slice, its stego pixels (H, W), and the body in it."""

    cover: Slice
    stego: NDArray[np.int32]
    body: NDArray[np.bool_]

    @property
    def pixels(self) -> NDArray[np.int32]:
        return self.cover.plane.pixels


@lru_cache(maxsize=64)
def marked(data: Path, name: str, profile: str, count: int = 3, tiles: int = 0) -> tuple[Marked, ...]:
    """Slices of a series that carry a record of it."""
    series = FileSeries(data / "curated" / name)
    masks = mask_source("threshold", "auto", data / "masks" / "curated" / name)
    content, method = Content(TextRecord(f"of {name}")), Method(profile, tiles=tiles)
    run = EmbedRun(KEY, "reference", content, method, number=series.number)
    sender, regions, found = Replicate(run), Regions(masks, series), []
    for part in series:
        for each in part.slices():
            region = regions.of(each)
            stego = run.embed(each, Cover(each, region), sender.message(each))
            if stego is not None:
                found.append(Marked(each, stego, region.significant))
        if len(found) >= count:
            break
    assert found, f"no slice of {name} can be marked"
    return tuple(found)


def extracted(*slices: tuple[Slice, NDArray[np.int32]]) -> ExtractReport | None:
    """What a receiver with the key makes of slices with other pixels; None when nothing can be read."""
    run = ExtractRun(KEY, again=lambda key: replaced[key])
    replaced = {}
    for number, (each, pixels) in enumerate(slices):
        stored = replace(each.plane, pixels=pixels)
        new = replace(each, name=f"{number}", frame=number, read=lambda stored=stored: stored)  # type: ignore[misc]
        replaced[new.key] = new
        run.read(new, None)
    try:
        return run.finish()
    except NothingReadableError:
        return None


def assert_never_given_out(report: ExtractReport | None, foreign: str) -> None:
    """Nothing was read, or every slice with the foreign record is named as no image of it."""
    if report is None:
        return
    rows = [
        row
        for row in report.slices
        if row.record is not None and f"of {foreign}" in str(vars(report.records[row.record]))
    ]
    assert not any(row.is_(State.INTACT) for row in report.slices), report.slices
    assert report.must_look, rows
    assert report.record is None


def residual(stego: NDArray[np.int32]) -> NDArray[np.int32]:
    """The mark, as somebody without cover and key sees it."""
    return np.asarray(stego - median_filter(stego, 5), dtype=np.int32)


def body_put_into_marked_air(from_series: tuple[Marked, ...], victim: Marked) -> NDArray[np.int32]:
    """The body of another patient in the marked air of a slice: every bit of the message stays."""
    donor = from_series[0]
    return np.where(victim.body | donor.body, victim.pixels, donor.stego)


def mark_added_to_air(from_series: tuple[Marked, ...], victim: Marked) -> NDArray[np.int32]:
    return np.where(victim.body, victim.pixels, victim.pixels + residual(from_series[0].stego))


def mean_mark_added_to_air(from_series: tuple[Marked, ...], victim: Marked) -> NDArray[np.int32]:
    marks = np.mean([residual(each.stego) for each in from_series], axis=0)
    return np.where(victim.body, victim.pixels, victim.pixels + np.rint(2 * marks).astype(np.int32))


def changes_added_to_air(from_series: tuple[Marked, ...], victim: Marked) -> NDArray[np.int32]:
    """With the cover at hand, too: the very changes."""
    donor = from_series[0]
    return np.where(victim.body, victim.pixels, victim.pixels + donor.stego - donor.pixels)


ATTACKS = (
    body_put_into_marked_air,
    mark_added_to_air,
    mean_mark_added_to_air,
    changes_added_to_air,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("profile", PROFILES)
def test_marks_moved_to_another_patient_are_no_record_of_that_patient(
    data_dir: Path, profile: str, attack: Callable[[tuple[Marked, ...], Marked], NDArray[np.int32]]
) -> None:
    for donor, victim in PAIRS:
        of_donor, of_victim = marked(data_dir, donor, profile), marked(data_dir, victim, profile)
        for each in of_victim[:2]:
            report = extracted((each.cover, attack(of_donor, each)))
            assert_never_given_out(report, donor)


@pytest.mark.parametrize("profile", PROFILES)
def test_marked_air_around_another_body_is_read_and_named_as_another_image(data_dir: Path, profile: str) -> None:
    """The message lies in the air alone, so that it can be read, and says whose it is not."""
    donor, states = marked(data_dir, SERIES[0], profile)[0], []
    for victim in marked(data_dir, SERIES[2], profile)[:3]:
        forged = donor.stego.copy()
        forged[donor.body] = np.roll(victim.pixels, (3, 5), axis=(0, 1))[donor.body]

        report = extracted((victim.cover, forged))

        assert report is not None, "the message lies in the air alone"
        assert report.must_look
        states += [row.verdict and row.verdict.state for row in report.slices]
    # Keys are drawn anew in every run, and one in a hundred or so cannot tell.
    assert set(states) <= {State.ANOTHER, State.UNKNOWN}
    assert states.count(State.ANOTHER) >= 2


@pytest.mark.parametrize("profile", PROFILES)
def test_slices_as_they_were_written_are_intact(data_dir: Path, profile: str) -> None:
    for name in SERIES:
        found = marked(data_dir, name, profile)
        report = extracted(*((each.cover, each.stego) for each in found))
        assert report is not None
        assert [row.verdict and row.verdict.state for row in report.slices] == [State.INTACT] * len(found)
        assert not report.must_look


@pytest.mark.parametrize("profile", ["fidelity", "capacity"])
def test_every_changed_pixel_is_found_in_its_tile(data_dir: Path, profile: str) -> None:
    """What `extract` compares, without reading the message anew: no change of the body touches it."""
    rng = np.random.default_rng(14)
    each = marked(data_dir, SERIES[0], profile, tiles=16)[0]
    stored = replace(each.cover, read=lambda: replace(each.cover.plane, pixels=each.stego))
    reading = BlindReader(KEY).read(stored.plane, None)
    assert reading is not None
    assert reading.opened is not None
    assert reading.payload.open is not None
    assert reading.payload.touched is not None
    part = unpack_part(reading.payload.own)
    assert part is not None
    key = tile_key(reading.opened.binding_key, reading.payload.nonce, part.head)
    digest = pixel_digest(each.stego, reading.payload.open)
    edited = each.stego.copy()
    found = 0
    for row, column in rng.choice(np.argwhere(each.body), EDITS):
        edited[row, column] ^= 1
        found += pixel_digest(edited, reading.payload.open) != digest
        edited[row, column] ^= 1
    assert found == EDITS
    missed = 0
    for rows in np.array_split(rng.permutation(np.argwhere(each.body)), 60):
        edited = each.stego.copy()
        edited[tuple(rows.T)] ^= 1
        changed = np.zeros((32, 32), dtype=bool)
        changed[tuple(rows.T // 16)] = True
        told = altered_tiles(edited, reading.payload.touched, 16, key, part.tags)
        assert told is not None
        assert not (told & ~changed).any()
        missed += int(np.count_nonzero(changed & ~told))
    assert missed <= 5, "2^-16 of some 30,000"


@pytest.mark.parametrize("profile", ["fidelity", "capacity"])
def test_one_changed_pixel_anywhere_is_found(data_dir: Path, profile: str) -> None:
    """Half in the body, half anywhere: each of them alone."""
    rng = np.random.default_rng(13)
    for name in SERIES[:2]:
        each = marked(data_dir, name, profile)[0]
        inside = np.argwhere(each.body)
        places = [*rng.choice(inside, 20), *rng.integers(0, each.stego.shape, (20, 2))]
        for row, column in places:
            edited = each.stego.copy()
            edited[row, column] += 1 if edited[row, column] < each.cover.plane.high else -1
            report = extracted((each.cover, edited))
            assert report is None or [found.is_(State.INTACT) for found in report.slices] == [False]
            if each.body[row, column]:
                assert report is not None, "a change of the body keeps nobody from reading"
                assert report.slices[0].is_(State.ALTERED)
