"""What slices say together, for when none of them can be read alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.pipeline.message import length_of

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload, Votes, VotingProfile
    from StegoMedLib.plane import Plane

__all__ = ["VotePool"]


class VotePool:
    """Votes of slices under one profile and key, in any order: their sum over slices of one size."""

    def __init__(self, profile: VotingProfile) -> None:
        self._profile = profile
        self._sums: dict[tuple[int, int], Votes] = {}

    def votes(self, plane: Plane) -> Votes | None:
        """Votes of a slice, which nobody counts; None when it has none."""
        return self._profile.votes(plane)

    def add(self, plane: Plane) -> bool:
        """Add a slice's votes; whether it has any."""
        votes = self._profile.votes(plane)
        if votes is not None:
            before = self._sums.get(votes.shape)
            self._sums[votes.shape] = votes if before is None else before + votes
        return votes is not None

    def payloads(self) -> dict[tuple[int, int], Payload]:
        """What the summed votes say, for each size of slices for which they say something."""
        found = {shape: self._profile.decide(votes, None, length_of) for shape, votes in self._sums.items()}
        return {shape: payload for shape, payload in found.items() if payload is not None}
