"""The workers of a batch: none are started before there is something for them to do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from StegoMedLib.batch.cluster import Cluster
from StegoMedLib.batch.finding import looked_at
from StegoMedLib.batch.keys import passphrase_of
from StegoMedLib.choices import PASSPHRASE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from StegoMedLib.batch.finding import Look, Stamped
    from StegoMedLib.batch.settings import Settings
    from StegoMedLib.envelope import Key

__all__ = ["Crew", "Workers"]

_ALONE = 8
"""Lists of files whose heads are read without workers: starting these takes as long."""


@dataclass(frozen=True)
class Workers:
    """Who works: those of the scheduler at an address, or so many processes of our own; and how often they try.

    Attributes
    ----------
    scheduler : str
        Empty for our own.
    count : int
    tries : int
        Of a series that fails; and ends of workers that had it, after which it is worked on alone.
    """

    scheduler: str = ""
    count: int = 1
    tries: int = 3


class Crew:
    """Workers, and how they are reached; ``with`` ends those of our own.

    Parameters
    ----------
    workers : Workers
    settings : Settings
    key : Key
    """

    def __init__(self, workers: Workers, settings: Settings, key: Key) -> None:
        self.workers, self.settings, self.key = workers, settings, key
        passphrase = passphrase_of(key) if settings.keys.from_environment else None
        self._environment = {} if passphrase is None else {PASSPHRASE_VARIABLE: passphrase}
        self._cluster: Cluster | None = None

    def __enter__(self) -> Crew:  # noqa: PYI034  Python 3.10 has no Self
        """The crew itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Let nobody work any more."""
        self.close()

    @property
    def cluster(self) -> Cluster:
        """The cluster, reached now if it was not yet; raises as `Cluster`."""
        if self._cluster is None:
            self._cluster = Cluster(self.workers.scheduler, self.workers.count, self._environment)
        return self._cluster

    def close(self) -> None:
        """Let nobody work any more."""
        if self._cluster is not None:
            self._cluster.close()

    def looks(self, chunks: Iterator[list[Stamped]]) -> Iterator[list[Look]]:
        """What is in files, list by list; workers read their heads where there are many.

        What no worker tells is read here.
        """
        yield from map(looked_at, islice(chunks, _ALONE))
        waiting: deque[tuple[list[Stamped], Any]] = deque()
        for chunk in chunks:
            waiting.append((chunk, self.cluster.ask(looked_at, chunk)))
            if len(waiting) >= self.cluster.wide:
                yield self._told(*waiting.popleft())
        while waiting:
            yield self._told(*waiting.popleft())

    def _told(self, chunk: list[Stamped], question: Any) -> list[Look]:  # noqa: ANN401  distributed has no types
        told: list[Look] | None = self.cluster.told(question)
        return looked_at(chunk) if told is None else told
