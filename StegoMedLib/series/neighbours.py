"""Agreement over slices: what neighbouring slices call the body, without holding a series."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from StegoMedLib.dicom import read_instance, slices_beside
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.region import Region
from StegoMedLib.series.source_files import check_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.dicom import Instance
    from StegoMedLib.dicom.places import Slot
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.masks import MaskSource

__all__ = ["FileRegions", "PackedMask", "Window"]

Key = TypeVar("Key")

_KEPT = 512
"""Regions that are remembered, some hundred bytes each: files of a series up to this length may come in any order."""


class PackedMask:
    """A mask kept small: smooth masks deflate to a few hundred bytes."""

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self._shape = mask.shape
        self._packed = zlib.compress(np.packbits(mask).tobytes())

    def unpacked(self) -> NDArray[np.bool_]:
        """The mask again; bool, shape (H, W)."""
        bits = np.frombuffer(zlib.decompress(self._packed), dtype=np.uint8)
        return np.unpackbits(bits, count=self._shape[0] * self._shape[1]).reshape(self._shape).astype(np.bool_)


class Window(Generic[Key]):
    """Regions of slices, each found once, as long as slices near each other are asked for one after the other.

    Parameters
    ----------
    find : callable
        Gives the region of a slice by its key.
    """

    def __init__(self, find: Callable[[Key], Region]) -> None:
        self._find = find
        self._kept: OrderedDict[Key, tuple[PackedMask, PackedMask | None]] = OrderedDict()

    def region(self, key: Key, beside: Iterable[Key], find: Callable[[], Region] | None = None) -> Region:
        """Region of a slice together with the bodies of those `beside` it.

        Parameters
        ----------
        key : hashable
        beside : iterable of hashable
        find : callable, optional
            Finds the region of `key` where its plane is at hand already.
        """
        own = self._region(key, find)
        bodies = [self._region(other).significant for other in beside]
        bodies = [body for body in bodies if body.shape == own.significant.shape]
        return replace(own, beside=np.logical_or.reduce(bodies)) if bodies else own

    def _region(self, key: Key, find: Callable[[], Region] | None = None) -> Region:
        if key not in self._kept:
            found = find() if find is not None else self._find(key)
            suspect = None if found.suspect is None else PackedMask(found.suspect)
            self._kept[key] = PackedMask(found.significant), suspect
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return found
        self._kept.move_to_end(key)
        significant, suspect = self._kept[key]
        return Region(significant.unpacked(), None if suspect is None else suspect.unpacked())


class FileRegions:
    """Regions of the slices of files, with the bodies next to them in place.

    Parameters
    ----------
    masks : MaskSource
    images : sequence of (Path, Path)
        Each file, and what it is called relative to its series.
    accept_lossy : bool
    """

    def __init__(self, masks: MaskSource, images: Sequence[tuple[Path, Path]], *, accept_lossy: bool = False) -> None:
        self._masks, self._accept_lossy = masks, accept_lossy
        self._names = dict(images)
        self._beside = slices_beside(self._names)
        self._window: Window[Slot] = Window(self._find)
        self._last: Instance | None = None

    def region(self, path: Path, frame: int, frames: int, plane: Plane) -> Region:
        """Region of a slice whose plane is at hand; raises as the mask source does."""
        own = path, frame
        return self._window.region(own, self._beside.get(own, ()), lambda: self._own(path, frame, frames, plane))

    def _own(self, path: Path, frame: int, frames: int, plane: Plane) -> Region:
        try:
            return self._masks.region(self._names[path], frame, frames, plane)
        except UnusableInputError:
            # A file with a damaged frame has no masks, for that reason.
            check_whole(path, accept_lossy=self._accept_lossy)
            raise

    def _find(self, slot: Slot) -> Region:
        """Region of a neighbour; nothing where it cannot be read, which its own turn will tell."""
        path, frame = slot
        try:
            instance = self._instance(path)
            return self._masks.region(self._names[path], frame, instance.frames, instance.plane(frame))
        except UnusableInputError:
            return Region(np.zeros((0, 0), dtype=np.bool_))

    def _instance(self, path: Path) -> Instance:
        """The instance of a file; read once for neighbours that are frames of one object."""
        if self._last is None or self._last.path != path:
            self._last = read_instance(path, accept_lossy=self._accept_lossy)
        return self._last
