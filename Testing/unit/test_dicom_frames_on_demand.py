"""A frame is read when it is asked for, from wherever it lies, and the file is left alone meanwhile."""

from __future__ import annotations

import os
import tracemalloc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.dicom.source import FileBytes
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, COLUMNS = 40, 36
MEBIBYTE = 1 << 20


def pixels_of(frames: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 900, (frames, ROWS, COLUMNS))


def native(frames: int) -> Callable[[pydicom.FileDataset], None]:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.NumberOfFrames, dataset.PixelData = frames, pixels_of(frames).astype("<u2").tobytes()

    return edit


def compressed(
    frames: int, syntax: pydicom.uid.UID = RLELossless, *, table: str = "basic", fragments: int = 1
) -> Callable[[pydicom.FileDataset], None]:
    def edit(dataset: pydicom.FileDataset) -> None:
        described: dict[str, Any] = {
            "rows": ROWS,
            "columns": COLUMNS,
            "number_of_frames": 1,
            "samples_per_pixel": 1,
            "bits_allocated": 16,
            "bits_stored": 16,
            "pixel_representation": 1,
            "photometric_interpretation": "MONOCHROME2",
        }
        planes = pixels_of(frames).astype("<i2")
        codes = [get_encoder(syntax).encode(plane.tobytes(), index=0, **described) for plane in planes]
        dataset.file_meta.TransferSyntaxUID, dataset.NumberOfFrames = syntax, frames
        if table == "extended":
            value, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = encapsulate_extended(codes)
        else:
            value = encapsulate(codes, fragments_per_frame=fragments, has_bot=table == "basic")
        dataset.PixelData = value
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True

    return edit


LAYOUTS = {
    "native": native(5),
    "basic table": compressed(5),
    "basic table, fragments": compressed(5, fragments=3),
    "extended table": compressed(5, table="extended"),
    "no table": compressed(5, table="none"),
    "no table, fragments": compressed(5, JPEG2000Lossless, table="none", fragments=3),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_frames_are_found_in_any_order(make_image: Any, layout: str) -> None:
    instance = read_instance(make_image(LAYOUTS[layout]))
    for frame in (3, 0, 4, 4, 1, 2):
        assert np.array_equal(instance.plane(frame).pixels, pixels_of(5)[frame])


def test_frame_in_several_fragments_without_a_table_is_put_together(make_image: Any) -> None:
    instance = read_instance(make_image(compressed(1, table="none", fragments=4)))
    assert np.array_equal(instance.plane().pixels, pixels_of(1)[0])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_file_is_not_kept_open(make_image: Any, layout: str) -> None:
    path = make_image(LAYOUTS[layout])
    instance = read_instance(path)
    instance.plane(2)
    handles = Path("/proc/self/fd")
    if handles.is_dir():
        assert str(path) not in {os.path.realpath(handle) for handle in handles.iterdir()}
    path.rename(path.with_name("moved.dcm"))
    path.with_name("moved.dcm").unlink()


@pytest.mark.parametrize("layout", ["native", "no table"])
def test_file_that_changes_or_goes_meanwhile_is_told(make_image: Any, layout: str) -> None:
    path = make_image(LAYOUTS[layout])
    instance = read_instance(path)
    path.write_bytes(path.read_bytes() + b"\0\0")
    with pytest.raises(UnusableInputError, match=f"{path.name} cannot be used: it was changed during the run; wait"):
        instance.plane(1)
    path.unlink()
    with pytest.raises(UnusableInputError, match=f"{path.name} cannot be used: it was moved or removed during the run"):
        instance.plane(1)


@pytest.mark.parametrize("edit", [native(3000), compressed(3000, table="none")], ids=["native", "compressed"])
def test_memory_holds_a_frame_and_no_file(make_image: Any, edit: Callable[[pydicom.FileDataset], None]) -> None:
    path = make_image(edit)
    tracemalloc.start()
    instance = read_instance(path)
    found = instance.plane(2999).pixels
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(found, pixels_of(3000)[2999])
    assert path.stat().st_size > 8 * MEBIBYTE
    assert peak < 2 * MEBIBYTE


def test_offsets_are_found_once_for_all_frames(make_image: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = read_instance(make_image(compressed(200, table="none")))
    read: list[int] = []

    def counted(self: FileBytes, spans: Any, original: Any = FileBytes.read) -> bytes:
        found: bytes = original(self, spans)
        read.append(len(found))
        return found

    monkeypatch.setattr(FileBytes, "read", counted)
    for frame in range(1, 200):
        instance.plane(frame)
    assert len(read) == 199
    assert sum(read) < 199 * 2 * ROWS * COLUMNS * 1.2


def test_eight_bit_pixels_in_big_endian_words_are_read_pair_by_pair(make_image: Any) -> None:
    values = np.random.default_rng(2).integers(0, 255, (3, 5, 7), dtype=np.uint8)

    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 5, 7, 3
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
        padded = np.frombuffer(values.tobytes() + b"\0", "<u2").astype(">u2").tobytes()
        dataset.PixelData = padded
        dataset["PixelData"].VR = "OW"
        dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian

    path = make_image()
    dataset = pydicom.dcmread(path)
    edit(dataset)
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False)
    instance = read_instance(path)
    for frame in (2, 1, 0):
        assert np.array_equal(instance.plane(frame).pixels, values[frame])


def test_wrong_offset_costs_its_frame_alone(make_image: Any) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        compressed(4)(dataset)
        value = bytearray(dataset.PixelData)
        value[8 + 4 * 2] ^= 0x06
        dataset.PixelData = bytes(value)

    instance = read_instance(make_image(edit))
    for frame in (0, 3):
        assert np.array_equal(instance.plane(frame).pixels, pixels_of(4)[frame])
    for frame in (1, 2):
        with pytest.raises(UnusableInputError, match="cannot be decoded"):
            instance.plane(frame)


def cut(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])


