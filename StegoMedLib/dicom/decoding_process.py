"""The decoder process as the program sees it: started, given jobs, ended when time is up."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager, suppress
from io import BufferedReader
from typing import TYPE_CHECKING, cast

from StegoMedLib.dicom.decoding_messages import LONGEST_DECODING, Answer, Job, packed, read_answer
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.interpreter import NoPythonError, kill, start_python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DecoderProcess"]

_MODULE = "StegoMedLib.dicom.decoding_child"
_LONGEST_START = 120.0  # a disk that sleeps, a scanner that looks at every file
_LONGEST_END = 5.0
_NO_START = (
    "its pixel data is compressed, and the process that decodes it does not start; install StegoMed with all its "
    "packages again, or export it uncompressed."
)
_NO_PYTHON = (
    "its pixel data is compressed, which is decoded in a process of its own, and there is no Python program to start "
    "one with; put Python (in Slicer: PythonSlicer) on the PATH, or export it uncompressed."
)


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
        try:
            self._process = start_python(_MODULE)
        except NoPythonError:
            raise UnusableInputError(_NO_PYTHON) from None
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
        kill(self._process)

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

    def end(self) -> None:
        """End the process, whatever it does."""
        kill(self._process)
        self._input.close()
        self._output.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LONGEST_END)
