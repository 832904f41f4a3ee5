"""Processes beside this one that share its work; each computes with one thread, and ends when this one does."""

from __future__ import annotations

import os
import pickle
import queue
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib import import_module
from io import BufferedReader
from typing import TYPE_CHECKING, Any, TypeVar, cast

from StegoMedLib.errors import WorkerEndedError
from StegoMedLib.frames import read_frame, write_frame
from StegoMedLib.interpreter import NoPythonError, kill, start_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO

__all__ = ["Workers", "begun_early", "cores", "processes_for", "workers"]

_WORTH_A_PROCESS = 6 * 2**20
"""Bytes of images: a dozen slices of 512 x 512 take as long as a process takes to begin."""

_MODULE = "StegoMedLib.processes_child"

ResultT = TypeVar("ResultT")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes_for(size: int) -> int:
    """Processes that are worth beginning for so many bytes of images."""
    return max(1, min(cores(), size // _WORTH_A_PROCESS))


class _Worker:
    """One process, with a thread that writes to it and one that reads from it."""

    def __init__(self) -> None:
        self.process = start_python(_MODULE)
        # Unbuffered: a thread that is stopped half-way leaves nothing behind to be written later.
        self._input = cast("FileIO", self.process.stdin)
        self._output = BufferedReader(cast("FileIO", self.process.stdout))
        self._lock, self._ended = threading.Lock(), False
        self._asked: deque[Future[Any]] = deque()
        self._tasks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._write, self._read)]
        for thread in self._threads:
            thread.start()

    def submit(self, task: tuple[Any, ...]) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            packed = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001  whatever keeps it from being packed: it is raised by the result
            future.set_exception(error)
            return future
        with self._lock:
            if self._ended:
                raise WorkerEndedError
            self._asked.append(future)
        self._tasks.put(packed)
        return future

    def _write(self) -> None:
        with suppress(OSError, ValueError):
            while (task := self._tasks.get()) is not None:
                write_frame(self._input, task)

    def _read(self) -> None:
        with suppress(Exception):  # it is gone, or talks nonsense
            while True:
                made, error = pickle.loads(read_frame(self._output))  # noqa: S301  our own process wrote it
                future = self._asked.popleft()
                if error is None:
                    future.set_result(made)
                else:
                    future.set_exception(error)
        with self._lock:
            self._ended = True
        while self._asked:
            self._asked.popleft().set_exception(WorkerEndedError())

    def end(self) -> None:
        kill(self.process)
        self._tasks.put(None)
        self.process.wait()
        for thread in self._threads:
            thread.join()
        self._input.close()
        self._output.close()


class Workers:
    """So many processes, each of which does what it is given in turn, one thing after the other.

    So whoever gives one of them things that belong together may count on its memory. `workers` makes them, and ends
    them.

    Attributes
    ----------
    pids : tuple of int
        Numbers of the processes.
    """

    def __init__(self, number: int) -> None:
        self._workers: list[_Worker] = []
        try:
            for _ in range(number):
                self._workers.append(_Worker())
            self._at_home = [worker.submit((_at_home, (os.getcwd(),))) for worker in self._workers]  # noqa: PTH109
        except BaseException:
            self.end()
            raise

    def are_there(self) -> bool:
        """Whether all have begun; False for ever where one of them could not."""
        return all(asked.done() and asked.exception() is None for asked in self._at_home)

    @property
    def pids(self) -> tuple[int, ...]:
        """See `Workers`."""
        return tuple(worker.process.pid for worker in self._workers)

    def end(self) -> None:
        """End the processes, whatever they do."""
        for worker in self._workers:
            worker.end()

    def __len__(self) -> int:
        """Their number."""
        return len(self._workers)

    def submit(self, which: int, do: Callable[..., ResultT], *given: object) -> Future[ResultT]:
        """Let one of them call `do`, a function of a module, with what can be pickled.

        What it raises is what the result raises; `WorkerEndedError` where the process is no more.

        Raises
        ------
        WorkerEndedError
            The process is no more.
        """
        return self._workers[which % len(self._workers)].submit((do, given))


def _at_home(folder: str) -> bool:
    """Be where whoever started this process is, so that paths mean the same."""
    os.chdir(folder)
    return True


def _load(module: str) -> None:
    import_module(module)


_early: list[Workers] = []
"""Processes that have begun before anybody asked for them."""


@contextmanager
def begun_early(number: int, module: str) -> Iterator[None]:
    """Let so many processes begin, and import a module, that `workers` gives whoever asks for as many meanwhile."""
    with suppress(NoPythonError, OSError, WorkerEndedError):
        if number > 0:
            _early.append(Workers(number))
            for which in range(number):
                _early[-1].submit(which, _load, module)
    try:
        yield
    finally:
        while _early:
            _early.pop().end()


@contextmanager
def workers(number: int) -> Iterator[Workers | None]:
    """So many processes for a while, which begin to begin; None where none can be started here."""
    early = [_early.pop()] if _early and len(_early[-1]) == number else []
    try:
        made = early[0] if early else Workers(number)
    except (NoPythonError, OSError, WorkerEndedError):
        yield None
        return
    try:
        yield made
    finally:
        made.end()
