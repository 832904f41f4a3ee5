"""The process that puts a campaign's inputs to the test, within limits."""

from __future__ import annotations

import contextlib
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from Testing.campaigns.campaign import judge, make_input
from Testing.memory import most_memory

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from Testing.campaigns.campaign import Campaign, Limits

__all__ = ["Done", "serve"]

_PAGES = Path("/proc/self/statm")


@dataclass
class Done:
    """What a process did; its findings are (number, in a line, traceback)."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, str, str]] = field(default_factory=list)
    slowest: float = 0.0
    megabytes: float = 0.0


def serve(
    campaign: Campaign,
    seed: int,
    *,
    limits: Limits,
    folder: Path,
    pipe: Connection[Any, Any],
    clock: Any,
) -> None:
    """Take ranges of numbers from `pipe` and send back a `Done` for each, until the pipe is closed.

    `clock`, an array in shared memory, holds the number of the input and the time at which it began, 0 between two.
    """
    campaign.prepare(folder)
    _limit_memory(limits.megabytes)
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(_chunk(campaign, seed, pipe.recv(), clock))


def _chunk(campaign: Campaign, seed: int, numbers: range, clock: Any) -> Done:
    done = Done()
    for number in numbers:
        began = time.monotonic()
        clock[0], clock[1] = number, began
        try:
            content = make_input(campaign, seed, number)
            done.outcomes[judge(campaign, content)] += 1
        except Exception as error:  # noqa: BLE001 - whatever comes out is what the campaign looks for
            done.outcomes["finding"] += 1
            done.findings.append((number, f"{type(error).__name__}: {error}"[:200], traceback.format_exc()))
        done.slowest = max(done.slowest, time.monotonic() - began)
    clock[1] = 0.0
    done.megabytes = most_memory() / 2**20
    return done


def _limit_memory(megabytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _PAGES.exists():  # elsewhere the address space is not told, or not limited
        taken = int(_PAGES.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + megabytes * 10**6,) * 2)
