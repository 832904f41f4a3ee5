"""Sends what waits for a target, again and again with growing pauses, until the target has it."""

from __future__ import annotations

import heapq
import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.network.targets import Sent, SentState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.network.targets import Target

__all__ = ["Forwarder", "pause_after"]

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0


@dataclass(order=True)
class _Waiting:
    due: float
    path: Path
    failures: int = field(default=0, compare=False)


class Forwarder:
    """One thread that forwards to one target.

    Parameters
    ----------
    target : Target
    sent : callable
        Told what became of each attempt.
    name : str
    """

    def __init__(self, target: Target, sent: Callable[[Path, Sent], None], name: str) -> None:
        self._target, self._sent = target, sent
        self._waiting: list[_Waiting] = []
        self._failures, self._closed_until, self._ending = 0, 0.0, False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"forward-{name}", daemon=True)
        self.ails = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, path: Path, seconds: float = 0.0) -> None:
        """Let a file wait for the target, and at least so many seconds."""
        with self._change:
            heapq.heappush(self._waiting, _Waiting(time.monotonic() + seconds if seconds else 0.0, path))
            self._change.notify()

    def close(self, seconds: float) -> None:
        """Send no more, and wait some seconds for what is on its way."""
        with self._change:
            self._ending = True
            self._change.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        while (each := self._next()) is not None:
            try:
                sent = self._target.send(each.path)
            except Exception as error:  # noqa: BLE001 a thread that dies would leave all others waiting
                sent = Sent(SentState.LATER, f"An unexpected error stopped it ({type(error).__name__}).")
            self._judge(each, sent)
        self._target.close()

    def _next(self) -> _Waiting | None:
        """What is due; None when all shall end."""
        with self._change:
            while not self._ending:
                wait = None
                if self._waiting:
                    wait = max(self._waiting[0].due, self._closed_until) - time.monotonic()
                    if wait <= 0:
                        return heapq.heappop(self._waiting)
                self._change.wait(wait)
        return None

    def _judge(self, each: _Waiting, sent: Sent) -> None:
        if sent.state is SentState.LATER:
            self._failures += 1
            each.failures += 1
            self.ails = sent.reason
            now = time.monotonic()
            self._closed_until = now + pause_after(self._failures)
            with self._change:
                heapq.heappush(self._waiting, _Waiting(now + pause_after(each.failures), each.path, each.failures))
        else:
            self._failures, self.ails = 0, ""
        self._sent(each.path, sent)


def pause_after(failures: int) -> float:
    """Seconds: twice as long each time, and never the same for all who wait."""
    longest = min(_FIRST_PAUSE * float(1 << min(failures - 1, 20)), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)
