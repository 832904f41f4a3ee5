"""Through the command line: what others made of a nameless study comes home, and its references lead to the series."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pydicom import Dataset, dcmread
from pydicom.uid import RLELossless, generate_uid

from StegoMedLib.dicom import new_series
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from StegoMedLib.series.phantom import phantom_series
from Testing import others
from Testing.certificates import certificate, key_pem, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from Testing.conftest import Stegomed

# Pseudonyms have one component, and highdicom looks for two.
pytestmark = [pytest.mark.filterwarnings("ignore:The string:UserWarning"), pytest.mark.key_file]

HEADER = {
    "PatientName": "Müller^Jürgen",
    "PatientID": "QX-4711-0815",
    "PatientBirthDate": "19640812",
    "PatientSex": "F",
    "PatientAge": "059Y",
    "PatientWeight": "71",
    "OtherPatientNames": "Müller-Lüdenscheidt^Jürgen",
    "StudyDate": "20240229",
    "StudyTime": "101112",
    "StudyID": "S77-1234",
    "AccessionNumber": "ACC-998877",
    "ReferringPhysicianName": "Groß^Änne",
    "StudyDescription": "Müllers Thorax",
}
STUDY = (*HEADER, "StudyInstanceUID")
CARRY = ("header", "identity")
OF_IDENTITY = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyInstanceUID")
"""What goes along at the least."""


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A series of five slices of somebody; not to be changed."""
    phantom, folder = phantom_series(slices=5, size=256), tmp_path_factory.mktemp("named") / "series"
    scale = (phantom.slope, phantom.intercept)
    new_series(
        folder, phantom.stored, spacing=phantom.spacing, attributes=HEADER, rescale=scale, padding=phantom.padding
    )
    return folder


Travelled = tuple["Path", "Path"]
"""A nameless study, and a folder with results."""
Made = dict[str, Travelled]


def make_results(paths: list[Path], folder: Path) -> None:
    """Write results of all kinds."""
    images = [dcmread(path) for path in paths]
    for name in ("measured", "filtered"):
        (folder / name).mkdir(parents=True)
    segments = others.segmentation(images)
    made = {
        "segments": segments,
        "packed": others.segmentation(images, RLELossless, "FRACTIONAL"),
        "measured/report": others.report(images, segments),
        "measured/state": others.presentation_state(images),
        "measured/map": others.parametric_map(images),
        "structures": others.structure_set(images),
    }
    made |= {f"filtered/{number}": each for number, each in enumerate(others.derived_series(paths))}
    for name, each in made.items():
        each.save_as(folder / f"{name}.dcm", enforce_file_format=True)


@pytest.fixture(scope="module")
def made() -> Made:
    """Studies that travelled already, by what went along."""
    return {}


@pytest.fixture(params=CARRY)
def travelled(request: pytest.FixtureRequest, made: Made, named: Path, stegomed: Stegomed) -> Travelled:
    carry: str = request.param
    if carry not in made:
        top = named.parent / carry
        done = stegomed("deidentify", named, top / "nameless", "--finder", "threshold", "--carry", carry)
        assert done.returncode == 0, done.stderr
        make_results(files(top / "nameless"), top / "results")
        made[carry] = top / "nameless", top / "results"
    return made[carry]


@pytest.fixture
def home(travelled: Travelled, stegomed: Stegomed) -> Path:
    """Where the study and its results are with the identity; not to be changed."""
    nameless, results = travelled
    back = nameless.parent / "back"
    if not back.exists():
        report = back.with_suffix(".json")
        done = stegomed("reidentify", nameless, back, "--results", results, "--json", report)
        assert done.returncode == 0, done.stderr
    return back


def images_in(back: Path) -> list[Dataset]:
    return [dcmread(path) for path in files(back) if "results" not in path.relative_to(back).parts]


def all_items(dataset: Dataset) -> Iterator[Dataset]:
    yield dataset
    for element in dataset:
        for item in element.value if element.VR == "SQ" else ():
            yield from all_items(item)


def referenced(dataset: Dataset) -> set[str]:
    return {item.ReferencedSOPInstanceUID for item in all_items(dataset) if "ReferencedSOPInstanceUID" in item}


def test_every_result_comes_home_under_its_own_name(travelled: Travelled, home: Path) -> None:
    _, results = travelled
    names = [path.relative_to(results) for path in files(results)]
    assert [path.relative_to(home / "results") for path in files(home / "results")] == names
    report = json.loads((home.parent / "back.json").read_text())["results"]
    assert {row["file"] for row in report["rows"]} == {name.as_posix() for name in names}
    assert report["files"] == {"came_in": len(names), "taken": len(names), "copied": 0, "left_out": 0}
    assert all(row["patient"] and row["uids"] and not row["unknown"] for row in report["rows"])


