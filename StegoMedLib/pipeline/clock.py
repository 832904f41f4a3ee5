"""How long each station took."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Clock"]


class Clock:
    """Seconds spent at each station; where processes share the work, the sum of theirs."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, station: str) -> None:
        """Book the time since the last lap on `station`."""
        now = time.perf_counter()
        self._book(station, now - self._last)
        self._last = now

    def add(self, seconds: Mapping[str, float]) -> None:
        """Book what another process spent."""
        for station, spent in seconds.items():
            self._book(station, spent)

    def _book(self, station: str, seconds: float) -> None:
        self.seconds[station] = self.seconds.get(station, 0.0) + seconds
