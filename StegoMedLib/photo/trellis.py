"""The cheapest changes that make samples carry a message: a walk through the trellis of the code, and back.

The walk is Viterbi's (IEEE Trans. Inf. Theory 13(2), 1967), for many runs of samples at once: array code goes over
states and runs, and steps from sample to sample. A state is what the changes so far add to the next `height` digits. A
change by +1 or -1 costs the same, so a sample joins the states in threes: of each three, the cheapest reaches the two
others at the price of one change.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.photo.code import Code

__all__ = ["DEAREST", "Trellis"]

DEAREST = 1000
"""Largest cost of a change."""
_Costs = np.int16
_CHEAPEST = np.where(np.arange(32) >> 4 & 1, 2, np.arange(32) >> 3 & 1)
"""Which of three states was the cheapest, by what was decided."""
_UNREACHED, _FURTHEST = _Costs(12000), 9000
"""Cost of states to which no change leads yet, and above all costs by which others differ: as many changes as the band
has rows lead from each to each, where groups have several samples. Where they have one, and nothing is left to choose,
costs may run over: the changes are right all the same, as any way through the trellis is."""


class Trellis:
    """Of one code; holds what each step needs, and nothing of a message.

    Parameters
    ----------
    code : Code
    """

    def __init__(self, code: Code) -> None:
        self.code = code
        self.states = 3**code.height
        joined = [_triples(tuple(column.tolist())) for column in code.columns]
        self.seats = [seats for _, seats in joined]
        self.moves = [self.seats[place - 1][triples] for place, (triples, _) in enumerate(joined)]
        self._memory = np.empty(0, np.uint8)

    def decisions(self, runs: int) -> NDArray[np.uint8]:
        """Memory for what was decided at each sample, used again for each walk, as new memory takes as long as a walk.

        Returns
        -------
        ndarray of uint8, shape (length, states / 3, runs)
            Of each three states: bits 0 to 2 say which were reached by a change, bit 3 that the second was cheaper
            than the first, bit 4 that the third was cheaper than both. In one byte, as memory is what walks wait for.
        """
        shape = self.code.length, self.states // 3, runs
        if self._memory.size < math.prod(shape):
            self._memory = np.empty(math.prod(shape), np.uint8)
        return self._memory[: math.prod(shape)].reshape(shape)

    def changes(self, wanted: NDArray[np.uint8], costs: NDArray[np.int16]) -> NDArray[np.int8]:
        """Changes that add the digits `wanted` to the message, of the least total cost of each run.

        Parameters
        ----------
        wanted : ndarray of uint8, shape (rows, S)
        costs : ndarray of int16, shape (length, S)
            Of a change by one: 0 to `DEAREST`.

        Returns
        -------
        ndarray of int8, shape (length, S)
            -1, 0 or 1.
        """
        walk = _Walk(self, wanted)
        starts = self.code.starts
        for row in range(self.code.rows):
            walk.open(costs[starts[row]])
            for place in range(starts[row] + 1, starts[row + 1]):
                walk.step(place, costs[place])
            walk.close(row, starts[row + 1] - 1)
        return walk.back(starts)


@lru_cache(maxsize=1024)
def _triples(column: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """States that a column joins, by their seats, and the seat of each state; both of shape (states,).

    The first third of the seats are the states whose last digit is 0, in their order; behind each of them, a third and
    two thirds further, those that one and two times the column lead to. As the column's last digit is not 0, that is
    all of them.
    """
    height = len(column)
    powers = 3 ** np.arange(height)
    digits = np.arange(3 ** (height - 1))[:, None] // powers % 3
    triples = np.concatenate([((digits + times * np.array(column)) % 3) @ powers for times in range(3)])
    return triples, np.argsort(triples)


class _Walk:
    """Costs of all states of all runs on the way, and by which change each was reached.

    Between steps, costs lie in the order of the triples of the last sample: `spread` has shape (3, states / 3, S). At a
    digit's end only the states are left whose last digit is 0; they are `kept`, shape (states / 3, S).
    """

    def __init__(self, trellis: Trellis, wanted: NDArray[np.uint8]) -> None:
        runs, third = wanted.shape[1], trellis.states // 3
        self._trellis, self._wanted, self._third = trellis, wanted, third
        self._kept = np.full((third, runs), _UNREACHED, _Costs)
        self._kept[0] = 0
        self._all_reached = False
        self._spread, self._taken = (np.empty((3, third, runs), _Costs) for _ in range(2))
        self._least, self._other = (np.empty((third, runs), _Costs) for _ in range(2))
        self._decisions = trellis.decisions(runs)
        self._bits = np.empty((5, third, runs), np.bool_)

    def open(self, costs: NDArray[np.int16]) -> None:
        """The first sample of a group: each state that is left reaches two others, by one change each."""
        self._spread[0] = self._kept
        np.add(self._kept, costs, out=self._spread[1])
        self._spread[2] = self._spread[1]

    def step(self, place: int, costs: NDArray[np.int16]) -> None:
        """A further sample of a group."""
        taken, least = self._taken, self._least
        np.take(_rows(self._spread), self._trellis.moves[place], axis=0, out=_rows(taken), mode="clip")
        changed, second, last = self._bits[:3], self._bits[3], self._bits[4]
        np.less(taken[1], taken[0], out=second)
        np.minimum(taken[0], taken[1], out=least)
        np.less(taken[2], least, out=last)
        np.minimum(least, taken[2], out=least)
        least += costs
        np.less(least, taken, out=changed)
        np.minimum(taken, least, out=self._spread)
        _pack(self._bits.view(np.uint8), self._decisions[place])

    def close(self, row: int, place: int) -> None:
        """The end of a group: the digit has to be what is wanted, and leaves the states."""
        seats, spread = self._trellis.seats[place].reshape(-1, 3), _rows(self._spread)
        kept, other = self._kept, self._other
        for digit in range(3):
            into = other if digit else kept
            np.take(spread, seats[:, digit], axis=0, out=into, mode="clip")
            into += np.where(self._wanted[row] == digit, _Costs(0), _UNREACHED)
            if digit:
                np.minimum(kept, other, out=kept)
        if row % 2 == 0 or not self._all_reached:
            kept -= kept.min(axis=0)
        if not self._all_reached:
            # Else they would come down with what is taken off each time, to states that are reached.
            kept[kept > _FURTHEST] = _UNREACHED
            self._all_reached = bool((kept <= _FURTHEST).all())

    def back(self, starts: NDArray[np.intp]) -> NDArray[np.int8]:
        """Follow the cheapest way back from the end."""
        length, third = self._trellis.code.length, self._third
        runs = np.arange(self._wanted.shape[1])
        found = np.zeros((length, runs.size), np.int8)
        state = self._kept.argmin(axis=0)
        for row in range(self._trellis.code.rows - 1, -1, -1):
            seat = self._trellis.seats[starts[row + 1] - 1].take(3 * state + self._wanted[row])
            for place in range(starts[row + 1] - 1, starts[row], -1):
                seat = self._step_back(place, seat, runs, found[place])
            found[starts[row]] = times = seat // third
            state = seat - times * third
        found[found == 2] = -1  # noqa: PLR2004  twice +1 is -1 to base 3
        return found

    def _step_back(
        self, place: int, seat: NDArray[np.intp], runs: NDArray[np.intp], found: NDArray[np.int8]
    ) -> NDArray[np.intp]:
        """The seat before a sample, of which `found` gets the change (0, 1 or 2)."""
        times = seat // self._third
        at = seat * runs.size + runs
        at -= times * (self._third * runs.size)
        decided = self._decisions[place].reshape(-1).take(at)
        source = np.where(decided >> times.astype(np.uint8) & 1, _CHEAPEST.take(decided), times)
        np.mod(times - source, 3, out=found, casting="unsafe")
        moved: NDArray[np.intp] = self._trellis.moves[place].take(seat + (source - times) * self._third)
        return moved


def _pack(bits: NDArray[np.uint8], packed: NDArray[np.uint8]) -> None:
    """Put five zeros and ones, shape (5, ...), into the bits of a byte, shape (...)."""
    np.copyto(packed, bits[4])
    for each in bits[3::-1]:
        np.add(packed, packed, out=packed)
        np.bitwise_or(packed, each, out=packed)


def _rows(costs: NDArray[np.int16]) -> NDArray[np.int16]:
    """Costs by seat: shape (states, S)."""
    return costs.reshape(-1, costs.shape[-1])
