"""Dask, as a batch sees it: series are given to workers, and what becomes of each is told.

Only this file and `nodes` know the package `distributed`.
"""

from __future__ import annotations

import logging
import queue
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from StegoMedLib.batch.work import work_on
from StegoMedLib.errors import ServerError, UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from StegoMedLib.batch.jobs import Job, Outcome
    from StegoMedLib.batch.nodes import LocalNodes

__all__ = ["KILLED", "LOST", "Cluster", "SchedulerLostError"]

KILLED, LOST = "killed", "lost"
"""What becomes of a series without an outcome: its worker ended, or nobody knows."""

_CONNECTING, _CONNECTING_HERE, _TELLING = 60.0, 10.0, 60.0
"""Seconds for a scheduler to answer, elsewhere and here, and for a worker to tell an outcome."""
_RESTARTS = 5
_LOOK = 2.0
"""Seconds between two looks at how many workers there are."""
_LEAST = 4
"""Series that are given away at the least, so that a cluster that grows by need sees one."""


class SchedulerLostError(Exception):
    """The scheduler is gone, with all that it knew."""


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    scheduler : str
        Its address, or the path of its file; empty for processes of our own.
    workers : int
        How many of our own.
    environment : mapping of str to str
        Of our own processes alone.

    Raises
    ------
    UnusableInputError
        The extra `batch` is not installed.
    ServerError
        The scheduler does not answer.
    """

    def __init__(self, scheduler: str, workers: int, environment: Mapping[str, str]) -> None:
        _check_installed()
        self._scheduler, self._restarts = scheduler, 0
        self._heard: queue.Queue[tuple[Any, int]] = queue.Queue()
        self._futures: dict[int, Any] = {}
        self._attempt, self._looked, self._threads = 0, 0.0, workers
        self.nodes: LocalNodes | None = None
        if not scheduler:
            from StegoMedLib.batch.nodes import LocalNodes  # noqa: PLC0415  an extra

            self.nodes = LocalNodes(workers, environment)
        try:
            self._client: Any = self._connected()
        except BaseException:
            if self.nodes is not None:
                self.nodes.close()
            raise

    def _connected(self) -> Any:  # noqa: ANN401  distributed has no types
        """A client; processes of our own are started as often as they end at once."""
        if self.nodes is None:
            return self._new_client()
        for _ in range(_RESTARTS):
            with suppress(UnusableInputError, ServerError):
                if not self.nodes.lives:
                    self.nodes.start()
                return self._new_client()
        return self._new_client()

    def _new_client(self) -> Any:  # noqa: ANN401
        from distributed import Client  # noqa: PLC0415

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # we say ourselves what happens
        options: dict[str, Any] = {"set_as_default": False}
        options["timeout"] = _CONNECTING if self.nodes is None else _CONNECTING_HERE
        if self.nodes is not None:
            options |= {"address": self.nodes.address, "security": self.nodes.security}
        elif "://" in self._scheduler:
            options["address"] = self._scheduler
        else:
            options["scheduler_file"] = self._scheduler
        try:
            return Client(**options)
        except (OSError, TimeoutError, ValueError, RuntimeError) as error:
            raise ServerError(
                f"The scheduler {self._scheduler or 'on this machine'} does not answer ({type(error).__name__}); check "
                "its address, and that it runs.",
                passing=True,
            ) from None

    @property
    def in_flight(self) -> set[int]:
        """Numbers of the series that workers have."""
        return set(self._futures)

    @property
    def wide(self) -> int:
        """How much is given away at once: two for each thread of a worker, one to work on, one to go on with."""
        if self.nodes is None and time.monotonic() - self._looked > _LOOK:
            with suppress(Exception):  # whoever is gone is noticed elsewhere
                self._threads = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        return max(_LEAST, 2 * self._threads)

    def free(self) -> int:
        """How many series may be given away now."""
        return self.wide - len(self._futures)

    def ask(self, function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401  distributed has no types
        """Let a worker call a function that raises nothing; what `told` is to be asked for."""
        self._attempt += 1
        return self._client.submit(function, *arguments, key=f"stegomed-{self._attempt}", pure=False, retries=0)

    def told(self, question: Any) -> Any:  # noqa: ANN401
        """What it gave; None where its worker, or the scheduler, ended."""
        try:
            return question.result(timeout=_TELLING)
        except Exception:  # noqa: BLE001  whoever knew it is gone
            return None

    def give(self, job: Job) -> None:
        """Give a series to a worker."""
        self._attempt += 1
        key = f"stegomed-series-{job.number}-{self._attempt}"
        future = self._client.submit(work_on, job, key=key, pure=False, retries=0)
        self._futures[job.number] = future
        future.add_done_callback(lambda done, number=job.number: self._heard.put((done, number)))

    def next(self, seconds: float) -> tuple[int, Outcome | str] | None:
        """What became of a series: an outcome, `KILLED` or `LOST`; None when nothing is heard for so long.

        Raises
        ------
        SchedulerLostError
            The scheduler is gone; see `again`.
        UnusableInputError
            Workers cannot work on it at all.
        """
        if self.nodes is not None:
            if not self.nodes.lives:
                raise SchedulerLostError
            self.nodes.mend()
        try:
            future, number = self._heard.get(timeout=seconds)
        except queue.Empty:
            self._check_scheduler()
            return None
        if self._futures.get(number) is not future:
            return None  # of a scheduler that is gone
        became = self._became(future)
        del self._futures[number]  # not before: where the scheduler is gone, the series counts as lost with it
        return number, became

    def _check_scheduler(self) -> None:
        if self._client.status != "running":
            raise SchedulerLostError

    def _became(self, future: Any) -> Outcome | str:  # noqa: ANN401
        from distributed import KilledWorker  # noqa: PLC0415

        if future.status == "finished":
            try:
                outcome: Outcome = future.result(timeout=_TELLING)
            except Exception:  # noqa: BLE001  the worker that knew it is gone, or the scheduler
                self._check_scheduler()
                return LOST
            if self.nodes is not None:
                self.nodes.heard()
            self._restarts = 0
            return outcome
        if future.status != "error":
            self._check_scheduler()
            return LOST
        error = future.exception()
        if isinstance(error, KilledWorker):
            return KILLED
        raise UnusableInputError(
            f"Workers cannot work on this batch ({type(error).__name__}); install the same versions of StegoMed, dask "
            "and distributed there as here."
        )

    def again(self) -> set[int]:
        """Go on with a new scheduler, one of our own, or the one that has the address now; the series that were lost.

        Raises
        ------
        ServerError
            There is none.
        """
        lost, self._futures = set(self._futures), {}
        self._restarts += 1
        self._end_client()
        gone = ServerError(
            f"The scheduler {self._scheduler or 'on this machine'} is gone; what is done is done: start the same "
            "command again to go on.",
            passing=True,
        )
        if self._restarts > _RESTARTS:
            raise gone
        try:
            self._client = self._connected()
        except ServerError:
            raise gone from None
        return lost

    def _end_client(self) -> None:
        with suppress(Exception):  # whatever is left of it
            self._client.close(timeout=2.0)

    def close(self) -> None:
        """Let nobody work on it any more, and end processes of our own."""
        with suppress(Exception):  # a scheduler that is gone has forgotten them
            self._client.cancel(list(self._futures.values()), force=True)
        self._end_client()
        if self.nodes is not None:
            self.nodes.close()


def _check_installed() -> None:
    try:
        import distributed  # noqa: F401, PLC0415  an extra
    except ModuleNotFoundError:
        raise UnusableInputError(
            "A batch needs packages that are not installed; run: pip install 'stegomed[batch]'."
        ) from None
