"""Images are found in folders; whatever else lies there is named with the reason why it is left out."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path


def report(dataset: pydicom.FileDataset) -> None:
    dataset.SOPClassUID = pydicom.uid.BasicTextSRStorage
    for keyword in ("Rows", "Columns", "PixelData"):
        del dataset[keyword]


def colour(dataset: pydicom.FileDataset) -> None:
    dataset.PhotometricInterpretation = "RGB"


@pytest.fixture
def folder(make_image: Any, tmp_path: Path) -> Path:
    place = tmp_path / "study"
    (place / "b" / "deeper").mkdir(parents=True)
    for name, edit in {
        "b/deeper/2": None,
        "a.dcm": None,
        "b/1.dcm": None,
        "sr.dcm": report,
        "shot.dcm": colour,
    }.items():
        shutil.copy(make_image(edit), place / name)
    (place / "DICOMDIR").write_bytes((place / "a.dcm").read_bytes())
    (place / "notes.txt").write_text("not an image")
    (place / "empty.dcm").touch()
    return place


def test_images_of_all_subfolders_in_order(folder: Path) -> None:
    names = [str(path.relative_to(folder)) for path in list_files(folder).images]
    assert names == ["a.dcm", "b/1.dcm", "b/deeper/2"]


def test_every_other_file_is_left_out_with_its_reason(folder: Path) -> None:
    reasons = {row.file.name: row.reason for row in list_files(folder).left_out}
    assert sorted(reasons) == ["DICOMDIR", "empty.dcm", "notes.txt", "shot.dcm", "sr.dcm"]
    expected = {"DICOMDIR": "index", "empty.dcm": "empty", "notes.txt": "not a DICOM file"}
    expected |= {"shot.dcm": "colour", "sr.dcm": "no image"}
    for name, part in expected.items():
        assert part in reasons[name]


def test_a_file_is_a_listing_of_one(folder: Path) -> None:
    assert list_files(folder / "a.dcm").images == (folder / "a.dcm",)


@pytest.mark.parametrize(
    ("name", "cause"), [("sr.dcm", "no image"), ("shot.dcm", "colour"), ("none", "does not exist")]
)
def test_a_source_without_usable_image_is_refused_with_the_cause(folder: Path, name: str, cause: str) -> None:
    with pytest.raises(UnusableInputError, match=cause):
        list_files(folder / name)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnusableInputError, match="holds no usable DICOM image"):
        list_files(tmp_path / "empty")


def test_links_in_a_circle_end(folder: Path) -> None:
    (folder / "b" / "round").symlink_to(folder)
    listing = list_files(folder)
    assert len(listing.images) == 3
    assert [row.file.name for row in listing.passed_over] == ["round"]


def test_listing_leaves_the_pixels_alone(make_image: Any) -> None:
    def cut(dataset: pydicom.FileDataset) -> None:
        dataset.PixelData = b"\0\0"

    path = make_image(cut)
    assert list_files(path).images == (path,)
    with pytest.raises(UnusableInputError):
        read_instance(path)
