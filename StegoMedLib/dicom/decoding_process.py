"""The decoder process as the program sees it: started, given jobs, ended when time is up."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, cast

from StegoMedLib.dicom.decoding_messages import LONGEST_DECODING, Answer, Job, packed, read_answer
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LIBRARY_PLACE", "DecoderProcess", "child_environment", "python_interpreter"]

LIBRARY_PLACE = Path(__file__).resolve().parents[2]
"""The folder that holds StegoMedLib."""

_PYTHON = re.compile(r"(python|pypy)[\w.-]*", re.IGNORECASE)
# Pools of threads reserve address space, which is limited there, for every core of the machine.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MALLOC_ARENA_MAX")


def python_interpreter() -> str:
    """A Python program with the packages that this process has.

    `sys.executable` is one, save where Python lives inside another program. Slicer sets it to its own PythonSlicer,
    which is on its PATH as well; where it was not set, it is Slicer itself, which must not be started a second time.

    Raises
    ------
    UnusableInputError
        There is none.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    embedded = (base / "bin" / version, base / "python.exe")
    candidates = (sys.executable, shutil.which("PythonSlicer"), *embedded)
    for candidate in candidates:
        if candidate and _PYTHON.fullmatch(Path(candidate).name) and Path(candidate).is_file():
            return str(candidate)
    raise UnusableInputError(
        "its pixel data is compressed, which is decoded in a process of its own, and there is no Python program to "
        "start one with; put Python (in Slicer: PythonSlicer) on the PATH, or export it uncompressed."
    )


def child_environment() -> dict[str, str]:
    """Environment in which that program finds the library and its packages from any folder.

    Passphrases are left out: nothing that a damaged file could take over shall find them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("STEGOMED_")}
    folders = [str(LIBRARY_PLACE), *(str(Path(each).resolve()) for each in sys.path if each)]
    # Without the current folder in front, whose files are anybody's (Python 3.11 and later).
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}


_MODULE = "StegoMedLib.dicom.decoding_child"
_LONGEST_START = 120.0  # a disk that sleeps, a scanner that looks at every file
_LONGEST_END = 5.0
_NO_START = (
    "its pixel data is compressed, and the process that decodes it does not start; install StegoMed with all its "
    "packages again, or export it uncompressed."
)
# A name of Windows' alone.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class DecoderProcess:
    """The process from start to end.

    Attributes
    ----------
    late : bool
        The last job took too long.
    served : int
        Jobs that it answered.

    Raises
    ------
    UnusableInputError
        It cannot be started.
    """

    def __init__(self) -> None:
        command = [python_interpreter(), "-m", _MODULE]
        try:
            self._process = subprocess.Popen(  # noqa: S603 our own module, by our own interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=LIBRARY_PLACE,
                env=child_environment(),
                start_new_session=True,  # Ctrl-C in the terminal is not for it
                creationflags=_FLAGS,
            )
        except OSError as error:
            raise UnusableInputError(_NO_START) from error
        # Unbuffered: what a copy of this program (after a fork) holds of a job must never be written a second time.
        self._input = cast("FileIO", self._process.stdin)
        self._output = BufferedReader(cast("FileIO", self._process.stdout))
        self.late = False
        self.served = 0
        with self._ended_if_interrupted(_LONGEST_START):
            self._expect_ready()

    def _expect_ready(self) -> None:
        try:
            ready = read_answer(self._output, 0) is Answer.READY
        except (OSError, EOFError, ValueError):
            ready = False
        if not ready:
            self.end()
            raise UnusableInputError(_NO_START)

    @contextmanager
    def _ended_if_interrupted(self, seconds: float) -> Iterator[None]:
        """End the process when time is up, and when the body stops half-way: its answer would be taken for the next."""
        self.late = False
        watch = threading.Timer(seconds, self._expire)
        watch.daemon = True
        watch.start()
        try:
            yield
        except BaseException:
            watch.cancel()
            self.end()
            raise
        watch.cancel()

    def _expire(self) -> None:
        self.late = True
        self._kill()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._input.write(view) :]

    def answer(self, job: Job, code: bytes, cells: NDArray[np.uint8]) -> Answer:
        """Decode a frame, as the job says how, and put its pixels into `cells`, which is one-dimensional.

        Raises
        ------
        OSError, EOFError, ValueError
            The process is no more, or talks nonsense; it was ended.
        """
        with self._ended_if_interrupted(LONGEST_DECODING):
            self._write(packed(job, code))
            self._write(code)
            answer = read_answer(self._output, cells.nbytes)
            if answer is Answer.DONE and self._output.readinto(cells.data) < cells.nbytes:
                raise EOFError
        self.served += 1
        return answer

    def _kill(self) -> None:
        """End the process and what it started: Slicer's Python is a program that starts another."""
        if self._process.poll() is not None:
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._kill()
        self._input.close()
        self._output.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LONGEST_END)
