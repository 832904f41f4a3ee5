"""A folder of results: names that do no harm, nothing replaced, nothing lost in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydicom import Dataset, dcmread
from pydicom.fileset import FileSet

from StegoMedLib.dicom import Node
from StegoMedLib.identity.results import Home
from StegoMedLib.pipeline.results import bring_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pydicom

    from Testing.conftest import ImageMaker

STUDY = "2.25.2"
HOME = Home({STUDY: "1.2.2"}, {STUDY: {0x0010_0010: Node("PN", b"Doe^Jane"), 0x0020_000D: Node("UI", b"1.2.2")}})


def of_study(dataset: pydicom.FileDataset) -> None:
    dataset.StudyInstanceUID, dataset.PatientID, dataset.StudyID = STUDY, "SM1", "1"
    dataset.StudyDate, dataset.StudyTime = "20200101", "120000"


@pytest.fixture
def result(make_image: ImageMaker) -> bytes:
    """A result as bytes."""
    return make_image(of_study).read_bytes()


@pytest.fixture
def fill(tmp_path: Path, result: bytes) -> Callable[..., Path]:
    """Make a folder of results under some names."""

    def made(*names: str) -> Path:
        for name in names:
            (tmp_path / "results" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "results" / name).write_bytes(result)
        return tmp_path / "results"

    return made


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_names_and_folders_stay(fill: Callable[..., Path], tmp_path: Path) -> None:
    names = ["a.dcm", "in/a.dcm", "in/deep/no ending"]
    report = bring_home(fill(*names), tmp_path / "back", HOME)
    assert names_in(tmp_path / "back") == names
    assert dcmread(tmp_path / "back" / "in" / "a.dcm").PatientName == "Doe^Jane"
    assert [row.written for row in report.rows] == names


def test_names_that_may_do_harm_somewhere_are_made_harmless(fill: Callable[..., Path], tmp_path: Path) -> None:
    folder = fill("con.dcm", "a:b.dcm", "ab.dcm", "in?/a.dcm", "in/a.dcm", ".hidden")
    report = bring_home(folder, tmp_path / "back", HOME)
    written = names_in(tmp_path / "back")
    assert len(written) == len(report.rows) == 6
    assert {"_con.dcm", "ab.dcm", "hidden"} <= set(written)
    assert not [name for name in written if set(name) & set('<>:"|?*')]
    found = {row.file: row.written for row in report.rows}
    assert found["a:b.dcm"].lower() != found["ab.dcm"].lower()
    assert found["in?/a.dcm"] != found["in/a.dcm"]


def test_what_lies_in_the_target_already_is_not_replaced(fill: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "a.dcm").write_bytes(b"of the series")
    report = bring_home(fill("a.dcm", "A.DCM"), tmp_path / "back", HOME)
    assert (tmp_path / "back" / "a.dcm").read_bytes() == b"of the series"
    assert len(names_in(tmp_path / "back")) == 3
    assert len({row.written.lower() for row in report.rows} | {"a.dcm"}) == 3


def test_an_index_of_files_is_left_out_under_any_name(fill: Callable[..., Path], tmp_path: Path) -> None:
    folder = fill("a.dcm")
    index = FileSet()
    index.add(folder / "a.dcm")
    index.write(tmp_path / "set")
    (folder / "list").write_bytes((tmp_path / "set" / "DICOMDIR").read_bytes())
    report = bring_home(folder, tmp_path / "back", HOME)
    assert [row.file for row in report.rows] == ["a.dcm"]
    (left_out,) = report.files.left_out
    assert "DICOMDIR" in left_out.reason
    assert report.files.came_in == 2


def test_a_header_that_cannot_take_a_name_is_left_out_with_a_sentence(make_image: ImageMaker, tmp_path: Path) -> None:
    def latin(dataset: pydicom.FileDataset) -> None:
        of_study(dataset)
        del dataset.SpecificCharacterSet
        dataset.add_new("SeriesDescription", "LO", "Größe".encode("latin-1"))

    path = make_image(latin)
    study = HOME.studies[STUDY] | {0x0010_0010: Node("PN", "Ж".encode()), 0x0008_0005: Node("CS", b"ISO_IR 192")}
    report = bring_home(path, tmp_path / "back", Home(HOME.uids, {STUDY: study}))
    assert not (tmp_path / "back").exists()
    (left_out,) = report.files.left_out
    assert left_out.reason.startswith(f"{path.name} cannot be used: its text")


def test_progress_is_told_and_may_stop_the_work(fill: Callable[..., Path], tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    bring_home(fill("a.dcm", "b.dcm"), tmp_path / "back", HOME, lambda *step: told.append(step))
    assert told == [(0, 2, "a.dcm"), (1, 2, "b.dcm"), (2, 2, "")]


def test_signatures_that_would_be_false_are_named(make_image: ImageMaker, tmp_path: Path) -> None:
    def signed(dataset: pydicom.FileDataset) -> None:
        of_study(dataset)
        item = Dataset()
        item.MACIDNumber = 1
        dataset.DigitalSignaturesSequence = [item]

    report = bring_home(make_image(signed), tmp_path / "back", HOME)
    assert [row.removed.attribute for row in report.files.removed] == ["DigitalSignaturesSequence"]
    assert "DigitalSignaturesSequence" not in dcmread(tmp_path / "back" / report.rows[0].written)
