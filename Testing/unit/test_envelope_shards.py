"""Any sufficient part of an envelope's shards gives it back, and nothing else ever does."""

from __future__ import annotations

import secrets
from itertools import combinations

import numpy as np
import pytest
import reedsolo

from StegoMedLib.envelope import ShardSet, ShardWriter, largest_shard
from StegoMedLib.envelope.erasure import cut_data, join_shards, shard_size

WRITER = ShardWriter(bytes(range(32)))
ENVELOPE = bytes(np.random.default_rng(1).integers(0, 256, 1000, dtype=np.uint8))


def joined(texts: list[str], writer: ShardWriter = WRITER) -> bytes | None:
    shards = [shard for shard in map(writer.read, texts) if shard is not None]
    found = ShardSet(shards[0])
    for shard in shards:
        found.add(shard)
    return found.envelope()


def test_every_four_of_six_shards_give_the_data_back() -> None:
    shards = cut_data(ENVELOPE, 4, 6)

    for kept in combinations(range(6), 4):
        assert join_shards({number: shards[number] for number in kept}, 4, 6, len(ENVELOPE)) == ENVELOPE


@pytest.mark.parametrize(("needed", "total"), [(1, 1), (1, 5), (7, 7), (178, 255), (179, 256), (210, 300)])
def test_the_last_shards_alone_give_the_data_back_in_both_fields(needed: int, total: int) -> None:
    shards = dict(enumerate(cut_data(ENVELOPE, needed, total)))
    last = {number: shards[number] for number in range(total - needed, total)}

    assert {len(shard) for shard in shards.values()} == {shard_size(len(ENVELOPE), needed, total)}
    assert join_shards(last, needed, total, len(ENVELOPE)) == ENVELOPE
    assert join_shards(dict(list(last.items())[1:]), needed, total, len(ENVELOPE)) is None


def test_the_codewords_are_those_of_the_library() -> None:
    shards = np.array([list(shard) for shard in cut_data(ENVELOPE, 17, 24)], dtype=np.uint8)

    codec = reedsolo.RSCodec(7)
    for codeword in shards.T[:10]:
        assert bytes(codec.encode(bytes(codeword[:17].tolist()))) == codeword.tobytes()


def test_shards_come_back_whatever_their_order_and_however_often() -> None:
    texts = WRITER.cut(ENVELOPE, 4, 6)

    assert joined([texts[5], texts[2], texts[5], texts[0], texts[2], texts[4]]) == ENVELOPE
    assert joined([texts[5], texts[2], texts[5]]) is None


def test_a_shard_with_any_character_changed_is_none() -> None:
    text = WRITER.cut(ENVELOPE[:40], 2, 3)[1]
    for place in range(len(text)):
        for letter in "0A:":
            if letter != text[place]:
                assert WRITER.read(text[:place] + letter + text[place + 1 :]) is None
    assert WRITER.read(text[:-3]) is None
    assert WRITER.read("SM2:") is None
    assert WRITER.read("SM1:" + text[4:]) is None


def test_a_shard_of_another_key_is_none() -> None:
    assert ShardWriter(bytes(32)).read(WRITER.cut(ENVELOPE, 2, 3)[0]) is None


def test_shards_of_two_envelopes_are_of_two_kinds() -> None:
    one, two = (WRITER.read(WRITER.cut(envelope, 2, 3)[0]) for envelope in (ENVELOPE, ENVELOPE[::-1]))

    assert one is not None
    assert two is not None
    assert one.kind != two.kind


def test_shards_that_give_another_envelope_than_they_say_give_none() -> None:
    texts, others = (WRITER.cut(envelope, 2, 3) for envelope in (ENVELOPE, ENVELOPE[::-1]))
    one, two = WRITER.read(texts[0]), WRITER.read(others[1])
    assert one is not None
    assert two is not None
    mixed = ShardSet(one)
    mixed.add(two)

    assert mixed.found == 2
    assert mixed.envelope() is None


@pytest.mark.parametrize("size", [1, 2, 100, 101, 12_345])
def test_lengths_are_known_beforehand(size: int) -> None:
    text = WRITER.cut(secrets.token_bytes(size), 1, 1)[0]

    assert largest_shard(len(text)) == size
    assert largest_shard(len(text) - 1) == size - 1
    assert largest_shard(10) == 0


def test_neither_keys_nor_content_are_shown() -> None:
    shard = WRITER.read(WRITER.cut(ENVELOPE, 1, 1)[0])

    assert repr(WRITER) == "ShardWriter(...)"
    assert "data" not in repr(shard)
