"""Linear equations over GF(2), solved by elimination of 64 equations at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["solve"]

_WORD = 64
_BYTES = 8


def solve(matrix: NDArray[np.bool_], target: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Some x with ``matrix @ x = target`` over GF(2).

    Gauss-Jordan elimination by the method of the four Russians (V. L. Arlazarov et al., 1970): 64 equations are reduced
    among themselves, and all others then rid of their unknowns by eight look-ups each. Unknowns that no pivot needs
    stay 0.

    Parameters
    ----------
    matrix : ndarray of bool, shape (m, n)
    target : ndarray of bool, shape (m,)

    Returns
    -------
    ndarray of bool, shape (n,), or None
        None when equations contradict each other.
    """
    count, unknowns = matrix.shape
    rows = _packed(np.append(matrix, target[:, None], axis=1))
    pivots = np.full(count + -count % _WORD, -1, dtype=np.intp)
    for start in range(0, count, _WORD):
        stripe = [int.from_bytes(row.tobytes(), "little") for row in rows[start : start + _WORD]]
        found = _reduced(stripe, unknowns)
        if found is None:
            return None
        pivots[start : start + len(found)] = found
        reduced = b"".join(row.to_bytes(rows.shape[1] * _BYTES, "little") for row in stripe)
        _rid(rows, start, np.frombuffer(reduced, dtype="<u8").reshape(len(stripe), -1), pivots[start : start + _WORD])
    pivots = pivots[:count]
    solution = np.zeros(unknowns, dtype=np.bool_)
    solution[pivots[pivots >= 0]] = _columns(rows, np.array([unknowns]))[pivots >= 0, 0]
    return solution


def _reduced(stripe: list[int], unknowns: int) -> list[int] | None:
    """Reduce some equations among themselves, in place: their pivots, -1 where nothing is left; None for 0 = 1."""
    known, pivots = (1 << unknowns) - 1, []
    for index in range(len(stripe)):
        row = stripe[index]
        left = row & known
        if not left and row:
            return None
        bit = left & -left
        pivots.append(bit.bit_length() - 1)
        if bit:
            stripe[:] = [other ^ row if other & bit else other for other in stripe]
            stripe[index] = row
    return pivots


def _rid(rows: NDArray[np.uint64], start: int, stripe: NDArray[np.uint64], pivots: NDArray[np.intp]) -> None:
    """Put reduced equations back at `start`, and rid all others of the unknowns of their `pivots` (64,), in place."""
    which = _columns(rows, pivots) & (pivots >= 0)
    which[start : start + len(stripe)] = False
    choice = np.packbits(which, axis=1, bitorder="little")
    first = int((stripe != 0).any(axis=0).argmax())  # words before are 0 in all of them
    eights = np.zeros((_WORD, rows.shape[1] - first), dtype=np.uint64)
    eights[: len(stripe)] = stripe[:, first:]
    eights = eights.reshape(_BYTES, _WORD // _BYTES, -1)
    sums = np.zeros((_BYTES, 1 << _BYTES, eights.shape[2]), dtype=np.uint64)
    for place in range(_BYTES):
        sums[:, 1 << place : 2 << place] = sums[:, : 1 << place] ^ eights[:, place, None]
    rows[start : start + len(stripe)] = stripe
    for byte, table in zip(choice.T, sums, strict=True):
        rows[:, first:] ^= table[byte]


def _columns(rows: NDArray[np.uint64], unknowns: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Coefficients of some `unknowns` (k,) in all equations; bool, shape (m, k)."""
    word, bit = np.divmod(unknowns, _WORD)
    return (rows[:, word] >> bit.astype(np.uint64) & np.uint64(1)).astype(np.bool_)


def _packed(matrix: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows as little-endian words, column j in bit ``j % 64`` of word ``j // 64``."""
    padding = -matrix.shape[1] % _WORD
    packed = np.packbits(np.pad(matrix, ((0, 0), (0, padding))), axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64)
