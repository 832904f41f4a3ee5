"""Orthanc with StegoMed's script: what arrives is stored nameless, or refused; who may gets the identity back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import numpy as np
import pytest
from pydicom import Dataset, dcmread

import StegoMedLib
from StegoMedLib.dicom import new_series
from StegoMedLib.envelope import HeaderRecord
from StegoMedLib.envelope.key_sources import read_key_file
from StegoMedLib.lab.benchmark.dciodvfy import errors_of, is_installed
from StegoMedLib.network.config import read_inside
from StegoMedLib.network.dicomweb import DicomwebServer
from StegoMedLib.series.phantom import phantom_series
from Testing import others
from Testing.orthanc import orthanc_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.network.storing import Receipt
    from Testing.orthanc import Orthanc

# Pseudonyms have one component, and highdicom looks for two.
pytestmark = pytest.mark.filterwarnings("ignore:The string:UserWarning")

TOP = Path(__file__).parents[2]
KIT = TOP / "Resources" / "Orthanc"
SCRIPT = KIT / "stegomed_orthanc.py"
NAME, PATIENT = "Müller^Jürgen", "QX-4711-0815"
USERS = {"radiologist": "of tests", "technician": "of others"}
MOST_LINES = 40
RULES = """
finder = "threshold"
results = ["SEG"]
scratch = "scratch"
[[rules]]
action = "deidentify"
modalities = ["CT", "MR"]
key = "key"
[[rules]]
action = "reidentify"
callers = ["radiologist"]
key = "key"
"""


def settings(rules: Path) -> dict[str, Any]:
    """Orthanc finds StegoMed and its packages where this test does."""
    packages = [str(TOP), *(path for path in sys.path if path.endswith("site-packages"))]
    return {
        "PythonScript": str(SCRIPT),
        "StegoMed": {"Rules": str(rules), "Packages": packages},
        "AuthenticationEnabled": True,
        "RegisteredUsers": USERS,
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a key and of the rules."""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("Debian's Orthanc has Python 3.11, and packages are those of one version")
    folder = tmp_path_factory.mktemp("orthanc")
    (folder / "key").write_bytes(bytes(range(32)))
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shared(place: Path) -> Iterator[Orthanc]:
    with orthanc_in(place / "orthanc", settings(place / "rules.toml"), plugins=("DicomWeb", "Python")) as server:
        yield server


@pytest.fixture
def archive(shared: Orthanc) -> Orthanc:
    shared.clear()
    return shared


def series(folder: Path, slices: int = 2, **header: str) -> list[Path]:
    """A series of somebody."""
    phantom = phantom_series(slices=slices, size=256)
    scale = (phantom.slope, phantom.intercept)
    named = {"PatientName": NAME, "PatientID": PATIENT, "PatientBirthDate": "19640812", "Modality": "CT", **header}
    return list(new_series(folder, phantom.stored, rescale=scale, padding=phantom.padding, attributes=named))


def sent(archive: Orthanc, *paths: Path) -> int:
    """Send files by storescu; its exit code is the status of the answer, if that is a failure."""
    command = ["storescu", "-R", "127.0.0.1", str(archive.dicom_port), *map(str, paths)]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode


def stored(archive: Orthanc, paths: list[Path]) -> list[Receipt]:
    """Send files by DICOMweb."""
    credentials = archive.folder / "credentials"
    credentials.touch(0o600)
    credentials.write_text(f"basic {archive.login}", encoding="utf-8")
    with DicomwebServer(archive.dicomweb, credentials=credentials, accept_http=True) as web:
        return web.store(paths)


def held(archive: Orthanc) -> list[Dataset]:
    found = [dcmread(io.BytesIO(each)) for each in archive.files()]
    return sorted(found, key=lambda each: int(each.get("InstanceNumber") or 0))


def restored(archive: Orthanc, kind: str, name: str, **asking: Any) -> bytes:
    return archive.ask(f"stegomed/{kind}/{name}/restore", **{"data": b"", "method": "POST", **asking})


