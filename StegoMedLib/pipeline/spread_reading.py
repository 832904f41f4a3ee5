"""Shards of a record as slices are read: collected in any order, joined when all slices were seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.envelope import ShardSet
from StegoMedLib.errors import NewerVersionError, NothingReadableError, TooFewShardsError

if TYPE_CHECKING:
    from StegoMedLib.envelope import Opened, Opener, Record, Shard

__all__ = ["JoinedShards", "ShardCollector", "too_few"]

_Kind = tuple[bytes, int, int, int]


@dataclass
class JoinedShards:
    """Shards of one run of embedding, and the record that they give.

    Different ones were found, so many it takes, and so many were made; `slices` are the numbers of those they are from.
    """

    found: int
    needed: int
    total: int
    slices: list[int] = field(default_factory=list)
    opened: Opened | None = None

    @property
    def record(self) -> Record | None:
        """The record; None when too few were found."""
        return None if self.opened is None else self.opened.record


class ShardCollector:
    """Collects shards; those of several runs are kept apart.

    ``newer`` tells, after joining, whether a newer version wrote what they give.
    """

    def __init__(self, opener: Opener) -> None:
        self._opener, self.newer = opener, False
        self._sets: dict[_Kind, ShardSet] = {}
        self._slices: dict[_Kind, list[int]] = {}

    def take(self, shard: Shard, number: int) -> None:
        """Take a shard that was read from slice `number`."""
        self._sets.setdefault(shard.kind, ShardSet(shard)).add(shard)
        self._slices.setdefault(shard.kind, []).append(number)

    def join(self) -> list[JoinedShards]:
        """What was collected, in the order in which it was first seen."""
        return [
            JoinedShards(found.found, found.needed, found.total, self._slices[kind], self._open(found))
            for kind, found in self._sets.items()
        ]

    def _open(self, found: ShardSet) -> Opened | None:
        envelope = found.envelope()
        try:
            return None if envelope is None else self._opener.open_bytes(envelope)
        except NothingReadableError:
            return None
        except NewerVersionError:
            self.newer = True
            return None


def too_few(joined: list[JoinedShards]) -> TooFewShardsError:
    """What to say when there are shards, and too few of every run: the run of which the largest part was found."""
    best = max(joined, key=lambda shards: shards.found / shards.needed)
    return TooFewShardsError(best.found, best.needed)
