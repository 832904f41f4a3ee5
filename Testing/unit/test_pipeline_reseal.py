"""Records sealed anew, replaced and erased: the old key reads nothing, the new one all, and no body changes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.binding import unpack_part
from StegoMedLib.blocks import pixels_of
from StegoMedLib.dicom import Number, new_series
from StegoMedLib.envelope import FileRecord, Identity, KeyFile, Sealer, TextRecord, joined
from StegoMedLib.errors import DoesNotFitError, NothingReadableError, PersonMustLookError, UnusableInputError
from StegoMedLib.pipeline.blind import BlindReader
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.erase import erase_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.message import seal
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.reseal import reseal, reseal_series
from StegoMedLib.pipeline.slices import embed_in_air
from StegoMedLib.pipeline.tying import State, Tie
from StegoMedLib.regions import Proof, Reason
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.masks import FinderMasks
from StegoMedLib.series.phantom import PATIENT, phantom_series
from StegoMedLib.series.sinks import Viewer
from StegoMedLib.series.stacks import StackSeries, VoxelStack

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.envelope import Record

OLD, NEW = KeyFile(bytes(range(32))), KeyFile(bytes(range(1, 33)))
MASKS = FinderMasks(ThresholdFinder())
RECORD = TextRecord("a secret")
NEW_PERSON = Identity.made()
METHODS = {
    "fidelity": Method("fidelity"),
    "capacity": Method("capacity"),
    "robust": Method("robust"),
    "fidelity spread": Method("fidelity", "spread"),
    "capacity spread": Method("capacity", "spread"),
    "reversible": Method("reversible"),
    "reversible spread": Method("reversible", "spread"),
}


@pytest.fixture(scope="module")
def marked(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The phantom under the old key, by name of the method; not to be changed."""
    folder = tmp_path_factory.mktemp("marked")
    for name, method in METHODS.items():
        embed_series(phantom_folder, folder / name, OLD, MASKS, content=Content(RECORD), method=method)
    return {name: folder / name for name in METHODS}


def planes(folder: Path) -> dict[str, NDArray[np.int32]]:
    return {part.name: next(part.slices()).plane.pixels for part in FileSeries(folder)}


def payloads(folder: Path, key: KeyFile) -> dict[str, Payload]:
    reader = BlindReader(key)
    found = {part.name: reader.read(next(part.slices()).plane, None) for part in FileSeries(folder)}
    return {name: reading.payload for name, reading in found.items() if reading is not None}


def assert_old_key_reads_nothing(folder: Path) -> None:
    with pytest.raises(NothingReadableError):
        extract_series(folder, OLD)


@pytest.mark.parametrize("name", METHODS)
def test_the_new_key_reads_the_same_record_in_the_same_place(
    marked: dict[str, Path], name: str, tmp_path: Path
) -> None:
    before = extract_series(marked[name], OLD)

    report = reseal_series(marked[name], tmp_path / "new", OLD, NEW, MASKS)

    after = extract_series(tmp_path / "new", NEW)
    assert report.count("done") == sum(row.profile is not None for row in before.slices)
    assert report.count("kept") == 0
    assert after.records == [RECORD]
    assert after.profile == before.profile
    assert [row.verdict and (row.verdict.state, row.verdict.number) for row in after.slices] == [
        row.verdict and (row.verdict.state, row.verdict.number) for row in before.slices
    ]
    assert [(each.needed, each.total) for each in after.shards] == [(each.needed, each.total) for each in before.shards]
    assert_old_key_reads_nothing(tmp_path / "new")


@pytest.mark.parametrize("name", ["fidelity", "capacity", "fidelity spread", "capacity spread"])
def test_nothing_changes_beside_the_blocks_of_the_old_message(
    marked: dict[str, Path], name: str, tmp_path: Path
) -> None:
    reseal_series(marked[name], tmp_path / "new", OLD, NEW, MASKS)

    old, new = planes(marked[name]), planes(tmp_path / "new")
    for file, payload in payloads(marked[name], OLD).items():
        assert payload.touched is not None
        changed = old[file] != new[file]
        assert changed.any()
        assert not changed[~pixels_of(payload.touched, changed.shape)].any()


