"""Takes marks out of slices, in air alone: as the message says, or as a finder and the guard prove it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.codec.profile import VotingProfile
from StegoMedLib.pipeline.pools import VotePool
from StegoMedLib.regions import Proof, Reason
from StegoMedLib.series.neighbours import Regions
from StegoMedLib.series.region import Region, proof_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.blind import Way
    from StegoMedLib.pipeline.marks import Mark, Marks
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.slice import Key, Series, Slice

__all__ = ["Cleared", "Clearing"]

_NOT_ALL_AIR = "too little of what carries its record is proved to be air; draw its mask, and name it with --masks"
_STILL_THERE = "its record can still be read beside what is proved to be air; draw its mask, and name it with --masks"


@dataclass(frozen=True)
class Cleared:
    """A slice without its mark.

    Attributes
    ----------
    cover : Slice
        As it is now; as it was where the mark cannot be taken away.
    proof : Proof
        Where another mark may lie.
    reason : str
        Why the mark cannot be taken away; empty where it is.
    left : float
        Share of the blocks of the message that stay as they are, as they are not proved to be air.
    heard : bool
        That there was a mark can still be told by whoever has the key.
    restored : bool
        It is, bit by bit, what it was before embedding.
    """

    cover: Slice
    proof: Proof
    reason: str = ""
    left: float = 0.0
    heard: bool = False
    restored: bool = False


class Unmarked:
    """Slices about as they were before they were marked: to find bodies in, never to be written.

    Parameters
    ----------
    series : Series
    marks : Marks
        Of its slices.
    """

    def __init__(self, series: Series[Any], marks: Marks) -> None:
        self._series, self._marks = series, marks

    def slice(self, each: Slice, mark: Mark | None) -> Slice:
        """A slice without its mark."""
        if mark is None:
            return each
        plane = replace(each.plane, pixels=mark.profile.unmarked(each.plane, mark.payload))
        return replace(each, read=lambda: plane)

    def at(self, key: Key) -> Slice:
        """A slice by its key; raises as the series does."""
        each = self._series.at(key)
        return self.slice(each, self._marks.of(each))

    def beside(self, key: Key) -> tuple[Key, ...]:
        """See `Series`."""
        return self._series.beside(key)

    def check_whole(self, key: Key) -> None:
        """See `Series`."""
        self._series.check_whole(key)


class Clearing:
    """Clears the slices of a series.

    Parameters
    ----------
    marks : Marks
    masks : MaskSource
    series : Series
    """

    def __init__(self, marks: Marks, masks: MaskSource, series: Series[Any]) -> None:
        self._marks, self._unmarked = marks, Unmarked(series, marks)
        self._regions = Regions(masks, self._unmarked)
        self._pools: dict[Way, VotePool] = {}

    def region(self, each: Slice, mark: Mark | None) -> Region:
        """Region of a slice, found where there is no mark in it."""
        return self._regions.of(self._unmarked.slice(each, mark))

    def proof(self, each: Slice, mark: Mark | None) -> Proof:
        """Which pixels of a slice are air, by its region."""
        bare = self._unmarked.slice(each, mark)
        region = self._regions.of(bare)
        masked = mark is not None and mark.info.needs_mask
        return proof_of(bare.plane, Region(region.significant) if masked else region)

    def of(self, each: Slice, mark: Mark) -> Cleared:
        """A slice without its mark, of which the key reads nothing any more."""
        touched = mark.payload.touched if mark.sure else None
        proof = self.proof(each, mark) if touched is None else _proof_by(touched, each.plane.shape)
        pixels = mark.profile.removed(each.plane, proof.air, mark.payload)
        if pixels is None:
            return Cleared(each, proof, _NOT_ALL_AIR)
        cover = replace(each, read=lambda: replace(each.plane, pixels=pixels))
        if self._marks.reads(mark.way, cover):
            return Cleared(each, proof, _STILL_THERE)
        heard = False
        if isinstance(mark.profile, VotingProfile):
            heard = self._pools.setdefault(mark.way, VotePool(mark.profile)).add(cover.plane)
        stays = None if mark.payload.touched is None else ~usable_blocks(proof.air)[mark.payload.touched]
        left = 0.0 if stays is None else float(stays.mean())
        restored = mark.info.restores and _is_cover(pixels, each, mark)
        return Cleared(cover, proof, left=left, heard=heard, restored=restored)

    @property
    def left(self) -> bool:
        """Whether the slices that were cleared so far still say something together."""
        said = ((way, payload) for way, pool in self._pools.items() for payload in pool.payloads().values())
        return any(self._marks.says(*each) for each in said)


def _is_cover(pixels: NDArray[np.int32], each: Slice, mark: Mark) -> bool:
    """Whether pixels (H, W) are what a slice was before it was marked."""
    cover = mark.profile.restored(each.plane, mark.payload)
    return cover is not None and np.array_equal(pixels, cover)


def _proof_by(touched: NDArray[np.bool_], shape: tuple[int, int]) -> Proof:
    """What a sender proved, as its message says: nothing is known of what it did not use."""
    return Proof(np.where(pixels_of(touched, shape), Reason.AIR, Reason.BODY).astype(np.uint8))
