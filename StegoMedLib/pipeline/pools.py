"""What slices say together, for when none of them can be read alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.pipeline.message import length_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Votes, VotingProfile
    from StegoMedLib.plane import Plane

__all__ = ["MajorityPool", "Pool", "SoftPool"]

_QUORUM = 3


class Pool(Protocol):
    """Evidence of slices under one profile and key, in any order."""

    def add(self, plane: Plane, payload: Payload | None) -> None:
        """Take a slice, and what was extracted from it alone."""

    def payloads(self) -> list[Payload]:
        """What the slices carry when they are taken together."""


class MajorityPool:
    """For profiles that read bits: the majority, over slices whose header was read, of the bits under each label.

    Slices of one label may be of different lengths where a profile reads all usable blocks: the record is at the head.
    """

    def __init__(self) -> None:
        self._ballots: dict[tuple[int, int], tuple[int, NDArray[np.int32]]] = {}

    def add(self, plane: Plane, payload: Payload | None) -> None:
        """Count a slice's bits."""
        del plane
        if payload is None:
            return
        kind = payload.label, payload.count
        count, lead = self._ballots.get(kind, (0, np.zeros(0, dtype=np.int32)))
        lead = np.pad(lead, (0, max(payload.bits.size - lead.size, 0)))
        lead[: payload.bits.size] += np.where(payload.bits, np.int32(1), np.int32(-1))
        self._ballots[kind] = count + 1, lead

    def payloads(self) -> list[Payload]:
        """Majority payload of every kind that three slices or more carry."""
        return [
            Payload(label, lead > 0, count)
            for (label, count), (votes, lead) in self._ballots.items()
            if votes >= _QUORUM
        ]


class SoftPool:
    """For profiles that read votes: their sum over slices of one size, whose layout is the same."""

    def __init__(self, profile: VotingProfile) -> None:
        self._profile = profile
        self._sums: dict[tuple[int, int], Votes] = {}

    def add(self, plane: Plane, payload: Payload | None) -> None:
        """Add a slice's votes."""
        del payload
        votes = self._profile.votes(plane)
        if votes is not None:
            before = self._sums.get(votes.shape)
            self._sums[votes.shape] = votes if before is None else before + votes

    def payloads(self) -> list[Payload]:
        """What the summed votes say, for each size of slices."""
        found = (self._profile.decide(votes, None, length_of) for votes in self._sums.values())
        return [payload for payload in found if payload is not None]
