"""Memory that a process gave back to itself stays its own, for programs that do the same work again and again."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["keep_freed_memory"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Numbers of the parameters of ``mallopt`` in <malloc.h> of the GNU C library."""

_KEPT, _MAPPED = 1 << 28, 1 << 25
"""Bytes that are free at the end of the heap before some go back to the system, and from which on an array gets pages
of its own, which go back at once: the most that the library takes."""


def keep_freed_memory() -> None:
    """Let freed memory wait for the next image instead of going back to the system.

    An image makes some hundred arrays of one or two megabytes. Whenever the last of them is freed, the system gets the
    pages, and clears them before it gives them again: a sixth of the time of a slice. For processes of our own only:
    the setting holds for the whole process. Where the C library is another one, nothing happens.
    """
    if sys.platform != "linux":
        return
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)
    if adjust is not None:
        adjust(_TRIM_THRESHOLD, _KEPT)
        adjust(_MMAP_THRESHOLD, _MAPPED)
