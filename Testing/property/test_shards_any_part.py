"""Whatever the data and the numbers: any sufficient part of the shards gives the data back, and no damaged text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.envelope import ShardSet, ShardWriter, largest_shard, shard_size

KEYS = st.binary(min_size=32, max_size=32)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[bytes, int, int, list[int]]:
    """Some data, shards needed and made, and the numbers of those that are found, in some order, some of them twice."""
    total = draw(st.one_of(st.integers(1, 40), st.integers(250, 270)))
    needed = draw(st.integers(1, total))
    kept = draw(st.permutations(range(total)))[: draw(st.integers(1, total))]
    return draw(st.binary(min_size=1, max_size=700)), needed, total, kept + draw(st.lists(st.sampled_from(kept)))


@settings(max_examples=100, deadline=None)
@given(cuts(), KEYS)
def test_every_sufficient_part_gives_the_data_back(cut: tuple[bytes, int, int, list[int]], key: bytes) -> None:
    data, needed, total, found = cut
    writer = ShardWriter(key)
    texts = writer.cut(data, needed, total)
    assert {largest_shard(len(text)) for text in texts} == {shard_size(len(data), needed, total)}

    shards = [shard for number in found if (shard := writer.read(texts[number])) is not None]
    collected = ShardSet(shards[0])
    for shard in shards:
        collected.add(shard)

    assert len(shards) == len(found)
    assert collected.found == len(set(found))
    assert collected.envelope() == (data if len(set(found)) >= needed else None)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), KEYS)
def test_any_text_that_no_sender_wrote_is_no_shard(text: str, key: bytes) -> None:
    assert ShardWriter(key).read(text) is None
    assert ShardWriter(key).read("SM2:" + text) is None


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=50), st.data(), KEYS)
def test_a_shard_cut_off_or_changed_is_no_shard(data: bytes, draw: st.DataObject, key: bytes) -> None:
    writer = ShardWriter(key)
    text = writer.cut(data, 2, 3)[draw.draw(st.integers(0, 2))]
    place = draw.draw(st.integers(0, len(text) - 1))
    letter = draw.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))

    assert writer.read(text[:place]) is None
    if letter != text[place]:
        assert writer.read(text[:place] + letter + text[place + 1 :]) is None
