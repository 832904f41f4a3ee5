"""Volumes as a viewer holds them: slices reversed, flipped, in multi-frame objects, or without DICOM behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from StegoMedLib.dicom import SeriesGeometry, header_record, read_instance
from StegoMedLib.envelope import HeaderRecord, Passphrase, TextRecord
from StegoMedLib.errors import (
    CancelledError,
    DoesNotFitError,
    NothingReadableError,
    StegoMedError,
    UnusableInputError,
    UsageError,
)
from StegoMedLib.pipeline.embed import embed
from StegoMedLib.pipeline.extract import extract
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.volumes import survey_stack, write_new, write_stack
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.instances import InstanceStack
from StegoMedLib.series.masks import FinderMasks, VolumeMasks
from StegoMedLib.series.sinks import Viewer
from StegoMedLib.series.stacks import RevisedStack, Stack, StackSeries, VoxelStack
from Testing.slices import slice_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


KEY = Passphrase.typed("correct horse battery staple")
OTHER = Passphrase.typed("another one")
TEXT = Content(TextRecord("a secret"))
MASKS = FinderMasks(ThresholdFinder())


def shown(files: list[Path]) -> NDArray[np.float64]:
    """Voxels as a viewer rescales them."""
    planes = [read_instance(path).plane() for path in files]
    return np.stack([plane.pixels * plane.slope + plane.intercept for plane in planes])


def hide(stack: Stack, volume: NDArray[Any], content: Content = TEXT, method: Method | None = None) -> NDArray[Any]:
    stego = volume.copy()

    def show(index: int, voxels: NDArray[np.float64]) -> None:
        stego[index] = np.rint(voxels) if volume.dtype.kind in "iu" else voxels

    sink = Viewer(stack, show)
    embed(StackSeries(stack), MASKS, KEY, sink, content=content, method=method or Method())
    return stego


@pytest.fixture(scope="module")
def files(phantom_folder: Path) -> list[Path]:
    return sorted(phantom_folder.iterdir())


ORDERS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "as it lies": lambda volume: volume,
    "slices reversed": lambda volume: volume[::-1],
    "rows flipped": lambda volume: volume[:, ::-1],
    "columns flipped": lambda volume: volume[:, :, ::-1],
    "all turned": lambda volume: volume[::-1, ::-1, ::-1],
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_volume_is_found_in_its_files_however_it_is_turned(files: list[Path], order: str, tmp_path: Path) -> None:
    volume = np.ascontiguousarray(ORDERS[order](shown(files)))
    stack = InstanceStack(files, volume)
    stego = hide(stack, volume)
    uids = write_stack(InstanceStack(files, stego, revised=True), stego, tmp_path / "out")
    written = {dcmread(path).SOPInstanceUID: path for path in (tmp_path / "out").iterdir()}
    for index, uid in enumerate(uids):
        source, derived = stack.plane(index), read_instance(written[uid]).plane()
        changed = derived.pixels != source.pixels
        assert 0 < changed.sum() < 0.1 * changed.size
        assert not (changed & MASKS.region(slice_of(source)).significant).any()
        assert np.array_equal(stack.voxels(index, derived.pixels), stego[index])
    again = np.ascontiguousarray(ORDERS[order](shown(sorted(written.values()))))
    report = extract(StackSeries(InstanceStack(sorted(written.values()), again)), KEY)
    assert report.record == TextRecord("a secret")
    assert {row.record for row in report.slices} == {0}


def test_header_records_are_each_study_s_own(files: list[Path]) -> None:
    volume = shown(files)
    stego = hide(InstanceStack(files, volume), volume, Content(attributes=("PatientName",)))
    report = extract(StackSeries(RevisedStack(InstanceStack(files, stego, revised=True), stego)), KEY)
    assert report.record == HeaderRecord(header_record(dcmread(files[0]), ("PatientName",)))


def test_a_revised_stack_without_its_key_reads_nothing(files: list[Path]) -> None:
    volume = shown(files)
    stego = hide(InstanceStack(files, volume), volume)
    with pytest.raises(NothingReadableError):
        extract(StackSeries(RevisedStack(InstanceStack(files, stego, revised=True), stego)), OTHER)


def test_the_mask_on_both_sides_serves_the_paper_s_profile(files: list[Path]) -> None:
    volume = shown(files)
    stego = hide(InstanceStack(files, volume), volume, Content(TextRecord("x")), Method("saidi2024", beta=100.0))
    source = InstanceStack(files, volume)
    masks = survey_stack(source, MASKS, volume.shape).masks
    stack = RevisedStack(InstanceStack(files, stego, revised=True), stego)
    report = extract(StackSeries(stack), KEY, profile="saidi2024", masks=VolumeMasks(stack, masks))
    assert report.records == [TextRecord("x")]
    assert "cannot be told" in report.must_look[0], "this profile ties the record to nothing"


def multi_frame(files: list[Path], target: Path) -> Path:
    """One object with a frame for every file."""
    source = dcmread(files[0])
    source.NumberOfFrames = len(files)
    source.PixelData = b"".join(dcmread(path).PixelData for path in files)
    source.SOPInstanceUID = source.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    source.save_as(target)
    return target


@pytest.mark.parametrize("order", ["as it lies", "slices reversed"])
def test_one_file_stands_for_many_slices(files: list[Path], order: str, tmp_path: Path) -> None:
    path = multi_frame(files, tmp_path / "multi.dcm")
    volume = np.ascontiguousarray(ORDERS[order](shown(files)))
    stack = InstanceStack([path], volume)
    assert stack.name(1).startswith("multi.dcm, frame ")
    stego = hide(stack, volume)
    uids = write_stack(InstanceStack([path], stego, revised=True), stego, tmp_path / "out")
    assert len(set(uids)) == 1
    (written,) = (tmp_path / "out").iterdir()
    report = extract(StackSeries(InstanceStack([written], stego)), KEY)
    assert len(report.slices) == len(files)
    assert report.record == TextRecord("a secret")


def test_slope_and_intercept_are_taken_back_exactly(files: list[Path], tmp_path: Path) -> None:
    scaled = []
    for number, path in enumerate(files):
        source = dcmread(path)
        units = source.pixel_array * float(source.RescaleSlope) + float(source.RescaleIntercept)
        source.RescaleSlope, source.RescaleIntercept = "0.37", "-1024.5"
        source.PixelData = np.rint((units + 1024.5) / 0.37).astype(np.int16).tobytes()
        if "PixelPaddingValue" in source:
            del source.PixelPaddingValue
        source.save_as(tmp_path / f"{number}.dcm")
        scaled.append(tmp_path / f"{number}.dcm")
    volume = shown(scaled).astype(np.float32)
    stego = hide(InstanceStack(scaled, volume), volume)
    write_stack(InstanceStack(scaled, stego, revised=True), stego, tmp_path / "out")
    for before, after in zip(scaled, sorted((tmp_path / "out").iterdir()), strict=True):
        assert abs(pixels(after) - pixels(before)).max() <= 2


def pixels(path: Path) -> NDArray[np.int32]:
    return read_instance(path).plane().pixels


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda volume: volume + 1.0, "changed after loading"),
        (lambda volume: volume[:, :200], "cropped or resampled"),
        (lambda volume: volume[:-1], "4 frames"),
        (lambda volume: np.concatenate([volume, volume]), "8 slices"),
    ],
)
def test_other_voxels_are_refused(
    files: list[Path], change: Callable[[NDArray[Any]], NDArray[Any]], sentence: str
) -> None:
    with pytest.raises(UnusableInputError, match=sentence):
        InstanceStack(files, change(shown(files)))


def test_one_slice_that_was_painted_over_is_refused(files: list[Path]) -> None:
    volume = shown(files)
    stack = InstanceStack(files, volume)
    volume[2, 5, 5] += 40
    assert stack.plane(1).shape == volume.shape[1:]
    with pytest.raises(UnusableInputError, match="Slice 3"):
        stack.plane(2)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float64])
def test_whole_numbers_without_dicom_carry_a_text(files: list[Path], kind: type, tmp_path: Path) -> None:
    volume: NDArray[Any] = shown(files).astype(kind)
    if np.dtype(kind).kind == "f":
        with pytest.raises(UnusableInputError, match="fractions"):
            VoxelStack(volume)
        return
    stack = VoxelStack(volume, "CT")
    stego = hide(stack, volume)
    assert stego.dtype == kind
    geometry = SeriesGeometry((10, 20, 30), (0, 0, -0.5), (0, 0.7, 0), (2.5, 0, 0))
    paths = write_new(stego, tmp_path / "new", geometry, modality="OT", attributes={"PatientID": "1"})
    assert [read_instance(path).plane().pixels.tolist() for path in paths] == stego.tolist()
    assert extract(StackSeries(VoxelStack(stego)), KEY).record == TextRecord("a secret")
    header = dcmread(paths[1])
    assert header.Modality == "OT"
    assert header.SOPClassUID == pydicom.uid.SecondaryCaptureImageStorage
    assert header.ImagePositionPatient == [12.5, 20, 30]
    assert header.ImageOrientationPatient == [0, 0, -1, 0, 1, 0]
    assert (header.PixelSpacing, header.SliceThickness) == ([0.7, 0.5], 2.5)


def test_whole_numbers_have_no_header(files: list[Path]) -> None:
    volume = shown(files).astype(np.int16)
    with pytest.raises(UsageError, match="no DICOM header"):
        hide(VoxelStack(volume, "CT"), volume, Content())


@pytest.mark.parametrize(
    ("kind", "least", "most", "legal"),
    [
        (np.uint8, 0, 255, (0, 255)),
        (np.int8, -5, 100, (-128, 127)),
        (np.uint16, 0, 60000, (0, 65535)),
        (np.uint16, 0, 1000, (0, 32767)),
        (np.int32, -1024, 3071, (-32768, 32767)),
        (np.int32, 0, 60000, (0, 65535)),
    ],
)
def test_legal_values_fit_the_type_and_16_bits(kind: type, least: int, most: int, legal: tuple[int, int]) -> None:
    volume: NDArray[Any] = np.linspace(least, most, 64).reshape(1, 8, 8).astype(kind)
    plane = VoxelStack(volume).plane(0)
    assert (plane.low, plane.high) == legal


def test_more_than_16_bits_are_refused() -> None:
    with pytest.raises(UnusableInputError, match="-1 to 40000"):
        VoxelStack(np.array([[[-1, 40000]]], dtype=np.int32))


def test_no_room_says_so(files: list[Path]) -> None:
    volume = shown(files)
    stack = InstanceStack(files, volume)
    with pytest.raises(DoesNotFitError):
        embed(
            StackSeries(stack),
            VolumeMasks(stack, np.ones(volume.shape, dtype=np.bool_)),
            KEY,
            Viewer(stack, lambda index, _: pytest.fail(f"slice {index} was shown")),
            content=TEXT,
        )


def test_a_survey_turns_masks_as_the_volume_is_turned(files: list[Path]) -> None:
    straight, turned = shown(files), np.ascontiguousarray(shown(files)[::-1, ::-1])
    upright = survey_stack(InstanceStack(files, straight), MASKS, straight.shape)
    flipped = survey_stack(InstanceStack(files, turned), MASKS, turned.shape)
    assert np.array_equal(upright.masks, flipped.masks[::-1, ::-1])
    assert upright.capacity_bits == flipped.capacity_bits[::-1]


def stop_at(number: int) -> Callable[[int, int, str], None]:
    def progress(done: int, _total: int, _label: str) -> None:
        if done == number:
            raise CancelledError

    return progress


def test_cancelled_writing_leaves_nothing(files: list[Path], tmp_path: Path) -> None:
    volume = shown(files)
    stack = InstanceStack(files, volume)
    with pytest.raises(CancelledError):
        write_stack(stack, volume, tmp_path / "a", progress=stop_at(2))
    geometry = SeriesGeometry.of_spacing((1, 1, 1))
    with pytest.raises(CancelledError):
        write_new(volume.astype(np.int16), tmp_path / "b", geometry, modality="CT", attributes={}, progress=stop_at(2))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "geometry",
    [((1, 0, 0), (0.1, 1, 0), (0, 0, 1)), ((0, 0, 0), (0, 1, 0), (0, 0, 1)), ((1, 0, 0), (0, 1, 0), (0, 0, np.nan))],
)
def test_places_that_dicom_cannot_express_are_refused(geometry: tuple[tuple[float, float, float], ...]) -> None:
    with pytest.raises(StegoMedError):
        SeriesGeometry((0, 0, 0), *geometry)
