"""A Python program for processes of our own is found where Python lives inside Slicer, too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from StegoMedLib import interpreter
from StegoMedLib.dicom.decoding_process import DecoderProcess
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.interpreter import LIBRARY_PLACE, child_environment, python_interpreter

SUFFIX = ".exe" if os.name == "nt" else ""


def made(folder: Path, name: str, text: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}{SUFFIX}"
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An application without any Python program."""
    monkeypatch.setattr(sys, "executable", str(made(tmp_path / "bin", "SlicerApp-real")))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    return monkeypatch


def test_the_program_that_runs_is_taken() -> None:
    assert python_interpreter() == sys.executable


@pytest.mark.parametrize("name", ["python", "python3.12", "PythonSlicer", "python-real", "pypy3"])
def test_what_slicer_and_others_call_python_is_taken(tmp_path: Path, nowhere: pytest.MonkeyPatch, name: str) -> None:
    path = made(tmp_path / "other", name)
    nowhere.setattr(sys, "executable", str(path))
    assert python_interpreter() == str(path)


@pytest.mark.parametrize("executable", ["SlicerApp-real", "", None, "python-that-is-not-there"])
def test_slicer_itself_is_not_started_again(
    tmp_path: Path, nowhere: pytest.MonkeyPatch, executable: str | None
) -> None:
    path = made(tmp_path / "slicer", "PythonSlicer")
    nowhere.setattr(sys, "executable", executable and str(tmp_path / "bin" / executable))
    nowhere.setenv("PATH", str(path.parent))
    assert python_interpreter() == str(path)


@pytest.mark.skipif(os.name == "nt", reason="the names of other systems")
def test_the_python_that_is_embedded_is_found_by_its_prefix(tmp_path: Path, nowhere: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    path = made(tmp_path / "home" / "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    nowhere.setattr(sys, "base_prefix", str(tmp_path / "home"))
    assert python_interpreter() == str(path)


def test_without_any_there_is_one_sentence(nowhere: pytest.MonkeyPatch) -> None:
    del nowhere
    with pytest.raises(UnusableInputError, match=r"no Python program .* put Python \(in Slicer: PythonSlicer\) .*\.$"):
        DecoderProcess()


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\nhead -c 99 /dev/zero\n", "not a program"])
def test_a_program_that_does_not_start_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = made(tmp_path / "odd", "python", text)
    monkeypatch.setattr(interpreter, "python_interpreter", lambda: str(path))
    with pytest.raises(UnusableInputError, match=r"does not start; install .*\.$"):
        DecoderProcess()


def test_passphrases_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEGOMED_PASSPHRASE", "correct horse")
    monkeypatch.setenv("OMP_NUM_THREADS", "32")
    monkeypatch.setattr(sys, "path", ["", "relative", *sys.path])
    environment = child_environment()
    assert "correct horse" not in environment.values()
    assert environment["OMP_NUM_THREADS"] == "1"
    folders = environment["PYTHONPATH"].split(os.pathsep)
    assert folders[0] == str(LIBRARY_PLACE)
    assert all(Path(folder).is_absolute() for folder in folders)
    assert str(Path.cwd() / "relative") in folders
    assert str(Path.cwd()) not in folders or str(Path.cwd()) == folders[0]
    assert (LIBRARY_PLACE / "StegoMedLib" / Path(interpreter.__file__).name).exists()