def test_a_robust_record_goes_from_the_air_alone(phantom_folder: Path, marked: dict[str, Path], tmp_path: Path) -> None:
    erase_series(marked["robust"], tmp_path / "new", OLD, MASKS)

    old, new = planes(marked["robust"]), planes(tmp_path / "new")
    for part in FileSeries(phantom_folder):
        body = MASKS.region(next(part.slices())).significant
        assert not (old[part.name] != new[part.name])[body].any()


@pytest.mark.parametrize("name", METHODS)
def test_an_erased_record_is_gone(marked: dict[str, Path], name: str, tmp_path: Path) -> None:
    report = erase_series(marked[name], tmp_path / "new", OLD, MASKS)

    assert report.count("done") > 0
    assert report.count("kept") == 0
    assert not report.left_together
    assert_old_key_reads_nothing(tmp_path / "new")
    fell = [row.removed_db for row in report.slices if row.state == "done"]
    assert all(each is not None and each > 6 for each in fell) if name == "robust" else set(fell) == {None}


@pytest.mark.parametrize("name", METHODS)
def test_embedding_again_is_refused_before_anything_is_written(
    marked: dict[str, Path], name: str, tmp_path: Path
) -> None:
    with pytest.raises(UnusableInputError, match="carries a record already"):
        embed_series(marked[name], tmp_path / "new", OLD, MASKS, content=Content(RECORD))

    assert not (tmp_path / "new").exists()


def test_a_record_of_another_key_is_not_noticed(marked: dict[str, Path], tmp_path: Path) -> None:
    report = embed_series(marked["fidelity"], tmp_path / "new", NEW, MASKS, content=Content(RECORD))

    assert report.embedded
    assert report.seconds["checking"] > 0


@pytest.mark.parametrize("profile", ["fidelity", "capacity", "robust"])
@pytest.mark.parametrize("name", ["fidelity", "capacity spread", "robust"])
def test_a_replaced_record_is_not_read_in_any_profile(
    marked: dict[str, Path], name: str, profile: str, tmp_path: Path
) -> None:
    report = embed_series(
        marked[name],
        tmp_path / "new",
        OLD,
        MASKS,
        content=Content(TextRecord("another")),
        method=Method(profile, replace=True),
    )

    assert report.embedded
    assert report.kept == 0
    said = {each: records_in(tmp_path / "new", each) for each in ("fidelity", "capacity", "robust")}
    assert said == {each: [TextRecord("another")] if each == profile else [] for each in said}


def records_in(folder: Path, profile: str) -> list[Record]:
    """What the old key reads in one profile, alone or together."""
    try:
        return extract_series(folder, OLD, profile=profile).records
    except NothingReadableError:
        return []


def test_replacing_by_a_record_that_is_spread_measures_slices_without_the_old_one(
    marked: dict[str, Path], tmp_path: Path
) -> None:
    method = Method("fidelity", "spread", replace=True)

    embed_series(marked["robust"], tmp_path / "new", OLD, MASKS, content=Content(TextRecord("another")), method=method)

    assert extract_series(tmp_path / "new", OLD).records == [TextRecord("another")]


def test_a_key_may_join_the_one_that_is_there(marked: dict[str, Path], tmp_path: Path) -> None:
    reseal_series(marked["fidelity"], tmp_path / "new", OLD, joined([OLD, NEW_PERSON.recipient]), MASKS)

    assert extract_series(tmp_path / "new", OLD).records == [RECORD]
    assert extract_series(tmp_path / "new", NEW_PERSON).records == [RECORD]


