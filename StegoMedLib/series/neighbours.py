"""Regions of slices with the bodies next to them in place, without holding a series."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.packing import packed_mask, unpacked_mask
from StegoMedLib.series.region import Region

if TYPE_CHECKING:
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.slice import Key, Slice

__all__ = ["Regions"]

_KEPT = 512
"""Regions that are remembered, some hundred bytes each: files of a series up to this length may come in any order."""


class Placed(Protocol):
    """What is asked of a series: see `Series`."""

    def beside(self, key: Key) -> tuple[Key, ...]:
        """Slices next to a slice in place."""

    def at(self, key: Key) -> Slice:
        """A slice by its key."""

    def check_whole(self, key: Key) -> None:
        """Raise where a part of a slice cannot be read."""


class Regions:
    """Regions of a series' slices, each found once, with the bodies of the slices beside them.

    With `keep_all` every region is remembered, for a series that is walked more than once; else those of the latest
    slices, which serves while slices near each other are asked for one after the other.
    """

    def __init__(self, masks: MaskSource, series: Placed, *, keep_all: bool = False) -> None:
        self._masks, self._series, self._keep_all = masks, series, keep_all
        self._kept: OrderedDict[Key, tuple[tuple[int, ...], bytes, bytes | None]] = OrderedDict()
        self._unknown: set[Key] = set()

    def of(self, each: Slice) -> Region:
        """Region of a slice together with the bodies beside it; raises as the mask source does."""
        own = self._own(each)
        bodies = [self._other(key).significant for key in self._series.beside(each.key)]
        bodies = [body for body in bodies if body.shape == own.significant.shape]
        return replace(own, beside=np.logical_or.reduce(bodies)) if bodies else own

    def missing(self, key: Key) -> tuple[Key, ...]:
        """Of a slice and those beside it, the ones whose regions were not looked for yet."""
        return tuple(
            each for each in (key, *self._series.beside(key)) if not (each in self._kept or each in self._unknown)
        )

    def give(self, key: Key, region: Region) -> None:
        """Remember a region that was found elsewhere."""
        self._keep(key, region)

    def _own(self, each: Slice) -> Region:
        if each.key in self._kept:
            return self._remembered(each.key)
        try:
            return self._found(each.key, each)
        except UnusableInputError:
            # A file with a damaged frame has no masks, for that reason.
            self._series.check_whole(each.key)
            raise

    def _other(self, key: Key) -> Region:
        """Region of a neighbour; nothing where it cannot be read, which its own turn will tell."""
        if key in self._kept:
            return self._remembered(key)
        if key not in self._unknown:
            try:
                return self._found(key, self._series.at(key))
            except UnusableInputError:
                self._unknown.add(key)
        return Region(np.zeros((0, 0), dtype=np.bool_))

    def _found(self, key: Key, each: Slice) -> Region:
        found = self._masks.region(each)
        self._keep(key, found)
        return found

    def _keep(self, key: Key, region: Region) -> None:
        suspect = None if region.suspect is None else packed_mask(region.suspect)
        self._kept[key] = region.significant.shape, packed_mask(region.significant), suspect
        if not self._keep_all and len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def _remembered(self, key: Key) -> Region:
        self._kept.move_to_end(key)
        shape, significant, suspect = self._kept[key]
        return Region(unpacked_mask(significant, shape), None if suspect is None else unpacked_mask(suspect, shape))
