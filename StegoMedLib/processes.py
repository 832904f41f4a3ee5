"""Processes of our own beside this one, each of which computes with one thread; none outlives whoever started it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, TypeVar

from StegoMedLib.errors import WorkerEndedError
from StegoMedLib.memory import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from typing import Any

__all__ = ["Workers", "cores", "one_thread_each", "result_of", "workers"]

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ENVIRONMENT = threading.Lock()
_ENDED = 1

ResultT = TypeVar("ResultT")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let a process that begins compute with one thread: there are as many processes as cores."""
    with _ENVIRONMENT:
        before = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class Workers:
    """So many processes, which begin with the first thing that they are given to do.

    Each does what it is given in turn, one thing after the other; so whoever gives it things that belong together may
    count on its memory. Whoever makes them ends them (`workers`).

    Parameters
    ----------
    number : int
    """

    def __init__(self, number: int) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        self._pools = [ProcessPoolExecutor(1, mp_context=context, initializer=_begin) for _ in range(number)]

    def end(self) -> None:
        """Drop what was not begun, and wait until the processes have ended."""
        with ThreadPoolExecutor(len(self._pools)) as enders:  # each waits for what its process just does
            for pool in self._pools:
                enders.submit(pool.shutdown, wait=True, cancel_futures=True)

    def __len__(self) -> int:
        """Their number."""
        return len(self._pools)

    def submit(self, which: int, do: Callable[..., ResultT], *given: Any) -> Future[ResultT]:  # noqa: ANN401
        """Let one of them call `do`, a function of a module, with what can be pickled.

        Raises
        ------
        WorkerEndedError
            The process ended; also of `result_of`.
        """
        try:
            with one_thread_each():
                return self._pools[which % len(self._pools)].submit(do, *given)
        except BrokenExecutor:
            raise WorkerEndedError from None


@contextmanager
def workers(number: int) -> Iterator[Workers]:
    """So many processes for a while."""
    made = Workers(number)
    try:
        yield made
    finally:
        made.end()


def result_of(future: Future[ResultT]) -> ResultT:
    """What a process was given to do gave; raises what that raised, or `WorkerEndedError`."""
    try:
        return future.result()
    except BrokenExecutor:
        raise WorkerEndedError from None


def _begin() -> None:
    """What a process does first: whoever started it ends it, by asking or by being gone."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    keep_freed_memory()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_ENDED)  # whatever it computes, nobody wants it any more
