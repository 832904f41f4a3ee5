"""Keeps what was computed for the last plane sizes: a series has one or two, a folder of everything hundreds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KeptBySize"]

_Layout = TypeVar("_Layout")

_MOST = 4


class KeptBySize(Generic[_Layout]):
    """What `make` gives for a plane's rows and columns, computed once for each of the last sizes."""

    def __init__(self, make: Callable[[tuple[int, int]], _Layout]) -> None:
        self._make = make
        self._kept: dict[tuple[int, int], _Layout] = {}

    def of(self, shape: tuple[int, int]) -> _Layout:
        """Made now or earlier for planes of `shape`."""
        if shape not in self._kept:
            if len(self._kept) == _MOST:
                del self._kept[next(iter(self._kept))]
            self._kept[shape] = self._make(shape)
        return self._kept[shape]
