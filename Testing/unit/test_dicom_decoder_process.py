"""The decoder process finds its packages wherever the program runs, and ends with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.dicom.decoding_messages import Answer, Job, answer_head, packed
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from Testing.decoder_driver import BROKEN_CODER, ends, jpeg_ls, lives

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and sessions of POSIX")

# The program whose decoder it is: decodes one frame, says who decodes it, and does what it is told.
PROGRAM = """
import os, sys, time
sys.path[:0] = [{root!r}]
from Testing import decoder_driver as driver
def decode():
    driver.decode(driver.jpeg_ls())
    print(driver.process_id(), flush=True)
decode()
"""


def program(folder: Path, *then: str) -> Path:
    path = folder / "elsewhere" / "program.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([PROGRAM.format(root=str(ROOT)), *then]))
    return path


def test_the_folder_that_the_program_runs_in_does_not_matter(tmp_path: Path) -> None:
    for name in ("pydicom", "numpy", "struct", "json", "StegoMedLib"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the current folder')")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, program(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@POSIX
@pytest.mark.parametrize("then", ["", "raise SystemExit(3)", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_the_decoder_ends_with_the_program(tmp_path: Path, then: str) -> None:
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, program(tmp_path, then)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ends(int(done.stdout), 3)
    assert time.perf_counter() - begin < 20
    assert "Traceback" not in done.stderr


@contextmanager
def _interruptible() -> Iterator[None]:
    """Whatever starts hears Ctrl-C, even where these tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@POSIX
def test_control_c_in_a_terminal_is_for_the_program_alone(tmp_path: Path) -> None:
    then = "time.sleep(60)"
    command = [sys.executable, str(program(tmp_path, then))]
    with (
        _interruptible(),
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running,
    ):
        assert running.stdout
        decoder = int(running.stdout.readline())
        assert os.getsid(decoder) != os.getsid(running.pid)
        os.kill(decoder, signal.SIGINT)
        time.sleep(0.2)
        assert lives(decoder)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert said.count("Traceback") == 1
    assert "decoding_child" not in said
    assert ends(decoder, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_copy_of_the_program_has_a_decoder_of_its_own(tmp_path: Path) -> None:
    path = program(tmp_path, "if not os.fork(): decode(); os._exit(0)", "os.wait()", "decode()")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=True)
    first, copy, again = map(int, done.stdout.split())
    assert first == again != copy


def test_a_decoder_that_hangs_ends_itself_when_the_program_is_gone(tmp_path: Path) -> None:
    (tmp_path / "jpeg_ls.py").write_text(BROKEN_CODER)
    seed = jpeg_ls("<hang>")
    job = Job(str(seed.syntax), "pyjpegls", PixelFormat(64, 48, 1, StoredField(16, 12, 11), inverted=False).described)
    code = "from StegoMedLib.dicom import decoding_child as child; child._WATCH = 1; child.main()"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=packed(job, seed.code) + seed.code,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, answer_head(Answer.READY), b"")
    assert time.perf_counter() - begin < 15
