"""Decoding compressed frames in a process of its own, which may break down, hang or swell without harm to this one.

One process serves all frames, one after the other, and is started anew when it failed. Two limits hold for each frame:
memory, which the process sets upon itself where the system can (Linux), and time, after which it is ended (anywhere).
Elsewhere than on Linux, what bounds memory is that a frame's own header must agree with the file's, and time.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import numpy as np
from pydicom.pixels.decoders.base import get_decoder

from StegoMedLib.dicom.codestream import checked_codestream
from StegoMedLib.dicom.decoding_messages import (
    LARGEST_MEMORY,
    LONGEST_DECODING,
    Answer,
    Job,
    packed,
    read_answer,
)
from StegoMedLib.dicom.hostile import chosen_plugin, translated
from StegoMedLib.dicom.interpreter import LIBRARY_PLACE, child_environment, python_interpreter
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pydicom.uid import UID

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.pixels import PixelFormat

__all__ = ["decode_frame"]

_MODULE = "StegoMedLib.dicom.decoding_child"
_LONGEST_START = 120.0  # a disk that sleeps, a scanner that looks at every file
_LONGEST_END = 5.0
_UNDECODABLE = "its compressed pixel data cannot be decoded; export it again, uncompressed if possible."
_BROKEN_DOWN = (
    "its compressed pixel data cannot be decoded: it makes the decoder break down; export it again, uncompressed if "
    "possible."
)
_TOO_SLOW = (
    f"its compressed pixel data cannot be decoded within {LONGEST_DECODING:.0f} seconds a frame; export it again, "
    "uncompressed if possible."
)
_TOO_LARGE = (
    f"its compressed pixel data cannot be decoded within {LARGEST_MEMORY >> 20} MiB of memory, which is enough for any "
    "lawful frame; if it is not damaged, decompress it with another program."
)
_NO_START = (
    "its pixel data is compressed, and the process that decodes it does not start; install StegoMed with all its "
    "packages again, or export it uncompressed."
)
# A name of Windows' alone.
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class _Decoder:
    """The decoder process, from start to end."""

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
        self.late = False
        self.served = 0
        with self._ended_if_interrupted(_LONGEST_START):
            self._expect_ready()

    def _expect_ready(self) -> None:
        try:
            ready = read_answer(self._read, 0) is Answer.READY
        except (OSError, EOFError, ValueError):
            ready = False
        if not ready:
            self.end()
            raise UnusableInputError(_NO_START)

    @contextmanager
    def _ended_if_interrupted(self, seconds: float) -> Iterator[None]:
        """End the process when time is up, and when the body stops half-way, since its answer would be taken for the next."""
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

    def _fill(self, view: memoryview) -> None:
        stdout = self._process.stdout
        while view and stdout:
            count = stdout.readinto(view)  # type: ignore[attr-defined]  unbuffered, so a raw stream
            if not count:
                raise EOFError
            view = view[count:]

    def _read(self, count: int) -> bytes:
        buffer = bytearray(count)
        self._fill(memoryview(buffer))
        return bytes(buffer)

    def _write(self, data: bytes) -> None:
        view, stdin = memoryview(data), self._process.stdin
        while view and stdin:
            view = view[stdin.write(view) :]

    def answer(self, job: Job, code: bytes, cells: NDArray[np.uint8]) -> Answer:
        """Do a job; its pixels go into `cells`.

        Raises
        ------
        OSError, EOFError, ValueError
            The process is no more, or talks nonsense; it was ended.
        """
        with self._ended_if_interrupted(LONGEST_DECODING):
            self._write(packed(job, code))
            self._write(code)
            answer = read_answer(self._read, cells.nbytes)
            if answer is Answer.DONE:
                self._fill(memoryview(cells))
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
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LONGEST_END)


class _Service:
    """The one decoder process of this program, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decoder: _Decoder | None = None

    def answer(self, job: Job, code: bytes, cells: NDArray[np.uint8]) -> Answer:
        """Do a job; its pixels go into `cells`.

        A process that has served already may have been damaged, or have lost memory, by a frame before: only what
        fails in a new one is the frame's own fault.

        Raises
        ------
        UnusableInputError
            The process broke down, or took too long, or cannot be started.
        """
        with self._lock:
            while True:
                if self._decoder is None:
                    self._decoder = _Decoder()
                decoder = self._decoder
                try:
                    answer = decoder.answer(job, code, cells)
                except (OSError, EOFError, ValueError) as error:
                    self._decoder = None
                    if decoder.late or not decoder.served:
                        raise UnusableInputError(_TOO_SLOW if decoder.late else _BROKEN_DOWN) from error
                except BaseException:
                    self._decoder = None
                    raise
                else:
                    if answer is not Answer.TOO_LARGE or decoder.served == 1:
                        return answer
                    self.end()

    def end(self) -> None:
        """End the process; the next job starts another."""
        if self._decoder:
            self._decoder.end()
        self._decoder = None

    def forget(self) -> None:
        """Leave the process to the program that started it: this one is a copy of that, and not its parent."""
        self._lock = threading.Lock()
        self._decoder = None


_SERVICE = _Service()
atexit.register(_SERVICE.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SERVICE.forget)


def _job(pixels: PixelFormat, syntax: UID) -> Job:
    field = pixels.field
    return Job(
        syntax=str(syntax),
        plugin=chosen_plugin(get_decoder(syntax).available_plugins, syntax),
        rows=pixels.rows,
        columns=pixels.columns,
        bits_allocated=field.bits_allocated,
        bits_stored=field.bits_stored,
        pixel_representation=int(field.signed),
        photometric_interpretation="MONOCHROME1" if pixels.inverted else "MONOCHROME2",
    )


def decode_frame(code: bytes, pixels: PixelFormat, syntax: UID) -> Containers:
    """Pixel cells of one compressed frame.

    Parameters
    ----------
    code : bytes
        The frame, without the items that encapsulate it.
    pixels : PixelFormat
        What the file's header says of it.
    syntax : UID
        The file's transfer syntax, one that pydicom decodes.

    Returns
    -------
    ndarray of uint8 or uint16, shape (H, W)

    Raises
    ------
    UnusableInputError
        The frame's own header disagrees with the file's, or the frame is damaged or takes too much memory or time, or
        no process can be started for it; the sentence has the file as its unnamed subject ("it").
    """
    with translated(_UNDECODABLE):
        code = checked_codestream(code, pixels, syntax)
    cells = np.empty(pixels.frame_bytes, np.uint8)
    answer = _SERVICE.answer(_job(pixels, syntax), code, cells)
    if answer is not Answer.DONE:
        raise UnusableInputError(_TOO_LARGE if answer is Answer.TOO_LARGE else _UNDECODABLE)
    kind = pixels.field.container
    containers: Containers = cells.view(kind.newbyteorder("<")).astype(kind, copy=False)
    return containers.reshape(pixels.rows, pixels.columns)
