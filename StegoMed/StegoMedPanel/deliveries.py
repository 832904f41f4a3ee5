"""What a server says of images that it is sent, one by one, while the window lives on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["BEAT", "Errand", "LostError", "Step"]

BEAT = 0.05
"""Seconds between two looks at what is under way."""
Step: TypeAlias = str | None
"""None while an image is under way; then why the server refused it, or nothing where it has taken it."""
Given = TypeVar("Given")


class LostError(Exception):
    """A server takes no images at all; ``str(error)`` is the rest of a sentence: why."""


class Errand(threading.Thread, Generic[Given]):
    """Work that waits for others and touches neither Qt nor the scene, in a thread of its own.

    A thread that is left alone ends by itself; it keeps no application from ending.
    """

    def __init__(self, work: Callable[[], Given]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._given: list[Given] = []
        self._failed: Exception | None = None

    def run(self) -> None:
        """Do the work."""
        try:
            self._given.append(self._work())
        except Exception as error:  # noqa: BLE001 it is raised where it is waited for
            self._failed = error

    def wait(self) -> Generator[None]:
        """Yield until the work is done."""
        while self.is_alive():
            self.join(BEAT)
            yield None

    def given(self) -> Given:
        """What the work gave, or raises what it raised."""
        if self._failed is not None:
            raise self._failed
        return self._given[0]
