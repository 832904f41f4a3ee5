"""Photographs are worked on side by side: this process takes one whenever the others have enough to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from StegoMedLib.processes import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

__all__ = ["done_side_by_side"]

_WAITING = 2
"""What is given to each of the others ahead, so that none waits for this process."""
_LOOK = 0.05

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")


def done_side_by_side(
    do: Callable[[TaskT, Callable[[], None]], ResultT],
    tasks: Sequence[TaskT],
    processes: int,
    tell: Callable[[int], None],
) -> list[ResultT]:
    """What `do`, a function of a module, makes of each task, in their order.

    Parameters
    ----------
    do : callable
        Takes a task, and what it calls again and again meanwhile.
    tasks : sequence
        Can be pickled.
    processes : int
        This one among them.
    tell : callable
        Is told how many are done, again and again; what it raises ends the work.
    """
    results: dict[int, ResultT] = {}
    with workers(min(processes, len(tasks)) - 1) as others:
        given: dict[int, Future[ResultT]] = {}
        turn = 0
        for place, task in enumerate(tasks):
            if others is not None and len(others) and others.are_there() and len(given) < _WAITING * len(others):
                given[place] = others.submit(turn, do, task, _nothing)
                turn += 1
            else:
                results[place] = do(task, lambda: tell(len(results)))
            _collect(given, results)
            tell(len(results))
        while given:
            time.sleep(_LOOK)
            _collect(given, results)
            tell(len(results))
    return [results[place] for place in range(len(tasks))]


def _collect(given: dict[int, Future[ResultT]], results: dict[int, ResultT]) -> None:
    """Take what is done; raises what went wrong."""
    for place in [place for place, future in given.items() if future.done()]:
        results[place] = given.pop(place).result()


def _nothing() -> None:
    """What others call meanwhile."""