def refused(archive: Orthanc, kind: str, name: str, **asking: Any) -> tuple[int, str]:
    """HTTP status and sentence of an answer that is a failure."""
    with pytest.raises(HTTPError) as caught:
        restored(archive, kind, name, **asking)
    return caught.value.code, caught.value.read().decode()


def is_nameless(data: bytes) -> bool:
    return not any(word.encode(code) in data for word in ("Müller", "Jürgen", PATIENT) for code in ("utf-8", "latin-1"))


@pytest.mark.data
def test_what_a_scanner_sends_is_held_nameless_and_carries_the_identity(
    archive: Orthanc, data_dir: Path, place: Path, tmp_path: Path
) -> None:
    if not is_installed():
        pytest.skip("dciodvfy is not installed")
    slices = sorted((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))[:3]
    assert sent(archive, *slices) == 0
    found = archive.files()
    assert len(found) == len(slices)
    originals = {errors for path in slices for errors in errors_of(path)}
    for number, content in enumerate(found):
        assert b"CHAOS" not in content
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(content)
        assert errors_of(path) <= originals
        record = StegoMedLib.extract(path, read_key_file(place / "key", print)).record
        assert isinstance(record, HeaderRecord)
        assert record.attributes["PatientName"] == "CHAOS^CT_SET_3"


def test_what_cannot_be_protected_is_not_stored_and_the_sender_knows(archive: Orthanc, tmp_path: Path) -> None:
    (shown,) = series(tmp_path / "a", 1, BurnedInAnnotation="YES")
    (other,) = series(tmp_path / "b", 1, Modality="US")
    begins = len(archive.log)
    for path in (shown, other):
        assert sent(archive, path) != 0
        with pytest.raises(HTTPError, match="400"):
            archive.put(path)
        assert not any(receipt.stored for receipt in stored(archive, [path]))
    assert archive.files() == []
    log = archive.log[begins:]
    assert log.count("StegoMed refuses an instance. Instance ") == 6
    assert "may show text" in log
    assert "No rule is for instances of its modality" in log
    assert is_nameless(log.encode())
    assert str(dcmread(shown).SOPInstanceUID) not in log
    assert "Traceback" not in log