def test_tiles_come_along(phantom_folder: Path, tmp_path: Path) -> None:
    embed_series(phantom_folder, tmp_path / "a", OLD, MASKS, content=Content(RECORD), method=Method(tiles=16))

    reseal_series(tmp_path / "a", tmp_path / "b", OLD, NEW, MASKS)

    parts = [unpack_part(payload.own) for payload in payloads(tmp_path / "b", NEW).values()]
    assert {part.tile for part in parts if part} == {16}


def altered(folder: Path, copy: Path, edit: Any) -> Path:
    """A copy of a folder, one file of which was edited."""
    shutil.copytree(folder, copy)
    path = sorted(copy.iterdir())[1]
    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array.copy()
    edit(pixels)
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)
    return copy


def touch_body(pixels: NDArray[Any]) -> None:
    pixels[120:136, 120:136] += 5


def test_altered_images_are_refused_until_somebody_accepts_them(marked: dict[str, Path], tmp_path: Path) -> None:
    source = altered(marked["fidelity"], tmp_path / "altered", touch_body)

    with pytest.raises(PersonMustLookError, match="--accept-altered"):
        reseal_series(source, tmp_path / "new", OLD, NEW, MASKS)
    assert not (tmp_path / "new").exists()
    with pytest.raises(PersonMustLookError, match="--accept-altered"):
        erase_series(source, tmp_path / "new", OLD, MASKS)

    reseal_series(source, tmp_path / "new", OLD, NEW, MASKS, accept_altered=True)
    found = extract_series(tmp_path / "new", NEW)
    assert found.must_look == []
    assert all(row.is_(State.INTACT) for row in found.slices)
    assert_old_key_reads_nothing(tmp_path / "new")


def test_what_an_altered_image_says_of_its_air_is_not_believed(marked: dict[str, Path], tmp_path: Path) -> None:
    """Somebody may have put the air of one image around the body of another: the body is found anew."""
    source = altered(marked["fidelity"], tmp_path / "altered", touch_body)
    bodies = {part.name: MASKS.region(next(part.slices())).significant for part in FileSeries(source)}

    erase_series(source, tmp_path / "new", OLD, MASKS, accept_altered=True)

    old, new = planes(source), planes(tmp_path / "new")
    assert not any((old[name] != new[name])[body].any() for name, body in bodies.items())


def test_a_record_of_another_image_is_never_sealed_anew(marked: dict[str, Path], tmp_path: Path) -> None:
    second = sorted(marked["fidelity"].iterdir())[1]
    inside = MASKS.region(next(next(iter(FileSeries(second))).slices())).significant

    def another_body(pixels: NDArray[Any]) -> None:
        pixels[inside] = 1600 - pixels[inside]

    source = altered(marked["fidelity"], tmp_path / "foreign", another_body)
    assert any(row.is_(State.ANOTHER) for row in extract_series(source, OLD).slices)

    with pytest.raises(PersonMustLookError, match="other images"):
        reseal_series(source, tmp_path / "new", OLD, NEW, MASKS, accept_altered=True)


def test_what_does_not_fit_under_more_keys_is_refused_in_one_sentence(phantom_folder: Path, tmp_path: Path) -> None:
    record = FileRecord("x", np.random.default_rng(0).bytes(330))
    embed_series(phantom_folder, tmp_path / "a", OLD, MASKS, content=Content(record))
    people = joined([NEW, *(Identity.made().recipient for _ in range(12))])

    with pytest.raises(DoesNotFitError, match="fewer keys"):
        reseal_series(tmp_path / "a", tmp_path / "b", OLD, people, MASKS)
    assert not (tmp_path / "b").exists()


