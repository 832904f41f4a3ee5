"""Numbers in sentences."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """A number of things: 1 slice, 2 slices."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
