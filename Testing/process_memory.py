"""Memory of a process together with those that it started."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["held_by_all"]


def held_by_all(process: int) -> int:
    """Bytes that a process and its descendants hold, pages that several share counted once; 0 where nothing tells."""
    return sum(map(_held_by, _family(process)))


def _family(process: int) -> set[int]:
    found: set[int] = set()
    waiting = {process}
    while waiting:
        one = waiting.pop()
        found.add(one)
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                waiting |= {int(word) for word in (thread / "children").read_text().split()} - found
    return found


def _held_by(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0
