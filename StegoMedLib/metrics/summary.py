"""Measures of many slices in one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["summarise"]


def summarise(rows: Iterable[Mapping[str, float | int | None]]) -> dict[str, dict[str, float]]:
    """Minimum, mean and maximum (``min``, ``mean``, ``max``) of every measure over the rows that have it."""
    table = list(rows)
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(name for row in table for name in row):
        values = [float(value) for row in table if (value := row.get(name)) is not None]
        if values:
            found[name] = {"min": min(values), "mean": sum(values) / len(values), "max": max(values)}
    return found
