"""Headers that say it oddly: padding is kept, bits beside the values are kept, and grey images are grey."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import FileDataset

pytestmark = pytest.mark.key_file

FINDER = ("--finder", "threshold")


def put(dataset: FileDataset, keyword: str, vr: str, value: bytes) -> None:
    tag = Tag(keyword)
    dataset._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)  # noqa: FBT003
    dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003


@pytest.fixture
def slice_of_air(phantom_folder: Path, tmp_path: Path) -> tuple[Path, FileDataset]:
    """A slice of the phantom that can be marked, to be edited and saved."""
    source = sorted(phantom_folder.iterdir())[3]
    return tmp_path / "source.dcm", pydicom.dcmread(source)


def embedded(stegomed: Any, source: Path, *options: str) -> tuple[FileDataset, dict[str, Any], str]:
    result = stegomed("embed", source, "out.dcm", *FINDER, *options, "--json", "report.json")
    assert result.returncode == 0, result.stderr
    report = json.loads((source.parent / "report.json").read_text(encoding="utf-8"))
    return pydicom.dcmread(source.parent / "out.dcm"), report, result.stderr


@pytest.mark.parametrize(
    ("vr", "declare"),
    [
        ("LO", lambda values: "\\".join(map(str, values)).encode()),
        ("SS", lambda values: np.array(values, "<i2").tobytes()),
        ("UN", lambda values: np.array(values, "<i2").tobytes()),
        ("IS", lambda values: " \\".join(map(str, values)).encode()),
    ],
)
def test_padding_of_several_values_in_any_form_is_kept(
    slice_of_air: tuple[Path, FileDataset], stegomed: Any, vr: str, declare: Any
) -> None:
    source, dataset = slice_of_air
    before = dataset.pixel_array
    # The rarest values of the air at that: blocks with padding in them carry nothing, and air in pieces no message.
    air = before[before > -1200]
    values = [-30000, int(air.min()), int(air.min()) + 1]
    content = declare(values)
    put(dataset, "PixelPaddingValue", vr, content + b" " * (len(content) % 2))
    dataset.save_as(source)
    after, report, _ = embedded(stegomed, source)
    changed = after.pixel_array != before
    assert changed.any()
    assert not np.isin(before[changed], values).any()
    assert report["slices"][0]["metrics"]["changed_padding"] == 0


def test_padding_that_nobody_understands_stops_the_file(
    slice_of_air: tuple[Path, FileDataset], stegomed: Any, tmp_path: Path
) -> None:
    source, dataset = slice_of_air
    put(dataset, "PixelPaddingValue", "LO", b"-2000 HU")
    dataset.save_as(source)
    result = stegomed("embed", source, "out.dcm", *FINDER)
    assert result.returncode == 3
    assert len(result.stderr.strip().splitlines()) == 1
    assert "PixelPaddingValue is not a number of 16 bits" in result.stderr
    assert not (tmp_path / "out.dcm").exists()


def test_bits_above_the_values_are_kept_and_no_padding(slice_of_air: tuple[Path, FileDataset], stegomed: Any) -> None:
    source, dataset = slice_of_air
    values = np.clip(dataset.pixel_array.astype(np.int32) + 1024, 0, 4095)
    bits = np.zeros(values.shape, np.int32)
    bits[::3, ::2] = 0x8000
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation, dataset.RescaleIntercept = 12, 11, 0, -1024
    if "PixelPaddingValue" in dataset:
        del dataset.PixelPaddingValue
    dataset.PixelData = (values | bits).astype("<u2").tobytes()
    dataset.save_as(source)
    after, report, _ = embedded(stegomed, source, "--attributes", "PatientID")
    cells = np.frombuffer(after.PixelData, "<u2").reshape(values.shape).astype(np.int32)
    assert np.array_equal(cells & 0xF000, bits)
    assert (cells != values | bits)[::3, ::2].any()
    assert report["slices"][0]["pixels"].get("padding", 0) < bits.astype(bool).sum()
    read = stegomed("extract", "out.dcm", "--json", "-")
    assert read.returncode == 0, read.stderr


def test_a_blank_before_the_photometric_interpretation_is_no_colour(
    slice_of_air: tuple[Path, FileDataset], stegomed: Any
) -> None:
    source, dataset = slice_of_air
    put(dataset, "PhotometricInterpretation", "CS", b" MONOCHROME2")
    dataset.save_as(source)
    _, report, _ = embedded(stegomed, source)
    assert report["embedded"] == 1


def test_icons_and_lengths_of_groups_that_do_not_come_along_are_named(
    slice_of_air: tuple[Path, FileDataset], stegomed: Any
) -> None:
    source, dataset = slice_of_air
    icon = pydicom.Dataset()
    icon.PixelData = pydicom.encaps.encapsulate([b"icon"])
    icon["PixelData"].VR, icon["PixelData"].is_undefined_length = "OB", True
    dataset.compress(pydicom.uid.RLELossless)
    dataset.IconImageSequence = [icon]
    dataset.save_as(source)
    first = b"\x08\0\x05\0CS"
    source.write_bytes(source.read_bytes().replace(first, b"\x08\0\0\0UL\4\0\1\0\0\0" + first, 1))
    _, report, said = embedded(stegomed, source)
    assert [row["attribute"] for row in report["removed"]] == ["(0008,0000)", "IconImageSequence"]
    assert all(row["files"] == ["source.dcm"] for row in report["removed"])
    assert sum("Not in the headers written (1 file): " in line for line in said.splitlines()) == 2


def test_eight_bits_in_sixteen_are_written_as_run_lengths(
    slice_of_air: tuple[Path, FileDataset], stegomed: Any
) -> None:
    source, dataset = slice_of_air
    values = np.clip((dataset.pixel_array.astype(np.int32) + 1024) // 8, 0, 255)
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 7, 0
    dataset.RescaleSlope, dataset.RescaleIntercept = 8, -1024
    if "PixelPaddingValue" in dataset:
        del dataset.PixelPaddingValue
    dataset.PixelData = values.astype("<u2").tobytes()
    dataset.save_as(source)
    result = stegomed(
        "embed", source, "out.dcm", *FINDER, "--syntax", "rle", "--record", "text", "--from", "-", input="x", stdin=None
    )
    assert result.returncode == 0, result.stderr
    after = pydicom.dcmread(source.parent / "out.dcm")
    assert np.abs(after.pixel_array.astype(int) - values).max() == 1