def test_too_few_parts_cannot_be_sealed_anew_but_erased(marked: dict[str, Path], tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    shutil.copy(min(marked["fidelity spread"].iterdir()), few)

    with pytest.raises(NothingReadableError, match="spread"):
        reseal_series(few, tmp_path / "new", OLD, NEW, MASKS)
    erase_series(few, tmp_path / "new", OLD, MASKS)

    with pytest.raises(NothingReadableError) as error:
        extract_series(tmp_path / "new", OLD)
    assert "spread" not in str(error.value)


def test_a_wrong_key_reads_nothing_to_seal_anew(marked: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError):
        reseal_series(marked["fidelity"], tmp_path / "new", NEW, OLD, MASKS)
    with pytest.raises(NothingReadableError):
        erase_series(marked["fidelity"], tmp_path / "new", NEW, MASKS)
    assert not (tmp_path / "new").exists()


def noisy(folder: Path, copy: Path, sigma: float) -> Path:
    """A copy of a folder with noise in every slice."""
    shutil.copytree(folder, copy)
    for number, path in enumerate(sorted(copy.iterdir())):
        dataset = pydicom.dcmread(path)
        noise = np.random.default_rng(number).normal(0, sigma, dataset.pixel_array.shape)
        dataset.PixelData = np.rint(dataset.pixel_array + noise).astype(dataset.pixel_array.dtype).tobytes()
        dataset.save_as(path)
    return copy


@pytest.fixture(scope="module")
def hardly_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight robust slices after so much noise that some, or all, say too little alone."""
    phantom, folder = phantom_series(slices=8, size=256), tmp_path_factory.mktemp("noisy")
    new_series(
        folder / "series",
        phantom.stored[::-1],
        spacing=phantom.spacing,
        attributes=PATIENT,
        rescale=(phantom.slope, phantom.intercept),
    )
    embed_series(folder / "series", folder / "marked", OLD, MASKS, content=Content(RECORD), method=METHODS["robust"])
    return noisy(folder / "marked", folder / "noisy", 90)


def test_robust_slices_that_say_too_little_alone_are_erased_with_the_others(hardly_read: Path, tmp_path: Path) -> None:
    before = extract_series(hardly_read, OLD)
    assert any(row.record is None for row in before.slices)

    report = erase_series(hardly_read, tmp_path / "new", OLD, MASKS, accept_altered=True)

    assert report.count("done") > sum(row.record is not None for row in before.slices)
    assert_old_key_reads_nothing(tmp_path / "new")


def test_robust_slices_are_sealed_anew_unless_it_cannot_be_told_whose_they_are(
    hardly_read: Path, tmp_path: Path
) -> None:
    report = reseal_series(hardly_read, tmp_path / "new", OLD, NEW, MASKS, accept_altered=True)

    assert report.count("done") > 0
    found = extract_series(tmp_path / "new", NEW)
    assert found.records == [RECORD]
    if not report.count("kept"):
        assert_old_key_reads_nothing(tmp_path / "new")


def test_nobody_with_a_public_key_makes_reseal_change_a_body_by_saying_that_it_is_air() -> None:
    """The message is authentic, for anybody can seal for a recipient, and its map covers the patient."""
    phantom = phantom_series(slices=1, size=256)
    hounsfield = np.clip(phantom.stored[0] * phantom.slope + phantom.intercept, -1024, 3000).astype(np.int16)
    stack, person = VoxelStack(hounsfield[None], "CT"), Identity.made()
    (cover,) = StackSeries(stack)
    message = seal(Sealer(person.recipient), RECORD)
    lie = Proof(np.full(hounsfield.shape, Reason.AIR, dtype=np.uint8))
    chosen = coding("fidelity", person.recipient.locators()[0])
    lying = embed_in_air(cover, lie, message, chosen, Tie(cover, Number(0, 0, 1), message))
    assert lying.stego is not None
    series = StackSeries(VoxelStack(lying.stego[None].astype(np.int16), "CT"))
    shown: list[NDArray[np.float64]] = []

    with pytest.raises(DoesNotFitError, match="too little of what carries its record is proved to be air"):
        reseal(series, person, NEW, MASKS, Viewer(stack, lambda _, voxels: shown.append(voxels)))

    assert not shown