def test_patient_and_study_are_those_of_the_series(named: Path, home: Path) -> None:
    image, source = images_in(home)[0], dcmread(files(named)[0])
    for path in files(home / "results"):
        result = dcmread(path)
        for keyword in STUDY:
            assert (result.get(keyword) or "") == (image.get(keyword) or ""), keyword
        for keyword in OF_IDENTITY:
            assert result[keyword].value == source[keyword].value, keyword
        assert result.PatientIdentityRemoved == "NO"
        assert "DeidentificationMethod" not in result


def test_references_lead_to_the_images_at_home(travelled: Travelled, home: Path) -> None:
    images, nameless = images_in(home), [dcmread(path) for path in files(travelled[0])]
    instances = {image.SOPInstanceUID for image in images}
    results = {path.name: dcmread(path) for path in files(home / "results")}
    known = instances | {images[0].StudyInstanceUID} | {result.SOPInstanceUID for result in results.values()}
    old = {
        each[keyword].value
        for each in nameless
        for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
    }
    for name, result in results.items():
        assert referenced(result), name
        assert referenced(result) <= known, name
        uids = {element.value for item in all_items(result) for element in item if element.VR == "UI"}
        assert not uids & old, name
        if "FrameOfReferenceUID" in result:
            assert result.FrameOfReferenceUID == images[0].FrameOfReferenceUID
    assert referenced(results["segments.dcm"]) == referenced(results["structures.dcm"]) - {images[0].StudyInstanceUID}
    assert results["segments.dcm"].SOPInstanceUID in referenced(results["report.dcm"])
    assert results["segments.dcm"].ReferencedSeriesSequence[0].SeriesInstanceUID == images[0].SeriesInstanceUID


def test_dciodvfy_finds_no_error_that_was_not_there(
    travelled: Travelled, home: Path, need_tool: Callable[[str], None]
) -> None:
    need_tool("dciodvfy")
    for path in files(travelled[1]):
        found = errors_of(home / "results" / path.relative_to(travelled[1]))
        assert not found - errors_of(path)
        if path.stem in {"segments", "report", "structures"}:
            assert not found


def test_everything_else_of_a_result_is_as_it_was(travelled: Travelled, home: Path) -> None:
    for path in files(travelled[1]):
        before, after = dcmread(path), dcmread(home / "results" / path.relative_to(travelled[1]))
        for keyword in ("PixelData", "FloatPixelData"):
            assert before.get(keyword) == after.get(keyword)
        assert before.file_meta == after.file_meta
        for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "SeriesDate", "ContentDate", "SeriesDescription"):
            assert before.get(keyword) == after.get(keyword)
    report = dcmread(home / "results" / "measured" / "report.dcm")
    names = [str(item.PersonName) for item in all_items(report) if "PersonName" in item]
    assert names == ["Reader^Some"]


@pytest.mark.parametrize("travelled", ["header"], indirect=True)
def test_what_is_no_result_is_named_and_left_out(travelled: Travelled, tmp_path: Path, stegomed: Stegomed) -> None:
    nameless, results = travelled
    folder = tmp_path / "results"
    (folder / "in").mkdir(parents=True)
    shutil.copy(results / "segments.dcm", folder / "in" / "a.dcm")
    shutil.copy(files(nameless)[0], folder / "image.dcm")
    (folder / "note.txt").write_text("seen by a reader")
    (folder / ".DS_Store").write_bytes(b"\0\1")
    (folder / "broken.dcm").write_bytes((results / "segments.dcm").read_bytes()[:-100])
    other = new_series(tmp_path / "other", np.zeros((1, 40, 40), np.int16), attributes={"PatientName": "Else^Somebody"})
    shutil.copy(other[0], folder / "other.dcm")

    done = stegomed("reidentify", nameless, tmp_path / "back", "--results", folder, "--json", tmp_path / "back.json")

    assert done.returncode == 7
    assert [path.name for path in files(tmp_path / "back" / "results")] == ["a.dcm"]
    assert len(images_in(tmp_path / "back")) == len(files(nameless))
    report = json.loads((tmp_path / "back.json").read_text())["results"]
    assert report["files"] == {"came_in": 5, "taken": 1, "copied": 0, "left_out": 4}
    reasons = {row["file"].rsplit("/", 1)[1]: row["reason"] for row in report["left_out"]}
    assert "one of the nameless images" in reasons["image.dcm"]
    assert "not a DICOM file" in reasons["note.txt"]
    assert "ends in the middle" in reasons["broken.dcm"]
    assert "another study" in reasons["other.dcm"]
    assert [row["file"].rsplit("/", 1)[1] for row in report["passed_over"]] == [".DS_Store"]
    assert "Else" not in done.stdout + done.stderr


