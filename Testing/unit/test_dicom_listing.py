"""Images are found in folders; whatever else lies there is named with the reason why it is left out."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from StegoMedLib.dicom import LeftOut, list_files, read_instance
from StegoMedLib.errors import UnusableFileError, UnusableInputError

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


def rows(listed: tuple[LeftOut, ...]) -> dict[str, str]:
    return {row.file.name: row.reason for row in listed}


def test_links_to_files_are_read_as_files_unless_the_file_is_found_anyway(folder: Path, make_image: Any) -> None:
    annex = folder / ".git" / "annex"
    annex.mkdir(parents=True)
    shutil.copy(make_image(), annex / "MD5-1.dcm")
    (folder / "annexed.dcm").symlink_to(annex / "MD5-1.dcm")
    (folder / "elsewhere.dcm").symlink_to(make_image())
    (folder / "again.dcm").symlink_to(folder / "a.dcm")
    (folder / "gone.dcm").symlink_to(annex / "MD5-2.dcm")

    listing = list_files(folder)

    assert [path.name for path in listing.images] == ["a.dcm", "annexed.dcm", "1.dcm", "2", "elsewhere.dcm"]
    assert "not here" in rows(listing.left_out)["gone.dcm"]
    assert set(rows(listing.passed_over)) == {".git", "again.dcm"}
    assert listing.files == len(listing.images) + 6


def test_links_to_folders_are_named_and_not_followed(folder: Path, make_image: Any) -> None:
    (folder / "other").symlink_to(make_image().parent)
    (folder / "same").symlink_to(folder / "b")
    (folder / ".git").mkdir()
    (folder / "history").symlink_to(folder / ".git")

    listing = list_files(folder)

    assert len(listing.images) == 3
    left_out = rows(listing.left_out)
    assert "not followed" in left_out["other"]
    assert "not followed" in left_out["history"]
    assert rows(listing.passed_over).keys() == {".git", "same"}
    assert len(list_files(folder / "same").images) == 2


@pytest.mark.parametrize(
    "name",
    [
        f".out.{'0123456789abcdef' * 2}.partial",
        f".{'0123456789abcdef' * 2}.part",
    ],
)
def test_what_killed_runs_left_is_never_a_source(folder: Path, name: str) -> None:
    shutil.copy(folder / "a.dcm", folder / name)
    (folder / "b" / name).mkdir()
    shutil.copy(folder / "a.dcm", folder / "b" / name / "x.dcm")

    listing = list_files(folder)

    assert len(listing.images) == 3
    assert [row.file.name for row in listing.passed_over] == [name, name]
    for leftover in (folder / name, folder / "b" / name):
        with pytest.raises(UnusableInputError, match="run that was stopped"):
            list_files(leftover)


def test_a_hidden_file_counts_when_it_is_an_image(folder: Path) -> None:
    shutil.copy(folder / "a.dcm", folder / ".a.dcm")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")

    listing = list_files(folder)

    assert folder / ".a.dcm" in listing.images
    assert set(rows(listing.passed_over)) == {".DS_Store"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_sockets_are_named_and_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # names of sockets are short
    os.mkfifo(folder / "pipe.dcm")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket.dcm")

        left_out = rows(list_files(folder).left_out)

    assert "not a regular file" in left_out["pipe.dcm"]
    assert "not a regular file" in left_out["socket.dcm"]


def test_a_folder_that_cannot_be_opened_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.scandir

    def scandir(path: Any) -> Any:
        if str(path).endswith("deeper"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path)

    monkeypatch.setattr(os, "scandir", scandir)

    listing = list_files(folder)

    assert len(listing.images) == 2
    assert "cannot be opened" in rows(listing.left_out)["deeper"]


def test_a_listing_can_lose_images_but_no_file(folder: Path) -> None:
    listing = list_files(folder)

    fewer = listing.without([LeftOut(folder / "a.dcm", "it is damaged")])

    assert [path.name for path in fewer.images] == ["1.dcm", "2"]
    assert rows(fewer.left_out)["a.dcm"] == "it is damaged"
    assert fewer.files == listing.files


def test_an_image_that_somebody_changes_is_no_longer_the_listed_one(folder: Path) -> None:
    listing = list_files(folder)
    for path in listing.images:
        listing.check_unchanged(path)
    with (folder / "a.dcm").open("ab") as stream:
        stream.write(b"\0\0")
    (folder / "b" / "1.dcm").unlink()

    for name in ("a.dcm", "b/1.dcm"):
        with pytest.raises(UnusableFileError, match="changed or removed"):
            listing.check_unchanged(folder / name)
