"""A batch through a Dask cluster: every file is in the result or named, and a second run does nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydicom import dcmread

from StegoMedLib.batch import cluster
from StegoMedLib.cli.main import main
from StegoMedLib.dicom import new_series
from StegoMedLib.envelope import KeyFile
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.series.phantom import PATIENT, phantom_series
from Testing.batch_works import FATAL, FATAL_ONCE, working

GOOD, SLICES = "good", 2


def series(folder: Path, number: int) -> tuple[Path, ...]:
    phantom = phantom_series(slices=SLICES, size=128)
    return new_series(
        folder,
        phantom.stored,
        spacing=phantom.spacing,
        attributes={**PATIENT, "PatientID": f"QX-{number}"},
        rescale=(phantom.slope, phantom.intercept),
        padding=phantom.padding,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Series of which two end their workers, a damaged one, and a file that is no image; one lies in two folders."""
    folder = tmp_path_factory.mktemp("batch") / "Mustermann"
    for number, name in enumerate((GOOD, FATAL, FATAL_ONCE, "damaged"), start=1):
        files = series(folder / name, number)
    for file in files:
        file.write_bytes(file.read_bytes()[:-20000])
    (folder / "elsewhere").mkdir()
    shutil.move(min((folder / GOOD).iterdir()), folder / "elsewhere" / "IMG1")
    (folder / "notes.txt").write_text("no image")
    return folder


def batch(source: Path, target: Path, key_file: Path, *options: str) -> tuple[int, dict[str, Any]]:
    words = ["batch", source, target, "--key-file", key_file, "--finder", "threshold", "--local", "2", "--tries", "1"]
    words += ["--header-suffices", "--json", target.with_suffix(".json"), "--page", target.with_suffix(".html")]
    code = main([*map(str, words), *options])
    return code, json.loads(target.with_suffix(".json").read_text())


def test_a_batch_survives_its_workers_and_accounts_for_every_file(
    source: Path, tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    target, pseudonyms = tmp_path / "nameless", Pseudonyms.of(KeyFile(key_file.read_bytes()))
    monkeypatch.setattr(cluster, "work_on", working)
    code, report = batch(source, target, key_file)
    assert code == 7, capfd.readouterr().err
    assert report["balanced"]
    assert report["series"] == {"done": 2, "aside": 2}
    assert report["files"] == {"came_in": 9, "written": 4, "left_out": 1, "aside": 4, "waiting": 0}
    assert [row["file"] for row in report["left_out"]] == [str(source / "notes.txt")]
    reasons = {Path(row["source"]).parent.name: row["reason"] for row in report["aside"]}
    assert "ended the process that worked on it 2 times" in reasons[FATAL]
    assert "damaged" in reasons["damaged"] or "cannot be used" in reasons["damaged"]

    written = sorted(path for path in target.rglob("*") if path.is_file())
    named = [*(source / GOOD).iterdir(), source / "elsewhere" / "IMG1", *(source / FATAL_ONCE).iterdir()]
    expected = sorted(pseudonyms.uid(str(dcmread(path).SOPInstanceUID)) for path in named)
    assert sorted(str(dcmread(path).SOPInstanceUID) for path in written) == expected
    assert all(dcmread(path).PatientIdentityRemoved == "YES" for path in written)
    assert "Mustermann" not in "".join(map(str, target.rglob("*")))
    page, manifest = target.with_suffix(".html").read_text(), tmp_path / "nameless.batch.sqlite"
    assert "Set aside" in page
    assert {stat.S_IMODE(path.stat().st_mode) for path in (manifest, target.with_suffix(".html"))} == {0o600}

    monkeypatch.setattr(cluster, "LocalNodes", None, raising=False)  # no process is started
    before = {path: path.stat().st_mtime_ns for path in written}
    code, report = batch(source, target, key_file)
    assert (code, report["worked_on"], report["balanced"]) == (7, 0, True)
    assert {path: path.stat().st_mtime_ns for path in written} == before


def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, key_file: Path, phantom_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    taken, target, key = tmp_path / "taken", tmp_path / "new", ("--key-file", key_file)
    taken.mkdir()
    (taken / "something").touch()

    def refused(*words: object) -> tuple[int, str]:
        return main(["batch", *map(str, words)]), " ".join(capfd.readouterr().err.split())

    for words, code, cause in (
        ((phantom_folder, taken, *key), 3, "holds something already"),
        ((phantom_folder, phantom_folder / "out", *key), 3, "overlap"),
        ((taken, target, *key), 3, "no usable DICOM image"),
        ((taken, target, *key, "--carry", "none"), 3, "other options (carry)"),
        ((taken, target, *key, "--tiles", "8"), 2, "--tiles goes with --do embed"),
        ((taken, target, *key, "--manifest", taken / "m"), 3, "would lie in a source"),
        ((taken, target, *key, "--page", key_file), 3, "is a key"),
        ((taken, target, *key, "--page", __file__), 3, "is no page of a batch"),
        ((taken, target, "--scheduler", "tcp://127.0.0.1:1"), 2, "cannot ask for a passphrase"),
    ):
        found = refused(*words)
        assert found[0] == code
        assert cause in found[1]


def test_processes_end_with_the_program(source: Path, tmp_path: Path, key_file: Path) -> None:
    words = [sys.executable, "-m", "StegoMedLib", "batch", source, tmp_path / "out", "--key-file", key_file]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    program = subprocess.Popen([*map(str, words), "--local", "1", "--finder", "threshold"], env=environment)
    family = psutil.Process(program.pid)
    started: list[psutil.Process] = []
    deadline = time.monotonic() + 60
    while len(started) < 3 and time.monotonic() < deadline and program.poll() is None:  # two and Python's tracker
        started = family.children(recursive=True)
        time.sleep(0.05)
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    _, alive = psutil.wait_procs(started, timeout=30)
    assert len(started) >= 2
    assert not alive
