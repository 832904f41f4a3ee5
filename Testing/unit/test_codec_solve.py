"""The sender's search: the fewest changes that give a group its syndrome."""

from __future__ import annotations

import numpy as np

from StegoMedLib.codec.fidelity.solve import Table, choose


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


def test_the_table_is_empty_again_after_every_search() -> None:
    table = Table(4)
    choose(np.array([1, 2], dtype=np.uint32), np.array([0, 1]), 3, table)

    assert (table.find(np.arange(16, dtype=np.uint32)) == -1).all()


def _fewest(words: np.ndarray, owners: np.ndarray, target: int) -> int | None:
    """By trying all choices of at most four candidates of different blocks."""
    from itertools import combinations  # noqa: PLC0415

    for size in range(5):
        for chosen in combinations(range(words.size), size):
            if len({int(owners[i]) for i in chosen}) == size and _sum(words, list(chosen)) == target:
                return size
    return None
