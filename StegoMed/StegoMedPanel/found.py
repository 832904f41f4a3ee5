"""What the region finder found, kept with the segmentation, so that a reviewer's losses can be told."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedPanel.untyped import Node


__all__ = ["forget", "losses", "remember"]

_ATTRIBUTE = "StegoMed.found"


def remember(segmentation: Node, mask: NDArray[np.bool_]) -> None:
    """Keep the found mask (S, H, W) in an attribute, one bit a voxel, compressed: some hundred bytes a slice."""
    packed = zlib.compress(np.packbits(mask).tobytes(), 6)
    shape = "x".join(map(str, mask.shape))
    segmentation.SetAttribute(_ATTRIBUTE, f"{shape} {base64.b64encode(packed).decode()}")


def forget(segmentation: Node) -> None:
    """Drop what was kept."""
    segmentation.RemoveAttribute(_ATTRIBUTE)


def losses(segmentation: Node, reviewed: NDArray[np.bool_]) -> list[int]:
    """Numbers, from 1, of the slices in which the reviewed mask lacks some of what was found."""
    found = _recall(segmentation, reviewed.shape)
    if found is None:
        return []
    return [int(index) + 1 for index in np.flatnonzero((found & ~reviewed).any(axis=(1, 2)))]


def _recall(segmentation: Node, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """The found mask; None when there is none, or it belongs to another volume."""
    kept, _, packed = (segmentation.GetAttribute(_ATTRIBUTE) or "").partition(" ")
    if kept != "x".join(map(str, shape)):
        return None
    try:
        bits = np.frombuffer(zlib.decompress(base64.b64decode(packed)), dtype=np.uint8)
    except (binascii.Error, zlib.error):
        return None
    size = int(np.prod(shape))
    return np.unpackbits(bits, count=size).astype(np.bool_).reshape(shape) if bits.size * 8 >= size else None
