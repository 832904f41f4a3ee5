"""Bad input gets one sentence with cause and remedy and the documented exit code, and loses nothing."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series

FINDER = ("--finder", "threshold")


def _one_sentence(result: subprocess.CompletedProcess[str], code: int) -> str:
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert line.endswith(".")
    return line


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_truncated_file(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    source = tmp_path / "cut.dcm"
    whole = next(phantom_folder.iterdir()).read_bytes()
    source.write_bytes(whole[: len(whole) // 2])

    sentence = _one_sentence(stegomed("embed", source, tmp_path / "out.dcm", *FINDER), 3)

    assert "cut.dcm" in sentence
    assert not (tmp_path / "out.dcm").exists()


def test_a_series_of_truncated_files_leaves_nothing(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")
    for file in (tmp_path / "in").iterdir():
        file.write_bytes(file.read_bytes()[:-1000])
    before = _snapshot(tmp_path)

    assert "slice_0001.dcm" in _one_sentence(stegomed("embed", tmp_path / "in", tmp_path / "out", *FINDER), 3)

    assert _snapshot(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"not DICOM at all", b"\0" * 200 + b"DICM"], ids=["empty", "text", "zeros"])
def test_a_file_that_is_no_dicom(content: bytes, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "x.dcm").write_bytes(content)

    assert "x.dcm" in _one_sentence(stegomed("embed", "x.dcm", "out.dcm", *FINDER), 3)


def test_an_empty_folder_and_a_missing_source(stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert "empty" in _one_sentence(stegomed("embed", "empty", "out", *FINDER), 3)
    assert "missing" in _one_sentence(stegomed("extract", "missing"), 3)


def test_a_file_that_is_no_image_is_named_and_left_alone(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")
    (tmp_path / "in" / "README.txt").write_text("hello", encoding="utf-8")

    result = stegomed("embed", "in", "out", *FINDER, "--json", "-")

    assert result.returncode == 7, result.stderr
    assert "README.txt" in result.stdout
    assert "README.txt" in result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_an_existing_target_is_refused_and_kept(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious", encoding="utf-8")

    assert "--overwrite" in _one_sentence(stegomed("embed", phantom_folder, "out", *FINDER), 3)
    assert _snapshot(tmp_path / "out") == {"mine.txt": b"precious"}


def test_overwriting_replaces_files_of_the_same_name_and_keeps_others(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("precious", encoding="utf-8")

    for _ in range(2):
        assert stegomed("embed", phantom_folder, "out", *FINDER, "--overwrite").returncode == 0

    assert (tmp_path / "out" / "mine.txt").read_bytes() == b"precious"
    assert len(_snapshot(tmp_path / "out")) == 5


def test_the_source_is_never_the_target(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")
    before = _snapshot(tmp_path)
    file = min((tmp_path / "in").iterdir())

    for source, target in (("in", "in"), ("in", "in/out"), (file, file), (file, "in")):
        _one_sentence(stegomed("embed", source, target, *FINDER, "--overwrite"), 3)

    assert _snapshot(tmp_path) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_target_that_may_not_be_written(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)

    assert "locked" in _one_sentence(stegomed("embed", phantom_folder, "locked/out", *FINDER), 3)


def test_a_target_below_a_file(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")

    assert "cannot be written" in _one_sentence(stegomed("embed", phantom_folder, "file/out", *FINDER), 3)


def test_a_full_disk(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    # A limit on the size of files is the full disk that every user can have: writing fails half-way.
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    result = stegomed("embed", phantom_folder, "out", *FINDER, preexec_fn=limit)

    assert "cannot be written" in _one_sentence(result, 3)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_report_that_cannot_be_written_is_told_after_what_was_found(phantom_folder: Path, stegomed: Any) -> None:
    result = stegomed("capacity", phantom_folder, *FINDER, "--json", "/dev/full")

    assert result.returncode == 3
    assert "4 files came in: 4 measured." in result.stderr
    assert result.stderr.splitlines()[-1].startswith("The report /dev/full cannot be written")


def test_no_passphrase(phantom_folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "STEGOMED_PASSPHRASE"}
    command = [sys.executable, "-m", "StegoMedLib", "embed", str(phantom_folder), "out", *FINDER]

    result = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert "--passphrase-file" in _one_sentence(result, 2)


@pytest.mark.parametrize(("content", "code"), [(b"", 2), (b"\n", 2), (b"x" * 5000, 3)])
def test_an_unusable_passphrase_file(
    content: bytes, code: int, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(content)

    result = stegomed("embed", phantom_folder, "out", *FINDER, "--passphrase-file", "secret")

    _one_sentence(result, code)
    assert "passphrase" in result.stderr.lower()


def test_a_missing_passphrase_file(phantom_folder: Path, stegomed: Any) -> None:
    result = stegomed("extract", phantom_folder, "--passphrase-file", "nowhere")

    assert "no such passphrase file" in _one_sentence(result, 3)
    assert "nowhere" not in result.stderr  # somebody may have typed the passphrase itself there


def test_a_wrong_passphrase_and_a_never_marked_series_get_the_same_answer(phantom_folder: Path, stegomed: Any) -> None:
    assert stegomed("embed", phantom_folder, "out", *FINDER).returncode == 0

    wrong = stegomed("extract", "out", "--json", "-", env={"STEGOMED_PASSPHRASE": "wrong"})
    never = stegomed("extract", phantom_folder, "--json", "-")

    assert _one_sentence(wrong, 4) == _one_sentence(never, 4)
    assert wrong.stdout == never.stdout == ""


def test_a_record_that_is_too_long_says_how_much_fits(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "long.bin").write_bytes(np.random.default_rng(0).bytes(1500))
    (tmp_path / "huge.bin").write_bytes(np.random.default_rng(0).bytes(100_000))

    for name in ("long.bin", "huge.bin"):
        sentence = _one_sentence(
            stegomed("embed", phantom_folder, "out", *FINDER, "--record", "file", "--from", name), 5
        )
        assert "bytes" in sentence
    assert not (tmp_path / "out").exists()


def test_a_series_of_mixed_sizes_is_hidden_in_slice_by_slice(stegomed: Any, tmp_path: Path) -> None:
    for size in (256, 320):
        phantom = phantom_series(slices=1, size=size)
        new_series(
            tmp_path / "in" / str(size),
            phantom.stored,
            rescale=(phantom.slope, phantom.intercept),
            padding=phantom.padding,
        )

    assert stegomed("embed", "in", "out", *FINDER, "--record", "text", "--from", __file__).returncode in {0, 5}
    result = stegomed("embed", "in", "out2", *FINDER)
    assert result.returncode == 0, result.stderr
    assert "Extracted from 2 of 2 slices" in stegomed("extract", "out2").stderr


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_cancelling_leaves_no_half_file(how: str, tmp_path: Path) -> None:
    phantom = phantom_series(slices=1, size=512)
    new_series(tmp_path / "in", np.repeat(phantom.stored, 60, axis=0), rescale=(1.0, phantom.intercept), padding=-2000)
    before = _snapshot(tmp_path)
    environment = {**os.environ, "STEGOMED_PASSPHRASE": "correct horse battery staple"}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-m", "StegoMedLib", "embed", "in", "out", *FINDER]
    heeded = signal.signal(getattr(signal, how), signal.SIG_DFL)  # under nohup it is ignored
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    signal.signal(getattr(signal, how), heeded)
    while not list(tmp_path.glob(".out.*.partial/new/*.dcm")):
        time.sleep(0.01)
        assert process.poll() is None

    process.send_signal(getattr(signal, how))
    _, stderr = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Cancelled" in stderr
    assert "Traceback" not in stderr
    assert _snapshot(tmp_path) == before


def test_an_unknown_command_and_an_unknown_option(stegomed: Any) -> None:
    for arguments in (("explode",), ("embed",), ("extract", "x", "--explode")):
        result = stegomed(*arguments)
        assert result.returncode == 2
        assert "usage:" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_cannot_command_the_terminal(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    name = "a\x1b]0;owned\x07\x9b31m[red].dcm"
    shutil.copy(min(phantom_folder.iterdir()), tmp_path / "in" / name)

    for source in ("in", "missing " + name):
        stderr = stegomed("capacity", source, *FINDER).stderr
        assert "owned" in stderr
        assert "[red]" in stderr
        assert "\x1b" not in stderr
        assert "\x9b" not in stderr


def test_options_that_contradict_each_other(phantom_folder: Path, stegomed: Any) -> None:
    for extra in (
        ("--from", "x"),
        ("--record", "text"),
        ("--record", "text", "--from", "x", "--attributes", "PatientID"),
        ("--attributes", " , "),
    ):
        _one_sentence(stegomed("embed", phantom_folder, "out", *FINDER, *extra), 2)


def test_an_attribute_that_does_not_exist(phantom_folder: Path, stegomed: Any) -> None:
    result = stegomed("embed", phantom_folder, "out", *FINDER, "--attributes", "PatientNmae")

    assert "PatientNmae" in _one_sentence(result, 2)


def test_masks_of_another_series(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    assert stegomed("segment", phantom_folder, "--out", "masks", *FINDER).returncode == 0
    (tmp_path / "masks" / "slice_0002.png").unlink()

    assert "slice_0002" in _one_sentence(stegomed("embed", phantom_folder, "out", "--masks", "masks"), 3)
    assert not (tmp_path / "out").exists()


def test_neither_passphrase_nor_record_shows_in_what_is_printed_while_hiding(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("the secret diagnosis", encoding="utf-8")

    result = stegomed("embed", phantom_folder, "out", *FINDER, "--record", "text", "--from", "note.txt", "--json", "-")

    assert result.returncode == 0
    for text in ("secret diagnosis", "correct horse"):
        assert text not in result.stdout + result.stderr
        assert not any(text.encode() in content for content in _snapshot(tmp_path / "out").values())