def test_object_that_breaks_off_is_refused(make_image: Any) -> None:
    path = make_image(compressed(5))
    cut(path, 0.7)
    with pytest.raises(UnusableInputError, match="ends in the middle of its compressed pixel data"):
        read_instance(path)


def test_fewer_fragments_than_frames_are_refused(make_image: Any) -> None:
    def edit(dataset: pydicom.FileDataset) -> None:
        compressed(5)(dataset)
        frames = list(generate_frames(dataset.PixelData, number_of_frames=5))[:3]
        dataset.PixelData = encapsulate(frames)

    with pytest.raises(UnusableInputError, match=r"disagree on the number of frames \(5 and 3\)"):
        read_instance(make_image(edit))


def test_pixels_that_contradict_their_transfer_syntax_are_refused(make_image: Any) -> None:
    path = make_image(compressed(1))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(RLELossless.encode() + b"\0", b"1.2.840.10008.1.2.1\0"))
    with pytest.raises(UnusableInputError, match="transfer syntax is uncompressed, but its pixels are compressed"):
        read_instance(path)


@pytest.mark.parametrize("implicit", [True, False], ids=["implicit", "explicit"])
@pytest.mark.parametrize("defined", [True, False], ids=["defined length", "undefined length"])
def test_functional_groups_are_read_frame_by_frame(make_image: Any, implicit: bool, defined: bool) -> None:  # noqa: FBT001
    path = make_image(native(3))
    dataset = pydicom.dcmread(path)
    groups = []
    for frame in range(3):
        group, macro = pydicom.Dataset(), pydicom.Dataset()
        macro.RescaleSlope, macro.RescaleIntercept, macro.RescaleType = 1 + frame, -frame, "US"
        group.PixelValueTransformationSequence = [macro]
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    for keyword in ("RescaleSlope", "RescaleIntercept", "RescaleType"):
        del dataset[keyword]
    element = dataset["PerFrameFunctionalGroupsSequence"]
    element.is_undefined_length = element.value.is_undefined_length = not defined
    if implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=True)
    instance = read_instance(path)
    for frame in (2, 0, 1):
        assert (instance.plane(frame).slope, instance.plane(frame).intercept) == (1 + frame, -frame)
    found = instance.dataset.PerFrameFunctionalGroupsSequence
    assert [group.PixelValueTransformationSequence[0].RescaleSlope for group in found] == [1, 2, 3]
    assert len(found[1:]) == 2


def test_object_beyond_a_gibibyte_is_read(make_image: Any) -> None:
    frames = 3000

    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.Rows = dataset.Columns = 512
        dataset.NumberOfFrames = frames
        del dataset.PixelData

    path = make_image(edit)
    size = 2 * 512 * 512 * frames
    with path.open("r+b") as stream:
        stream.seek(0, os.SEEK_END)
        stream.write(b"\xe0\x7f\x10\x00OW\0\0" + size.to_bytes(4, "little"))
        start = stream.tell()
        stream.truncate(start + size)  # a hole, which takes no room on the disk
        stream.seek(start + size - 2)
        stream.write(b"\x07\0")
    assert list_files(path).images == (path,)
    instance = read_instance(path)
    assert instance.plane(frames - 1).pixels[-1, -1] == 7
    assert instance.plane(1000).pixels.max() == 0


@pytest.mark.data
def test_header_is_the_one_that_pydicom_reads(data_dir: Path) -> None:
    warnings.simplefilter("ignore")  # of values that are not lawful
    for path in sorted((data_dir / "odd").glob("*.dcm")):
        found, expected = read_instance(path, accept_lossy=True).dataset, pydicom.dcmread(path)
        assert set(found.keys()) == set(expected.keys())
        for tag in found.keys():  # noqa: SIM118 keys are not elements
            if found[tag].VR == "SQ":
                assert list(found[tag].value) == list(expected[tag].value)
            elif tag != 0x7FE0_0010:
                assert str(found[tag]) == str(expected[tag])