@pytest.mark.parametrize("travelled", ["header"], indirect=True)
def test_a_wrong_patient_never_gets_our_study_and_never_keeps_it(
    travelled: Travelled, tmp_path: Path, stegomed: Stegomed
) -> None:
    nameless, results = travelled
    folder = tmp_path / "results"
    folder.mkdir()
    wrong = dcmread(results / "segments.dcm")
    wrong.PatientName, wrong.PatientID = "Planted^Wrong", "W-1"
    wrong.save_as(folder / "ours.dcm")
    wrong.StudyInstanceUID = generate_uid()
    wrong.save_as(folder / "theirs.dcm")

    done = stegomed("reidentify", nameless, tmp_path / "back", "--results", folder)

    assert done.returncode == 0, done.stderr
    assert "1 result of another study refers to this one" in done.stdout + done.stderr
    ours, theirs = (dcmread(tmp_path / "back" / "results" / name) for name in ("ours.dcm", "theirs.dcm"))
    assert (ours.PatientName, ours.PatientID) == (HEADER["PatientName"], HEADER["PatientID"])
    assert (theirs.PatientName, theirs.PatientID) == ("Planted^Wrong", "W-1")
    assert theirs.PatientIdentityRemoved == "YES"


@pytest.mark.parametrize("travelled", ["header"], indirect=True)
def test_an_instance_that_nobody_knows_is_told(travelled: Travelled, tmp_path: Path, stegomed: Stegomed) -> None:
    nameless, results = travelled
    folder = tmp_path / "results"
    folder.mkdir()
    shutil.copy(results / "measured" / "report.dcm", folder)  # without the segmentation that it refers to

    done = stegomed("reidentify", nameless, tmp_path / "back", "--results", folder / "report.dcm")

    assert done.returncode == 0, done.stderr
    assert "1 result refers to 1 instance neither of this study" in done.stdout + done.stderr
    assert dcmread(tmp_path / "back" / "results" / "report.dcm").PatientID == HEADER["PatientID"]


@pytest.mark.parametrize("travelled", ["header"], indirect=True)
@pytest.mark.parametrize(
    ("places", "code", "words"),
    [
        (("nameless", "nowhere"), 3, "does not exist"),
        (("nameless", "nameless"), 3, "overlap"),
        (("nameless", ".."), 3, "overlap"),
        (("nameless/001/00001.dcm", "results"), 2, "one file"),
    ],
)
def test_places_that_make_no_sense_are_refused_before_anything_is_done(
    travelled: Travelled, stegomed: Stegomed, places: tuple[str, str], code: int, words: str
) -> None:
    top = travelled[0].parent
    done = stegomed("reidentify", top / places[0], top / "never", "--results", top / places[1])
    assert done.returncode == code
    assert words in done.stderr
    assert not (top / "never").exists()


def test_results_come_home_with_a_private_key_too(named: Path, tmp_path: Path, stegomed: Stegomed) -> None:
    key = rsa_key(0)
    (tmp_path / "own.pem").write_bytes(certificate(key).public_bytes(Encoding.PEM))
    (tmp_path / "own.key").write_bytes(key_pem(key))
    sent = ("--carry", "none", "--encrypted-attributes", tmp_path / "own.pem")
    done = stegomed("deidentify", named, tmp_path / "nameless", *sent)
    assert done.returncode == 0, done.stderr
    (tmp_path / "results").mkdir()
    segments = others.segmentation([dcmread(path) for path in files(tmp_path / "nameless")])
    segments.save_as(tmp_path / "results" / "segments.dcm")

    opened = ("--private-key", tmp_path / "own.key", "--results", tmp_path / "results")
    done = stegomed("reidentify", tmp_path / "nameless", tmp_path / "back", *opened)

    assert done.returncode == 0, done.stderr
    found = dcmread(tmp_path / "back" / "results" / "segments.dcm")
    assert found.PatientName == HEADER["PatientName"]
    assert referenced(found) == {dcmread(path).SOPInstanceUID for path in files(named)}
