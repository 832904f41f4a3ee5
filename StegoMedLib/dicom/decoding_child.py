"""The decoder process: decodes frames until its standard input ends, within limits that it sets upon itself.

It is started by `StegoMedLib.dicom.decoding` as ``python -m StegoMedLib.dicom.decoding_child``, so that no codec can
take the program down, nor its memory, nor hang it.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from StegoMedLib.dicom.decoding_messages import LARGEST_MEMORY, LONGEST_DECODING, Answer, Job, answer_head, read_job
from StegoMedLib.frames import own_channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["main"]

# The program ends a job that takes too long; a decoder process that outlived the program ends itself a little later.
_WATCH = LONGEST_DECODING + 5
_STATUS = Path("/proc/self/status")
_KIBIBYTE = 1024


def _limit_itself() -> None:
    """Bound memory (where the system can: Linux), and leave no file behind: no dump of a patient's pixels."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 exists there only

        # No window that asks what to do about a crash.
        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)
        return
    import resource  # noqa: PLC0415 likewise

    limits = ((resource.RLIMIT_AS, LARGEST_MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0))
    for kind, size in limits:
        hard = resource.getrlimit(kind)[1]
        most = size if hard == resource.RLIM_INFINITY else min(size, hard)
        with suppress(OSError, ValueError):  # macOS declines the first
            resource.setrlimit(kind, (most, most))


def _decoded(job: Job, code: bytes) -> NDArray[Any]:
    """Pixel cells of a frame."""
    # Bits beside the stored field belong to the container; StoredField takes the field out.
    options: dict[str, Any] = {**job.described, "correct_unused_bits": False}
    code = encapsulate([code], has_bot=False)
    decoder = get_decoder(UID(job.syntax))
    values, _ = decoder.as_array(code, index=0, raw=True, decoding_plugin=job.plugin, **options)
    return np.ascontiguousarray(values.astype(f"<u{options['bits_allocated'] // 8}", copy=False))


def _came_near_the_limit() -> bool:
    """Whether memory was what failed: codecs say so in many ways, or not at all."""
    with suppress(OSError):
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmPeak:"):
                return int(line.split()[1]) * _KIBIBYTE > LARGEST_MEMORY // 4 * 3
    return False


def _answer(job: Job, code: bytes) -> tuple[Answer, NDArray[Any] | None]:
    try:
        return Answer.DONE, _decoded(job, code)
    except MemoryError:
        return Answer.TOO_LARGE, None
    except Exception:  # noqa: BLE001 whatever a codec raises, it is the frame's fault
        return Answer.TOO_LARGE if _came_near_the_limit() else Answer.UNDECODABLE, None


def main() -> None:
    """Serve until standard input ends."""
    channel = own_channel()
    warnings.simplefilter("ignore")
    logging.disable()
    _limit_itself()
    channel.write(answer_head(Answer.READY))
    channel.flush()
    with suppress(EOFError, BrokenPipeError), Path(os.devnull).open("w", encoding="ascii") as nowhere:
        while True:
            job, code = read_job(sys.stdin.buffer)
            # A thread of its own, in C, which a codec that holds the interpreter's lock cannot stop.
            faulthandler.dump_traceback_later(_WATCH, exit=True, file=nowhere)
            answer, cells = _answer(job, code)
            faulthandler.cancel_dump_traceback_later()
            channel.write(answer_head(answer, 0 if cells is None else cells.nbytes))
            if cells is not None:
                channel.write(cells.data.cast("B"))
            channel.flush()
    # Not the usual way out, on which a damaged heap could hang.
    os._exit(0)


if __name__ == "__main__":
    main()
