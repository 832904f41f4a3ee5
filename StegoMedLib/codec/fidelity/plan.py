"""How many bits a group of blocks should carry, and how many bits a body can carry in groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["GROUP_BITS", "MAXIMUM_GROUP_BITS", "Budget", "changes_per_bit", "group_capacity", "plan_group_bits"]

MAXIMUM_GROUP_BITS = 18
"""The table of candidates takes ``4 * 2 ** bits`` bytes; past 18 bits it leaves the cache for few changes less."""

_MINIMUM_GROUP_BITS = 4

GROUP_BITS = range(_MINIMUM_GROUP_BITS, MAXIMUM_GROUP_BITS + 1)
"""Bits that a group may carry."""

_WORDS_PER_BLOCK = 28
"""Different non-zero words that the 32 single changes of a block give (28.5 in the mean over noisy blocks)."""

_FREE = 0.9
"""From this share of legal changes on, blocks count as free to move both ways."""

_BITS_OF_FREE_BLOCK, _BITS_OF_BLOCK_AT_END = 7, 6
"""Bits that up to two changes of a block can set: they reach 140 of its 256 patterns, 67 at an end of the range."""


_NEARLY = 1.02
"""Groups of the fewest bits with so many more changes than the best: three changes are looked for in fewer of them."""


@dataclass(frozen=True)
class Budget:
    """What the sender has to work with.

    Attributes
    ----------
    blocks : int
        Blocks of the body.
    freedom : float
        Share of the single changes of usable blocks that are legal: about 1 in noise, 0.5 in air clipped at an end of
        the legal range.
    """

    blocks: int
    freedom: float


def plan_group_bits(budget: Budget, bits: int) -> int | None:
    """The fewest bits a group that need nearly the fewest changes for `bits`; None when they do not fit in groups."""
    feasible = [size for size in GROUP_BITS if math.ceil(bits / size) <= _most_groups(budget, size)]
    needed = {size: changes_per_bit(budget, bits, size) for size in feasible}
    least = min(needed.values(), default=0.0)
    return next((size for size in feasible if needed[size] <= _NEARLY * least), None)


def group_capacity(budget: Budget) -> int:
    """Longest payload in bits that `plan_group_bits` accepts; 0 when there is none."""
    return max(size * _most_groups(budget, size) for size in GROUP_BITS)


def _most_groups(budget: Budget, size: int) -> int:
    """Groups of `size` bits, each with blocks enough to reach any word with up to two changes in each of them."""
    needed = math.ceil((size + 3) / (_BITS_OF_FREE_BLOCK if budget.freedom >= _FREE else _BITS_OF_BLOCK_AT_END))
    return budget.blocks // needed


def changes_per_bit(budget: Budget, bits: int, size: int) -> float:
    """Expected changes for each bit: chance that one, two or three of a group's words add up to the wanted one."""
    groups = math.ceil(bits / size)
    words = _WORDS_PER_BLOCK * budget.freedom * budget.blocks / groups
    one, two, three = (math.exp(-min(words**n / math.factorial(n) / 2**size, 700.0)) for n in (1, 2, 3))
    expected = (1 - one) + one * ((1 - two) * 2 + two * ((1 - three) * 3 + three * 5))
    return (1 - 2.0**-size) * expected / size
