"""How many slices carry a shard, and how many of them may be lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.envelope import shard_size
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.pipeline.spread import plan_spread


def test_seven_of_twenty_four_slices_may_be_lost() -> None:
    plan = plan_spread([13_000] * 24, 200_000, 0.3)

    assert plan.slices == tuple(range(24))
    assert plan.needed == 17


def test_a_slice_with_too_little_room_is_left_out() -> None:
    plan = plan_spread([500, 0, 500, 3, 500], 1000, 0.3)

    assert plan.slices == (0, 2, 4)
    assert plan.needed == 3


def test_small_records_are_spread_thinly_over_all_slices() -> None:
    assert plan_spread([500, 20, 500, 500], 60, 0.3).slices == (0, 1, 2, 3)


def test_nothing_may_be_lost_of_one_slice() -> None:
    assert plan_spread([100], 100, 0.9).needed == 1


def test_a_share_that_floats_cannot_say_exactly_counts_as_said() -> None:
    assert plan_spread([100] * 100, 100, 0.29).needed == 71


def test_a_record_that_does_not_fit_is_refused_with_numbers() -> None:
    with pytest.raises(DoesNotFitError, match=r"has 801 bytes, .* can carry 800 if 20% of them may be lost"):
        plan_spread([100] * 10, 801, 0.2)
    assert plan_spread([100] * 10, 800, 0.2).needed == 8


def test_no_slice_has_no_room() -> None:
    with pytest.raises(DoesNotFitError, match="can carry 0"):
        plan_spread([], 10, 0.3)


@given(st.lists(st.integers(0, 300), max_size=400), st.integers(1, 20_000), st.floats(0, 0.99))
def test_every_plan_keeps_its_promise(sizes: list[int], length: int, lost: float) -> None:
    try:
        plan = plan_spread(sizes, length, lost)
    except DoesNotFitError:
        return
    total = len(plan.slices)
    size = shard_size(length, plan.needed, total)
    assert all(sizes[number] >= size for number in plan.slices)
    assert plan.needed * size >= length
    assert 1 <= plan.needed <= total
    assert total - plan.needed <= lost * total + 1e-6
