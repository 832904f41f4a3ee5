"""The most memory that a process has taken, by itself."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def most_memory(process: int | str = "self") -> int:
    """Largest resident memory of a process so far, in bytes; 0 where it is no more, or nothing tells.

    ``ru_maxrss`` alone is not enough on Linux: a process begins with the peak of the one that started
    it, and a run of tests has done many things before.
    """
    status = Path(f"/proc/{process}/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="ascii", errors="replace"))
        return int(peak[1]) << 10 if peak else 0
    if process != "self" or sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (0 if sys.platform == "darwin" else 10)
