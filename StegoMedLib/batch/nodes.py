"""A Dask cluster of our own on this machine: a scheduler and workers, each a process that ends when its starter does.

Everybody on the machine can connect to its ports, so that they speak TLS, with a certificate that only these processes
have: whoever could give tasks to a worker could read the key that it works with.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.interpreter import ONE_THREAD
from StegoMedLib.network.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["LocalNodes"]

_STARTING = 120.0
"""Seconds for a process to begin."""
_CONFIGURED = {
    "distributed.scheduler.allowed-failures": 0,  # what a series that has ended a worker is worth, we judge
    "distributed.worker.profile.enabled": False,  # nobody looks at it
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.http.routes": [],  # pages for everybody on the machine, without TLS
    "distributed.worker.http.routes": [],
}
_PAGES = "127.0.0.1:0"
"""Where these pages would be."""
_MOST_STARTS = 20
"""Workers that may end before one of them has done anything."""


class LocalNodes:
    """A scheduler and workers on this machine.

    Parameters
    ----------
    count : int
        Of workers, each a process with one thread.
    environment : mapping of str to str
        Of these processes alone, beside what they inherit: a passphrase that was typed.

    Attributes
    ----------
    address : str
        Of the scheduler.
    security : distributed.Security
        What speaks to it.
    """

    def __init__(self, count: int, environment: Mapping[str, str]) -> None:
        from distributed.security import Security  # noqa: PLC0415  an extra

        self._environment, self._count, self._starts = dict(environment), count, 0
        self.security: Any = Security.temporary()
        self._scratch = Scratch(None)
        self._scheduler: _Node | None = None
        self._workers: list[_Node] = []
        self.address = ""

    @property
    def scheduler_pid(self) -> int:
        """Number of the scheduler's process."""
        return 0 if self._scheduler is None else self._scheduler.process.pid or 0

    @property
    def worker_pids(self) -> list[int]:
        """Numbers of the workers' processes."""
        return [each.process.pid or 0 for each in self._workers]

    @property
    def lives(self) -> bool:
        """Whether there is a scheduler."""
        return self._scheduler is not None and self._scheduler.process.is_alive()

    def start(self) -> None:
        """Start all processes.

        Raises
        ------
        UnusableInputError
            The scheduler does not start.
        """
        self.stop()
        with self._surroundings():
            self._scheduler = _Node(_scheduler, self.security)
        if not self._scheduler.connection.poll(_STARTING):
            raise UnusableInputError("The scheduler of the batch does not start; free some memory, and start again.")
        try:
            self.address = str(self._scheduler.connection.recv())
        except EOFError:
            raise UnusableInputError(
                "The scheduler of the batch ended as soon as it was started; install 'stegomed[batch]' again."
            ) from None
        self.mend()

    def mend(self) -> int:
        """Start workers in the place of those that have ended; how many had.

        Raises
        ------
        UnusableInputError
            They end again and again.
        """
        alive = [each for each in self._workers if each.process.is_alive()]
        ended = len(self._workers) - len(alive)
        for each in self._workers:
            if each not in alive:
                each.end()
        self._starts += ended
        if self._starts > _MOST_STARTS + self._count:
            raise UnusableInputError(
                "Workers end as soon as they are started, or at every series; use fewer of them, or free some memory."
            )
        with self._surroundings():
            alive += [
                _Node(_worker, self.security, self.address, str(self._scratch.path))
                for _ in range(self._count - len(alive))
            ]
        self._workers = alive
        return ended

    def heard(self) -> None:
        """A worker did something."""
        self._starts = 0

    def stop(self) -> None:
        """End all processes."""
        for each in (*self._workers, *([self._scheduler] if self._scheduler else [])):
            each.end()
        self._workers, self._scheduler = [], None

    def close(self) -> None:
        """End all processes, for good."""
        self.stop()
        self._scratch.close()

    @contextmanager
    def _surroundings(self) -> Iterator[None]:
        """The environment that processes begin in; ours is as it was afterwards."""
        wanted = {**ONE_THREAD, **self._environment}
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class _Node:
    """A process, and the pipe to it, whose end it takes for ours."""

    def __init__(self, main: Any, *arguments: Any) -> None:  # noqa: ANN401  what its function takes
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process: BaseProcess = context.Process(target=main, args=(other, *arguments), daemon=True)
        self.process.start()
        other.close()

    def end(self) -> None:
        """End the process, whatever it does."""
        with suppress(OSError):
            self.connection.close()
        self.process.kill()
        self.process.join()


def _scheduler(connection: Connection, security: Any) -> None:  # noqa: ANN401  distributed has no types
    async def serve() -> None:
        from distributed.scheduler import Scheduler  # noqa: PLC0415

        async with Scheduler(
            host="127.0.0.1", port=0, security=security, dashboard=False, dashboard_address=_PAGES, protocol="tls"
        ) as scheduler:
            connection.send(scheduler.address)
            await scheduler.finished()

    _serving(connection, serve())


def _worker(connection: Connection, security: Any, address: str, scratch: str) -> None:  # noqa: ANN401
    async def serve() -> None:
        from distributed.worker import Worker  # noqa: PLC0415

        # Without a limit of memory nothing of a patient is moved to a disk.
        async with Worker(
            address,
            nthreads=1,
            security=security,
            host="127.0.0.1",
            memory_limit=0,
            dashboard=False,
            dashboard_address=_PAGES,
            local_directory=scratch,
        ) as worker:
            await worker.finished()

    _serving(connection, serve())


def _serving(connection: Connection, serve: Coroutine[Any, Any, None]) -> None:
    """Run until it ends, or the other end of the pipe is gone."""
    import dask.config  # noqa: PLC0415  an extra

    for number in (signal.SIGINT, signal.SIGTERM):  # whoever started it ends it
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(connection,), daemon=True).start()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we say ourselves what happens
    logging.getLogger("tornado").setLevel(logging.CRITICAL)
    dask.config.set(_CONFIGURED)
    asyncio.run(serve)


def _watch(connection: Connection) -> None:
    with suppress(EOFError, OSError):
        connection.poll(None)
        connection.recv()
    os._exit(0)
