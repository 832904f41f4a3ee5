"""How many bits a group of blocks should carry, and how many bits a plane can carry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from scipy.stats import hypergeom

from StegoMedLib.codec.fidelity.layout import HEADER_GROUPS, MINIMUM_BLOCKS

__all__ = ["MAXIMUM_GROUP_BITS", "Budget", "can_head", "capacity_bits", "plan_group_bits"]

MAXIMUM_GROUP_BITS = 20
"""The table of candidates takes ``4 * 2 ** bits`` bytes; past 20 bits it leaves the cache and gains little."""

_MINIMUM_GROUP_BITS = 4
_WORDS_PER_BLOCK = 28
"""Different non-zero words that the 32 single changes of a block give (28.5 in the mean over noisy blocks)."""

_FREE = 0.9
"""From this share of legal changes on, blocks count as free to move both ways."""

_BITS_OF_FREE_BLOCK, _BITS_OF_BLOCK_AT_END = 7, 6
"""Bits that up to two changes of a block can set: they reach 140 of its 256 patterns, 67 at an end of the range."""

_RISK, _RISK_OF_HEADER = 0.2, 0.5
"""Accepted chance that some group of a draw has too few usable blocks; the sender has eight draws."""


@dataclass(frozen=True)
class Budget:
    """What the sender has to work with.

    Attributes
    ----------
    header, body : int
        Blocks of the two parts, usable or not.
    usable : int
        Usable blocks among all of them; the key spreads them evenly, so each group's share is hypergeometric.
    freedom : float
        Share of the single changes of usable blocks that are legal: about 1 in noise, 0.5 in air clipped at an end of
        the legal range.
    """

    header: int
    body: int
    usable: int
    freedom: float

    @property
    def count(self) -> int:
        """All blocks."""
        return self.header + self.body


def plan_group_bits(budget: Budget, bits: int) -> int | None:
    """Bits a group that need the fewest changes for a payload of `bits`; None when the payload does not fit safely."""
    if budget.count < MINIMUM_BLOCKS or not can_head(budget):
        return None
    feasible = [
        size
        for size in range(_MINIMUM_GROUP_BITS, MAXIMUM_GROUP_BITS + 1)
        if math.ceil(bits / size) <= budget.body and _risk(budget, budget.body, math.ceil(bits / size), size) <= _RISK
    ]
    return min(feasible, key=lambda size: _changes_per_bit(budget, bits, size), default=None)


def can_head(budget: Budget) -> bool:
    """Whether the header probably finds blocks enough."""
    return _risk(budget, budget.header, HEADER_GROUPS, 8) <= _RISK_OF_HEADER


@lru_cache(maxsize=4096)
def capacity_bits(budget: Budget) -> int:
    """Longest payload in bits that `plan_group_bits` accepts; 0 when there is none."""
    low, high = 0, 8 * budget.usable + 1
    while high - low > 1:
        middle = (low + high) // 2
        if plan_group_bits(budget, middle) is None:
            high = middle
        else:
            low = middle
    return low


def _risk(budget: Budget, blocks: int, groups: int, size: int) -> float:
    """Expected number of `groups` groups that a draw leaves too few usable blocks to carry `size` bits."""
    needed = _blocks_needed(size, budget.freedom)
    return groups * float(hypergeom.cdf(needed - 1, budget.count, budget.usable, blocks // groups))


def _blocks_needed(size: int, freedom: float) -> int:
    """Usable blocks that reach any word of `size` bits with up to two changes each."""
    return math.ceil((size + 3) / (_BITS_OF_FREE_BLOCK if freedom >= _FREE else _BITS_OF_BLOCK_AT_END))


def _changes_per_bit(budget: Budget, bits: int, size: int) -> float:
    """Expected changes for each bit: chance that one, two or three of a group's words add up to the wanted one."""
    groups = math.ceil(bits / size)
    words = _WORDS_PER_BLOCK * budget.freedom * budget.usable * (budget.body / budget.count) / groups
    one, two, three = (math.exp(-min(words**n / math.factorial(n) / 2**size, 700.0)) for n in (1, 2, 3))
    expected = (1 - one) + one * ((1 - two) * 2 + two * ((1 - three) * 3 + three * 5))
    return (1 - 2.0**-size) * expected / size
