"""What slices say together, for when none of them can be read alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from StegoMedLib.pipeline.message import Votes, length_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload, VotingProfile
    from StegoMedLib.codec.profile import Votes as SlotVotes
    from StegoMedLib.plane import Plane

__all__ = ["MajorityPool", "Pool", "SoftPool"]


class Pool(Protocol):
    """Evidence of slices under one profile and key, in any order."""

    def add(self, plane: Plane, payload: Payload | None) -> None:
        """Take a slice, and what was extracted from it alone."""

    def payloads(self) -> list[Payload]:
        """What the slices carry when they are taken together."""


class MajorityPool:
    """For profiles that read bits: the majority of slices whose header was read."""

    def __init__(self) -> None:
        self._votes = Votes()

    def add(self, plane: Plane, payload: Payload | None) -> None:
        """Count a slice's bits."""
        del plane
        if payload is not None:
            self._votes.add(payload)

    def payloads(self) -> list[Payload]:
        """Majority payloads."""
        return self._votes.payloads()


class SoftPool:
    """For profiles that read votes: their sum over slices of one size, whose layout is the same."""

    def __init__(self, profile: VotingProfile) -> None:
        self._profile = profile
        self._sums: dict[tuple[int, int], SlotVotes] = {}

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
