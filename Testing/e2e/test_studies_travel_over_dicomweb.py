"""Studies go to a real archive and come back, and commands work on URLs as on folders; failures lose nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from dicomweb_client import DICOMwebClient
from pydicom import dcmread

from StegoMedLib.cli.main import main
from StegoMedLib.network.dicomweb import DicomwebServer
from Testing.fake_dicomweb import FAILED, Asked, Reply, as_json, running, sequence, takes_all
from Testing.orthanc import orthanc_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from Testing.conftest import ImageMaker, Stegomed
    from Testing.orthanc import Orthanc

pytestmark = [pytest.mark.usefixtures("temporary"), pytest.mark.key_file]
PASSWORD = "hunter2hunter2"  # noqa: S105  to be looked for


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where private folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)  # it is remembered in a process
    return folder


class Here(Protocol):
    def __call__(self, *arguments: str) -> tuple[int, str]: ...


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Run the command line in this process; the exit code, and what was said."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        try:
            code = main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def _study(folder: Path) -> str:
    return str(dcmread(next(folder.rglob("*.dcm"))).StudyInstanceUID)


def _study_on(server: Orthanc) -> str:
    (study,) = DicomwebServer(server.dicomweb).studies()
    return study.uid


def _contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*.dcm"))


@pytest.mark.data
def test_a_series_goes_to_an_archive_and_comes_back_as_it_was(
    orthanc: Orthanc, data_dir: Path, tmp_path: Path, stegomed: Stegomed
) -> None:
    source = data_dir / "curated" / "ct_abdomen_chaos3"
    done = stegomed("push", source, orthanc.dicomweb, "--json", "push.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "push.json").read_text(encoding="ascii"))
    assert report["files"] == {"came_in": 24, "taken": 24, "copied": 0, "left_out": 0}
    assert all(row["stored"] for row in report["instances"])
    done = stegomed("pull", orthanc.dicomweb, "--study", _study(source), tmp_path / "back", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 24
    assert _contents(tmp_path / "back") == _contents(source)


def test_a_study_of_several_kinds_keeps_its_transfer_syntaxes(
    orthanc: Orthanc, make_image: ImageMaker, tmp_path: Path, stegomed: Stegomed
) -> None:
    first = dcmread(make_image())
    (tmp_path / "study").mkdir()
    for number, syntax in enumerate(("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.1"), 1):
        image = dcmread(make_image())
        if number < 3:
            image.compress(syntax, generate_instance_uid=False)
        image.StudyInstanceUID = first.StudyInstanceUID
        image.save_as(tmp_path / "study" / f"{number}.dcm")
    (tmp_path / "study" / "note.txt").write_text("none", encoding="utf-8")
    done = stegomed("push", tmp_path / "study", orthanc.dicomweb)
    assert done.returncode == 7
    assert "note.txt" in done.stderr
    assert "4 files came in: 3 stored" in done.stderr
    url = f"{orthanc.dicomweb}/studies/{first.StudyInstanceUID}"
    assert stegomed("pull", url, tmp_path / "back").returncode == 0
    assert sorted(path.relative_to(tmp_path / "back").as_posix() for path in (tmp_path / "back").rglob("*.dcm")) == [
        f"{number:03}/000001.dcm" for number in (1, 2, 3)
    ]
    assert _contents(tmp_path / "back") == _contents(tmp_path / "study")
    series = dcmread(tmp_path / "study" / "2.dcm").SeriesInstanceUID
    assert stegomed("pull", f"{url}/series/{series}", tmp_path / "one").returncode == 0
    assert _contents(tmp_path / "one") == [(tmp_path / "study" / "2.dcm").read_bytes()]


def test_another_client_finds_what_was_sent(orthanc: Orthanc, phantom_folder: Path) -> None:
    DicomwebServer(orthanc.dicomweb).store(sorted(phantom_folder.rglob("*.dcm")))
    client = DICOMwebClient(orthanc.dicomweb)
    found = client.retrieve_study(_study(phantom_folder))
    assert sorted(each.SOPInstanceUID for each in found) == sorted(
        dcmread(path).SOPInstanceUID for path in phantom_folder.rglob("*.dcm")
    )


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """A second archive, which lets in nobody without a password."""
    settings = {"AuthenticationEnabled": True, "RegisteredUsers": {"anna": PASSWORD}}
    with orthanc_in(tmp_path_factory.mktemp("cloud"), settings) as server:
        yield server


def test_a_study_loses_its_name_on_the_way_to_the_cloud_and_has_it_again_at_home(  # noqa: PLR0917  fixtures
    orthanc: Orthanc, cloud: Orthanc, phantom_folder: Path, tmp_path: Path, temporary: Path, stegomed: Stegomed
) -> None:
    key = tmp_path / "cloud.txt"
    key.write_text(f"basic anna:{PASSWORD}", encoding="utf-8")
    key.chmod(0o600)
    assert stegomed("push", phantom_folder, orthanc.dicomweb).returncode == 0
    home = f"{orthanc.dicomweb}/studies/{_study(phantom_folder)}"
    refused = stegomed("deidentify", home, cloud.dicomweb, "--finder", "threshold", "--accept-burned-in")
    assert refused.returncode == 8
    assert "--target-credentials" in refused.stderr
    away = stegomed(
        *("deidentify", home, cloud.dicomweb, "--target-credentials", key),
        *("--finder", "threshold", "--accept-burned-in", "--json", "-"),
    )
    assert away.returncode == 0, away.stderr
    with DicomwebServer(cloud.dicomweb, credentials=key) as server:
        (study,) = server.studies()
        server.retrieve(study.uid, into=tmp_path / "seen")
    seen = [dcmread(path) for path in (tmp_path / "seen").rglob("*.dcm")]
    names = {str(dcmread(path).PatientName) for path in phantom_folder.rglob("*.dcm")}
    assert len(seen) == 4
    assert not names & {str(image.PatientName) for image in seen}

    orthanc.clear()
    back = stegomed("reidentify", f"{cloud.dicomweb}/studies/{study.uid}", orthanc.dicomweb, "--credentials", key)
    assert back.returncode == 0, back.stderr
    files = [dcmread(BytesIO(content)) for content in orthanc.files()]
    assert {str(image.PatientName) for image in files} == names
    assert len(files) == 4
    read = stegomed("extract", f"{orthanc.dicomweb}/studies/{_study_on(orthanc)}")
    assert read.returncode == 0, read.stderr
    for done in (refused, away, back):
        assert PASSWORD not in done.stdout + done.stderr
    assert list(temporary.iterdir()) == []


def test_a_result_that_a_person_must_look_at_is_not_sent_and_kept(
    phantom_folder: Path, temporary: Path, stegomed: Stegomed
) -> None:
    """A name in an attribute that stays is found in what was written."""
    source = temporary.parent / "named"
    source.mkdir()
    for path in phantom_folder.rglob("*.dcm"):
        image = dcmread(path)
        image.ConvolutionKernel = str(image.PatientID)
        image.save_as(source / path.name)
    with running(takes_all) as server:
        done = stegomed(
            *("deidentify", source, server.url, "--finder", "threshold"),
            *("--accept-burned-in", "--carry", "none"),
        )
        assert done.returncode == 6, done.stderr
        assert {asked.method for asked in server.asked} == {"GET"}
    place = re.search(r"the result lies in (\S+),", done.stderr)
    assert place is not None
    kept = Path(place[1])
    assert len(list(kept.rglob("*.dcm"))) == 4
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in temporary.iterdir()] == [kept.parent.name]


def test_files_left_out_before_are_named_also_when_sending_fails(
    phantom_folder: Path, temporary: Path, here: Here
) -> None:
    source = temporary.parent / "source"
    shutil.copytree(phantom_folder, source)
    (source / "note.txt").write_text("no image", encoding="utf-8")
    with running(lambda asked: Reply(204 if asked.method == "GET" else 415)) as server:
        code, said = here("embed", str(source), server.url, "--finder", "threshold", "--key-file", str(_key(source)))
    assert code == 8
    assert "status 415" in said
    assert "5 files came in: 4 written, 1 left out" in said
    assert len(list(temporary.iterdir())) == 1


def _key(beside: Path) -> Path:
    file = beside.parent / "key.bin"
    assert main(("keygen", str(file))) == 0
    return file


def test_a_result_that_the_server_takes_in_part_is_kept_and_what_it_refused_is_named(
    phantom_folder: Path, temporary: Path, stegomed: Stegomed
) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.method == "GET":
            return Reply(405)  # it takes files, and no questions
        first, *others = asked.instances
        said = json.loads(takes_all(asked).body)  # type: ignore[arg-type]  # bytes
        said["00081199"]["Value"] = said["00081199"]["Value"][1:]
        return as_json(said | sequence(FAILED, [(first, "00081197", 0xC000)]), 202 if others else 409)

    with running(answer) as server:
        done = stegomed("embed", phantom_folder, server.url, "--finder", "threshold")
    assert done.returncode == 7, done.stderr
    assert "reason 0xc000" in done.stderr
    assert "4 files came in: 3 stored" in done.stderr
    (kept,) = temporary.iterdir()
    assert f"the result lies in {kept}" in done.stderr
    assert len(list(kept.rglob("*.dcm"))) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pull", "{server}", "out"), 2, "--study"),
        (("pull", "{server}", "out", "--study", "../.."), 2, "UID"),
        (("pull", "{server}/studies/1.2", "out", "--study", "1.3"), 2, "another study"),
        (("pull", "{server}/studies/1.2", "taken"), 3, "exists already"),
        (("pull", "{server}/studies/1.2", "out"), 8, "status 503"),
        (("pull", "{server}", "out", "--study", "1.2", "--ca", "missing.pem"), 3, "holds no certificates"),
        (("pull", "http://archive.example/w", "out", "--study", "1.2", "--credentials", "secret"), 2, "--accept-http"),
        (("push", "taken", "https://anna:hunter2hunter2@host/w"), 2, "--credentials"),
        (("push", "nowhere", "{server}"), 3, "does not exist"),
        (("push", "taken", "{server}/studies/1.2"), 2, "names a study"),
        (("push", "taken", "{server}"), 3, "no DICOM file"),
        (("capacity", "{server}"), 2, "names a server, and no study"),
        (("capacity", "{server}/studies/1.2"), 8, "status 503"),
        (("embed", "{server}/studies/1.2", "taken"), 3, "exists already"),
        (("embed", "taken", "{server}", "--overwrite"), 2, "--overwrite is for folders"),
        (("embed", "taken", "{server}", "--copy-others"), 2, "--copy-others is for folders"),
        (("embed", "taken", "{server}/studies/1.2"), 2, "names a study"),
        (
            ("reidentify", "{server}/studies/1.2", "out", "--results", "https://else/w/studies/1.3"),
            2,
            "different servers",
        ),
        (("embed", "taken", "out", "--credentials", "secret"), 2, "no URL is given"),
        (("embed", "{server}/studies/1.2", "out", "--json", "secret"), 3, "is not a report"),
        (("push", "taken", "{server}", "--credentials", "secret", "--json", "secret"), 3, "inside an input"),
        (("pull", "{server}", "out", "--study", "1.2", "--credentials", "hunter2hunter2"), 3, "no such credentials"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence_and_changes_nothing(  # noqa: PLR0917  fixtures
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path, temporary: Path, here: Here
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "note.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "secret").write_text(f"bearer {PASSWORD}", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    with running(lambda _: Reply(503)) as server:
        ended, told = here(*(each.format(server=server.url) for each in arguments))
    assert ended == code, told
    assert said in told
    assert PASSWORD not in told
    assert sorted(each.name for each in tmp_path.iterdir()) == ["secret", "taken", "temporary"]
    assert list(temporary.iterdir()) == []


def test_a_run_that_is_stopped_or_killed_leaves_no_identity_in_temporary_folders(
    phantom_folder: Path, tmp_path: Path, temporary: Path, here: Here
) -> None:
    """Ending removes the folder at once; what a kill leaves is removed by a later run."""
    uids = [str(dcmread(path).SOPInstanceUID) for path in phantom_folder.rglob("*.dcm")]

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("series"):
            return as_json([{"0020000E": {"Value": ["1.3"]}}])
        if asked.path.endswith("instances"):
            return as_json([{"00080018": {"Value": [uid]}} for uid in uids])
        time.sleep(3)
        return Reply(503)

    command = [sys.executable, "-m", "StegoMedLib", "capacity"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with running(answer) as server:
        for number in (signal.SIGTERM, signal.SIGKILL):
            asked = len(server.asked)
            process = subprocess.Popen([*command, f"{server.url}/studies/1.2"], env=environment, cwd=tmp_path)
            while len(server.asked) < asked + 4:
                assert process.poll() is None
                time.sleep(0.02)
            assert len(list(temporary.iterdir())) == 1
            process.send_signal(number)
            process.wait(20)
            assert len(list(temporary.iterdir())) == (number == signal.SIGKILL)
    (left,) = temporary.iterdir()
    assert here("capacity", "http://127.0.0.1:9/w/studies/1.2")[0] == 8
    assert left.exists()  # so young that its run may just be starting
    os.utime(left, (1, 1))
    assert here("capacity", "http://127.0.0.1:9/w/studies/1.2")[0] == 8
    assert list(temporary.iterdir()) == []
