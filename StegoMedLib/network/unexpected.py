"""Errors that nobody foresaw, in sentences without their messages: those may hold what an image says."""

from __future__ import annotations

import errno
from pathlib import PurePath

from StegoMedLib.errors import StegoMedError

__all__ = ["is_of_the_disk", "place_of", "sentence_for"]

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


def sentence_for(error: BaseException) -> str:
    """What may be told of an error to anybody."""
    if isinstance(error, StegoMedError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for it."
    return f"An unexpected error stopped the work on it ({place_of(error)}); please report this."


def place_of(error: BaseException) -> str:
    """Kind of an error, and the line that raised it."""
    trace, line = error.__traceback__, ""
    while trace is not None:
        line = f" in {PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{line}"


def is_of_the_disk(error: BaseException | None) -> bool:
    """Whether a full or failing disk is behind an exception: then what was worked on is not to blame."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        error = error.__cause__ or error.__context__
    return False