def test_what_is_no_dicom_or_damaged_is_refused(archive: Orthanc, tmp_path: Path) -> None:
    (path,) = series(tmp_path, 1)
    for content in (path.read_bytes()[:-5000], path.read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(HTTPError, match="400"):
            archive.put(path)
    assert archive.files() == []


def test_dicomweb_is_protected_too(archive: Orthanc, tmp_path: Path) -> None:
    receipts = stored(archive, series(tmp_path))
    assert len(archive.files()) == 2
    assert all(map(is_nameless, archive.files()))
    assert [receipt.stored for receipt in receipts] == [True, True]


def test_what_is_sent_with_a_refused_instance_is_stored(archive: Orthanc, tmp_path: Path) -> None:
    (shown,) = series(tmp_path / "a", 1, BurnedInAnnotation="YES")
    first, last = series(tmp_path / "b", 2)
    receipts = stored(archive, [first, shown, last])
    assert [receipt.stored for receipt in receipts] == [True, False, True]
    assert [receipt.path for receipt in receipts] == [first, shown, last]
    assert len(archive.files()) == 2


def test_identities_come_back_by_instance_and_nothing_is_stored_of_it(archive: Orthanc, tmp_path: Path) -> None:
    paths = series(tmp_path)
    assert sent(archive, *paths) == 0
    uids = {dcmread(path).SOPInstanceUID for path in paths}
    for name in archive.get("instances"):
        home = dcmread(io.BytesIO(restored(archive, "instances", name)))
        assert (home.PatientName, home.PatientID, home.PatientIdentityRemoved) == (NAME, PATIENT, "NO")
        uids.remove(home.SOPInstanceUID)
    assert not uids
    assert len(archive.files()) == 2
    assert all(map(is_nameless, archive.files()))
    assert "StegoMed gives radiologist the identity of instances/" in archive.log


def test_a_study_comes_back_with_what_others_made_of_it(archive: Orthanc, tmp_path: Path) -> None:
    paths = series(tmp_path / "series")
    assert sent(archive, *paths) == 0
    images = held(archive)
    segments = others.segmentation(images)
    segments.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    archive.put(tmp_path / "seg.dcm")
    report = others.report(images, segments)
    report.save_as(tmp_path / "sr.dcm", enforce_file_format=True)
    with pytest.raises(HTTPError, match="400"):  # no rule and no word of results is for it
        archive.put(tmp_path / "sr.dcm")
    (study,) = archive.get("studies")
    with zipfile.ZipFile(io.BytesIO(restored(archive, "studies", study))) as home:
        assert sorted(home.namelist()) == sorted(f"{name}.dcm" for name in archive.get("instances"))
        made = [dcmread(io.BytesIO(home.read(name))) for name in home.namelist()]
    assert {str(each.PatientName) for each in made} == {NAME}
    assert {each.StudyInstanceUID for each in made} == {dcmread(paths[0]).StudyInstanceUID}
    assert sorted(each.Modality for each in made) == ["CT", "CT", "SEG"]


def test_a_result_with_a_name_is_refused(archive: Orthanc, tmp_path: Path) -> None:
    segments = others.segmentation([dcmread(path) for path in series(tmp_path / "series")])
    segments.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    assert sent(archive, tmp_path / "seg.dcm") != 0
    assert archive.files() == []


def test_only_those_who_may_get_identities(archive: Orthanc, tmp_path: Path) -> None:
    assert sent(archive, *series(tmp_path, 1)) == 0
    (name,) = archive.get("instances")
    assert refused(archive, "instances", name, login="technician:of others") == (
        403,
        "No rule lets this user have identities back; ask who keeps the rules to add the name to 'callers' of one.",
    )
    assert refused(archive, "instances", name, login="radiologist:guessed")[0] == 401
    assert refused(archive, "instances", name, method="GET", data=None)[0] == 405
    for kind in ("instances", "studies"):
        assert refused(archive, kind, "0-0")[0] == 404


def test_with_another_key_there_is_one_sentence(archive: Orthanc, tmp_path: Path) -> None:
    (path,) = series(tmp_path / "source", 1)
    target = tmp_path / "nameless.dcm"
    StegoMedLib.deidentify(path, target, "correct horse battery staple", finder="threshold")
    begins = len(archive.log)
    archive.put(target)  # nameless already
    for kind in ("instances", "studies"):
        (name,) = archive.get(kind)
        status, sentence = refused(archive, kind, name)
        assert status == 422
        assert "No record can be extracted with this passphrase or key" in sentence
        assert "\n" not in sentence
    assert "Traceback" not in archive.log[begins:]
    assert "gives" not in archive.log[begins:]


def test_what_is_nameless_already_stays_as_it_is(archive: Orthanc, tmp_path: Path) -> None:
    (path,) = series(tmp_path, 1)
    assert sent(archive, path) == 0
    before = archive.files()
    nameless = tmp_path / "nameless.dcm"
    nameless.write_bytes(before[0])
    archive.clear()
    archive.put(nameless)
    assert archive.files() == before
    assert dcmread(io.BytesIO(restored(archive, "instances", archive.get("instances")[0]))).PatientName == NAME


def test_what_was_restored_or_named_since_is_not_stored_with_the_name(archive: Orthanc, tmp_path: Path) -> None:
    (path,) = series(tmp_path, 1)
    assert sent(archive, path) == 0
    (name,) = archive.get("instances")
    path.write_bytes(restored(archive, "instances", name))
    assert sent(archive, path) != 0
    change = json.dumps({"Replace": {"InstitutionName": "Clinic of Müller"}, "Keep": ["SOPInstanceUID"], "Force": True})
    path.write_bytes(archive.ask(f"instances/{name}/modify", data=change.encode(), method="POST"))
    assert sent(archive, path) != 0
    (study,) = archive.get("studies")
    with pytest.raises(HTTPError, match="400"):  # it keeps what is in the pixels, under another name
        archive.ask(f"studies/{study}/anonymize", data=b"{}", method="POST")
    assert len(archive.files()) == 1
    assert all(map(is_nameless, archive.files()))


def test_an_image_without_room_keeps_its_identity_sealed_in_the_header_when_it_comes_again(
    archive: Orthanc, tmp_path: Path
) -> None:
    full = np.random.default_rng(3).integers(500, 1500, (1, 64, 64))
    named = {"PatientName": NAME, "PatientID": PATIENT, "Modality": "CT"}
    (path,) = new_series(tmp_path, full, attributes=named)
    for _ in range(2):
        assert sent(archive, path) == 0
        (content,) = archive.files()
        assert is_nameless(content)
        path.write_bytes(content)
    (name,) = archive.get("instances")
    assert dcmread(io.BytesIO(restored(archive, "instances", name))).PatientName == NAME


def test_several_at_once(archive: Orthanc, tmp_path: Path) -> None:
    sources = [series(tmp_path / str(number), 3) for number in range(3)]
    assert sent(archive, *series(tmp_path / "first", 1)) == 0
    (first,) = archive.get("instances")
    with ThreadPoolExecutor(6) as pool:
        sending = [pool.submit(sent, archive, *paths) for paths in sources]
        asking = [pool.submit(restored, archive, "instances", first) for _ in range(3)]
        assert [each.result() for each in sending] == [0, 0, 0]
        assert [dcmread(io.BytesIO(each.result())).PatientName for each in asking] == [NAME] * 3
    assert len(archive.files()) == 10
    assert all(map(is_nameless, archive.files()))


def test_nothing_is_left_in_temporary_folders(archive: Orthanc, place: Path, tmp_path: Path) -> None:
    assert sent(archive, *series(tmp_path, 1)) == 0
    (own,) = (place / "scratch").iterdir()
    assert own.stat().st_mode & 0o077 == 0
    assert [path.name for path in own.iterdir()] == ["lock"]


@pytest.mark.usefixtures("place")
def test_without_its_key_orthanc_does_not_start(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES.replace('"key"', '"nowhere"'), encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="did not start"):
        orthanc_in(tmp_path / "orthanc", settings(rules), plugins=("Python",)).__enter__()
    assert "nowhere, which is no file; correct it." in (tmp_path / "orthanc" / "log").read_text(encoding="utf-8")


def test_where_nobody_has_to_say_who_they_are_nobody_gets_identities(place: Path, tmp_path: Path) -> None:
    chosen = {**settings(place / "rules.toml"), "AuthenticationEnabled": False, "RegisteredUsers": {}}
    with orthanc_in(tmp_path / "orthanc", chosen, plugins=("Python",)) as server:
        assert sent(server, *series(tmp_path / "source", 1)) == 0
        (name,) = server.get("instances")
        said = replace(server, login="radiologist:anything")
        assert refused(said, "instances", name)[0] == 404


def test_the_script_is_short() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_example_of_a_configuration_is_one(tmp_path: Path) -> None:
    example = json.loads((KIT / "orthanc.json").read_text(encoding="utf-8"))
    assert example.keys() >= settings(tmp_path).keys()
    assert example["StegoMed"].keys() == settings(tmp_path)["StegoMed"].keys()
    assert Path(example["PythonScript"]).name == SCRIPT.name
    rules = tmp_path / Path(example["StegoMed"]["Rules"]).name
    rules.write_bytes((KIT / rules.name).read_bytes())
    (tmp_path / "stegomed.key").write_bytes(bytes(range(32)))
    read = read_inside(rules)
    assert read.arriving("MR") is not None
    assert read.arriving("US") is None
    assert [read.asked_by(user) is not None for user in (*example["RegisteredUsers"], "")] == [True, False]
