"""Decoding compressed frames in a process of its own, which may break down, hang or swell without harm to this one.

One process serves all frames, one after the other, and is started anew when it failed. Two limits hold for each frame:
memory, which the process sets upon itself where the system can (Linux), and time, after which it is ended (anywhere).
Elsewhere than on Linux, what bounds memory is that a frame's own header must agree with the file's, and time.
"""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING

import numpy as np
from pydicom.pixels.decoders.base import get_decoder

from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.dicom.codestream import checked_codestream
from StegoMedLib.dicom.decoding_messages import LARGEST_MEMORY, LONGEST_DECODING, Answer, Job
from StegoMedLib.dicom.decoding_process import DecoderProcess
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.uid import UID

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.pixel_format import PixelFormat

__all__ = ["decode_frame"]

_UNDECODABLE = "its compressed pixel data cannot be decoded; export it again, uncompressed if possible."
_BROKEN_DOWN = (
    "its compressed pixel data cannot be decoded: it crashes the decoder; export it again, uncompressed if possible."
)
_TOO_SLOW = (
    f"its compressed pixel data cannot be decoded within {LONGEST_DECODING:.0f} seconds a frame; export it again, "
    "uncompressed if possible."
)
_TOO_LARGE = (
    f"its compressed pixel data cannot be decoded within {LARGEST_MEMORY >> 20} MiB of memory, which is enough for any "
    "valid frame; if it is not damaged, decompress it with another program."
)


class _Service:
    """The one decoder process of this program, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decoder: DecoderProcess | None = None

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
                    self._decoder = DecoderProcess()
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
    plugin = chosen_plugin(get_decoder(syntax).available_plugins, syntax)
    answer = _SERVICE.answer(Job(str(syntax), plugin, pixels.described), code, cells)
    if answer is not Answer.DONE:
        raise UnusableInputError(_TOO_LARGE if answer is Answer.TOO_LARGE else _UNDECODABLE)
    kind = pixels.field.container
    containers: Containers = cells.view(kind.newbyteorder("<")).astype(kind, copy=False)
    return containers.reshape(pixels.rows, pixels.columns)
