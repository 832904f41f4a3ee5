"""How long-running work reports its progress."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "silent"]

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file at hand. It may raise `CancelledError` to stop the work."""


def silent(_done: int, _total: int, _file: str) -> None:
    """Report nothing."""
