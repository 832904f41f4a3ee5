"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "silent"]

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file at hand. It may raise `CancelledError` to stop the work."""


def silent(done: int, total: int, label: str) -> None:
    """Tell nobody."""
    del done, total, label
