"""Slices without files, for tests that have planes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from StegoMedLib.plane import Plane

__all__ = ["slice_of"]


def slice_of(plane: Plane, name: str = "a.dcm") -> Slice:
    """Make a slice of a plane, without a header."""
    return Slice(name, 0, 1, None, lambda: plane)
