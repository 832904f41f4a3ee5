"""Quick operations on masks: growing, filling, sizes; two to five times as quick as those of scipy.ndimage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.regions.parts import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fill", "fill_to_border", "grow", "keep_components", "radius_in", "shrink", "spread"]

_WORD = 64  # pixels of a row that are grown at a time, as bits


def radius_in(shape: tuple[int, ...], pixels: float, least: int = 1) -> int:
    """Radius in a plane of `shape` of what measures `pixels` where the longer side has 512; `least` or more."""
    return max(least, round(pixels * max(int(extent) for extent in shape) / 512))


def spread(values: NDArray[Any], radius: int, choose: np.ufunc) -> NDArray[Any]:
    """Give each pixel what `choose` takes of all values in a square of side ``2 * radius + 1`` around it; shape (H, W).

    Parameters
    ----------
    values : ndarray, shape (H, W)
    radius : int
        Pixels, 0 or more.
    choose : ufunc
        Takes one of two values: ``numpy.maximum``, ``numpy.minimum``, ``numpy.logical_or``.
    """
    for axis, extent in enumerate(values.shape):
        values = _spread_along(values, max(0, min(radius, extent - 1)), axis, choose)
    return values


def _spread_along(values: NDArray[Any], radius: int, axis: int, choose: np.ufunc) -> NDArray[Any]:
    """Along one axis: of runs of two, four, eight values, so that the cost is logarithmic.

    The outermost values are repeated beyond the edges, where they are chosen from already.
    """
    before, reach, whole = (slice(None),) * axis, 1, 2 * radius + 1
    first, last = values[(*before, slice(None, 1))], values[(*before, slice(-1, None))]
    found = np.concatenate([first.repeat(radius, axis), values, last.repeat(radius, axis)], axis=axis)
    while reach < whole:
        step = min(reach, whole - reach)
        found = choose(found[(*before, slice(None, -step))], found[(*before, slice(step, None))])
        reach += step
    return found


def grow(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Grow a mask by a square of side ``2 * radius + 1``; bool, shape (H, W).

    Parameters
    ----------
    mask : ndarray of bool, shape (H, W)
    radius : int
        Pixels, 0 or more.
    """
    radius = min(radius, min(mask.shape) - 1)
    if radius < 1:
        return mask.copy()
    rows, columns = mask.shape
    packed = np.zeros((rows, -(-columns // _WORD) * _WORD // 8), dtype=np.uint8)
    packed[:, : -(-columns // 8)] = np.packbits(mask, axis=1, bitorder="little")
    # The words of one column of words lie side by side: long runs are quick.
    words = np.ascontiguousarray(packed.view("<u8").T)
    words = _spread_along(_spread_bits(words, radius), radius, 1, np.bitwise_or)
    packed = np.ascontiguousarray(words.T).view(np.uint8)
    return np.unpackbits(packed, axis=1, count=columns, bitorder="little").view(np.bool_)


def _spread_bits(words: NDArray[np.uint64], radius: int) -> NDArray[np.uint64]:
    """Spread bits from word to word along the first axis; what leaves the last word is lost."""
    reach = 0
    while reach < radius:
        step = min(reach + 1, radius - reach)
        ahead = _moved(words, step, np.left_shift, np.right_shift)
        behind = _moved(words[::-1], step, np.right_shift, np.left_shift)[::-1]
        words, reach = words | ahead | behind, reach + step
    return words


def _moved(words: NDArray[np.uint64], step: int, onwards: np.ufunc, back: np.ufunc) -> NDArray[np.uint64]:
    """Move bits by some places towards the last word, where `onwards` moves them on within a word."""
    whole, rest = divmod(step, _WORD)
    moved = np.empty_like(words)
    moved[:whole] = 0
    onwards(words[: len(words) - whole], np.uint64(rest), out=moved[whole:])
    if rest and whole + 1 < len(words):
        moved[whole + 1 :] |= back(words[: len(words) - whole - 1], np.uint64(_WORD - rest))
    return moved


def shrink(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """Shrink a mask by a square of side ``2 * radius + 1``; what lies outside the plane counts as inside the mask."""
    return ~grow(~mask, radius)


def fill(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes of a mask: what has no way to the border over edges of pixels; bool, shape (H, W)."""
    around = Parts(~mask)
    return ~around.drawn(around.reach_border)


def _bridge(line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Close a border between its first and its last pixel of the mask."""
    return np.logical_or.accumulate(line) & np.logical_or.accumulate(line[::-1])[::-1]


def fill_to_border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes that a mask has, alone or together with the stretch of one border between its pixels there.

    Bays of the outline stay open.

    Returns
    -------
    ndarray of bool, shape (H, W)
    """
    filled = fill(mask)  # its holes are no way to the border, whatever of that is closed
    united = filled.copy()
    for side in ((0, slice(None)), (-1, slice(None)), (slice(None), 0), (slice(None), -1)):
        bridge = _bridge(mask[side])
        if not np.array_equal(bridge, mask[side]):
            closed = filled.copy()
            closed[side] = bridge
            united |= fill(closed)
    return united


def keep_components(mask: NDArray[np.bool_], smallest: float, share: float) -> NDArray[np.bool_]:
    """Keep the connected parts of at least `smallest` pixels and at least `share` of the largest part."""
    parts = Parts(mask)
    least = max(smallest, share * float(parts.sizes.max(initial=0)))
    return parts.drawn(parts.sizes >= least)
