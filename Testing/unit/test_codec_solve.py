"""The sender's search: the fewest changes that give a group its syndrome."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.codec.fidelity import solve
from StegoMedLib.codec.fidelity.solve import Table, choose, one_or_two


def _sum(words: np.ndarray, chosen: list[int]) -> int:
    return int(np.bitwise_xor.reduce(words[chosen], initial=0))


def test_nothing_is_changed_when_the_syndrome_is_right_already() -> None:
    assert choose(np.array([1], dtype=np.uint32), np.array([0]), 0, Table(4)) == []


def test_one_change_is_preferred_to_two() -> None:
    words = np.array([1, 2, 3], dtype=np.uint32)

    assert choose(words, np.array([0, 1, 2]), 3, Table(4)) == [2]


def test_two_changes_are_made_in_different_blocks() -> None:
    words = np.array([1, 2, 2], dtype=np.uint32)
    chosen = choose(words, np.array([0, 0, 1]), 3, Table(4))

    assert chosen is not None
    assert sorted(chosen) == [0, 2]


def test_three_changes_are_found_where_two_do_not_do() -> None:
    words = np.array([1, 2, 4], dtype=np.uint32)
    chosen = choose(words, np.array([0, 1, 2]), 7, Table(4))

    assert chosen is not None
    assert sorted(chosen) == [0, 1, 2]


def test_four_changes_are_found_as_two_pairs() -> None:
    words = np.array([1, 2, 4, 8], dtype=np.uint32)
    chosen = choose(words, np.arange(4), 15, Table(4))

    assert chosen is not None
    assert sorted(chosen) == [0, 1, 2, 3]


def test_a_syndrome_out_of_reach_is_said_to_be_so() -> None:
    assert choose(np.array([1, 2, 4], dtype=np.uint32), np.array([0, 0, 0]), 7, Table(4)) is None


def test_the_choice_is_right_and_never_longer_than_need_be_in_random_groups() -> None:
    rng = np.random.default_rng(0)
    table = Table(8)
    for _ in range(200):
        words = rng.permutation(np.arange(1, 64, dtype=np.uint32))[:6]
        owners = rng.integers(0, 4, 6)
        target = int(rng.integers(0, 64))
        chosen = choose(words, owners, target, table)
        best = _fewest(words, owners, target)
        assert (None if chosen is None else len(chosen)) == best
        if chosen is not None:
            assert _sum(words, chosen) == target
            assert len({int(owners[i]) for i in chosen}) == len(chosen)


def test_what_was_looked_up_before_is_not_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    every = np.arange(16, dtype=np.uint32)
    monkeypatch.setattr(solve, "_LARGEST", 5)  # numbers start again in between
    table = Table(4)
    for words in ([1, 2, 9], [9], [4, 3], [9, 8]):
        table.fill(np.array(words, dtype=np.uint32))

        found = table.find(every)

        assert {int(word): int(found[word]) for word in every[found >= 0]} == {w: n for n, w in enumerate(words)}


@pytest.mark.parametrize("size", [5, 8])
def test_many_groups_at_once_get_what_each_would_get_alone(size: int) -> None:
    rng = np.random.default_rng(size)
    groups = np.sort(rng.integers(0, 90, 900))
    words = rng.integers(1, 1 << size, 900).astype(np.uint32)
    owners, targets = groups * 8 + rng.integers(0, 8, 900), rng.integers(1, 1 << size, 91).astype(np.uint32)

    done, chosen = one_or_two(words, owners, groups, targets, size, Table(8))

    assert 0 < done.size < 91
    for group in range(91):
        mine = np.flatnonzero(groups == group)
        alone = choose(words[mine], owners[mine], int(targets[group]), Table(8))
        few = alone is not None and len(alone) <= 2
        assert (group in done) == few
        if few:
            assert sorted(chosen[groups[chosen] == group]) == sorted(mine[alone])


def _fewest(words: np.ndarray, owners: np.ndarray, target: int) -> int | None:
    """By trying all choices of at most four candidates of different blocks."""
    from itertools import combinations  # noqa: PLC0415

    for size in range(5):
        for chosen in combinations(range(words.size), size):
            if len({int(owners[i]) for i in chosen}) == size and _sum(words, list(chosen)) == target:
                return size
    return None
