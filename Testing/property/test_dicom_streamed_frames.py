"""Whatever frames an object has, and whichever of them change: what is written is what was meant, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate, generate_frames

from StegoMedLib.dicom import (
    SYNTAXES,
    DerivedSeries,
    compressing,
    new_series,
    read_instance,
    write_frames,
)
from StegoMedLib.errors import UnusableInputError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.dicom import Instance

ROWS, COLUMNS = 34, 33
SERIES = DerivedSeries("a test")


def write_source(folder: Path, volume: np.ndarray, *, wide: bool, extremes: bool) -> Path:
    """An object with the frames of `volume`, of 16 bits or 8."""
    (path,) = new_series(folder / "source", volume[:1], signed=False, padding=3)
    dataset = pydicom.dcmread(path)
    dataset.NumberOfFrames = len(volume)
    bits = 16 if wide else 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    content = volume.astype("<u2" if wide else "u1").tobytes()
    dataset.PixelData = content + bytes(len(content) % 2)
    if extremes:
        dataset.add_new("SmallestImagePixelValue", "US", 0)
        dataset.add_new("LargestImagePixelValue", "US", 0)
    dataset.save_as(path)
    return path


@st.composite
def volumes(draw: st.DrawFn) -> tuple[np.ndarray, dict[int, np.ndarray], bool]:
    frames, wide = draw(st.integers(1, 5)), draw(st.booleans())
    most = 65535 if wide else 255
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    volume = rng.integers(0, draw(st.sampled_from([4, 40, most])) + 1, (frames, ROWS, COLUMNS))
    changed = {
        frame: np.where(rng.random((ROWS, COLUMNS)) < 0.1, most - volume[frame], volume[frame]).astype(np.int32)
        for frame in draw(st.sets(st.integers(0, frames - 1)))
    }
    return volume, changed, wide


def check_table(path: Path, frames: int, *, extended: bool) -> None:
    """The offset table leads to every frame."""
    written = pydicom.dcmread(path)
    assert ("ExtendedOffsetTable" in written) == extended
    tables = (written.ExtendedOffsetTable, written.ExtendedOffsetTableLengths) if extended else None
    codes = list(generate_frames(written.PixelData, number_of_frames=frames))
    for frame, code in enumerate(codes):
        assert pydicom.encaps.get_frame(written.PixelData, frame, extended_offsets=tables) == code
    assert len(codes) == frames


@settings(max_examples=60, deadline=None, derandomize=True)
@given(volumes(), st.sampled_from(list(SYNTAXES)), st.booleans(), st.booleans())
def test_frames_are_written_as_they_were_meant(
    case: tuple[np.ndarray, dict[int, np.ndarray], bool],
    syntax: str,
    extremes: bool,  # noqa: FBT001
    extended: bool,  # noqa: FBT001
) -> None:
    volume, changed, wide = case
    meant = np.stack([changed.get(frame, plane) for frame, plane in enumerate(volume)])
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        if extended:
            patch.setattr(compressing, "_BASIC_REACH", 0)
        target = Path(name) / "out.dcm"
        source = read_instance(write_source(Path(name), volume, wide=wide, extremes=extremes))
        write_derived(source, changed, target, SERIES, syntax=syntax)
        derived = read_instance(target)
        assert np.array_equal([derived.plane(frame).pixels for frame in range(len(volume))], meant)
        assert pydicom.dcmread(target).pixel_array.reshape(meant.shape).tolist() == meant.tolist()
        if extremes:
            counted = meant[meant != 3] if (meant != 3).any() else meant
            written = pydicom.dcmread(target)
            assert (written.SmallestImagePixelValue, written.LargestImagePixelValue) == (counted.min(), counted.max())
        if syntax != "explicit":
            check_table(target, len(volume), extended=extended)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_frame_is_asked_for_when_the_one_before_is_written(tmp_path: Path, syntax: str) -> None:
    volume = np.random.default_rng(1).integers(0, 999, (6, ROWS, COLUMNS))
    source = read_instance(write_source(tmp_path, volume, wide=True, extremes=True))
    sizes = []

    def stored() -> Iterator[np.ndarray | None]:
        for frame in range(6):
            (part,) = (tmp_path / "out").glob(".*.part")
            with part.open("rb") as stream:
                sizes.append(len(stream.read()))
            yield source.plane(frame).pixels if frame % 2 else None

    write_frames(source, stored(), tmp_path / "out" / "derived.dcm", SERIES, syntax=syntax)
    assert len(sizes) == 6
    assert np.array_equal(read_instance(tmp_path / "out" / "derived.dcm").plane(5).pixels, volume[5])


def damaged_in_the_middle(folder: Path) -> Instance:
    """Five compressed frames, the third of them damaged."""
    volume = np.random.default_rng(1).integers(0, 999, (5, ROWS, COLUMNS))
    path = write_source(folder, volume, wide=True, extremes=False)
    write_derived(read_instance(path), {}, folder / "compressed.dcm", SERIES, syntax="jpeg2000")
    dataset = pydicom.dcmread(folder / "compressed.dcm")
    codes = list(generate_frames(dataset.PixelData, number_of_frames=5))
    codes[2] = codes[2][:40] + bytes(len(codes[2]) - 40)
    dataset.PixelData = encapsulate(codes)
    dataset.save_as(folder / "damaged.dcm")
    return read_instance(folder / "damaged.dcm")


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_damaged_frame_in_the_middle_leaves_nothing_and_keeps_what_was_there(tmp_path: Path, syntax: str) -> None:
    source, target = damaged_in_the_middle(tmp_path), tmp_path / "out" / "derived.dcm"
    for there in (b"", b"was there"):
        if there:
            target.write_bytes(there)
        with pytest.raises(UnusableInputError, match=r"damaged\.dcm cannot be used: .* cannot be decoded"):
            write_derived(source, {}, target, SERIES, syntax=syntax)
        assert [path.read_bytes() for path in target.parent.iterdir()] == ([there] if there else [])


@pytest.mark.parametrize("count", [2, 4])
def test_too_few_and_too_many_frames_leave_nothing(tmp_path: Path, count: int) -> None:
    volume = np.random.default_rng(1).integers(0, 999, (3, ROWS, COLUMNS))
    source = read_instance(write_source(tmp_path, volume, wide=True, extremes=False))
    with pytest.raises(ValueError, match="zip"):
        write_frames(source, [None] * count, tmp_path / "out" / "derived.dcm", SERIES)
    assert not list((tmp_path / "out").iterdir())


def test_what_no_uncompressed_object_can_hold_is_refused_with_a_way_out(tmp_path: Path) -> None:
    volume = np.zeros((1, ROWS, COLUMNS), dtype=np.int64)
    source = read_instance(write_source(tmp_path, volume, wide=True, extremes=False))
    large = replace(source, format=replace(source.format, rows=4096, columns=4096, frames=128))
    with pytest.raises(UnusableInputError, match=r"take 4294967296 bytes.* with --syntax jpegls, jpeg2000 or rle"):
        write_derived(large, {}, tmp_path / "out" / "derived.dcm", SERIES)
    assert not (tmp_path / "out").exists()
