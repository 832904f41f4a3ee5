"""When no slice can be read alone, the slices of a series outvote their errors."""

from __future__ import annotations

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.envelope import KeyCost, Opener, Passphrase, Sealer, TextRecord
from StegoMedLib.pipeline.message import Reader, seal
from StegoMedLib.pipeline.pools import MajorityPool
from StegoMedLib.plane import Plane
from StegoMedLib.symbol import make_symbol, symbol_from_bits, unpack_label

KEY = Passphrase((b"correct horse",), KeyCost(3, 1, 1))
PLANE = Plane(np.zeros((4, 4), dtype=np.int32), 0, 1)


def _read(payload: Payload) -> object:
    fields = unpack_label(payload.label)
    assert fields is not None
    return Reader(Opener(KEY)).read(symbol_from_bits(*fields, payload.bits))


def test_nine_damaged_slices_together_give_the_record() -> None:
    message = seal(Sealer(KEY), TextRecord("Müller"))
    rng = np.random.default_rng(0)
    damaged = [
        Payload(message.payload.label, message.payload.bits ^ (rng.random(message.payload.bits.size) < 0.1))
        for _ in range(9)
    ]
    votes = MajorityPool()
    for payload in damaged:
        assert _read(payload) is None
        votes.add(PLANE, payload)

    (majority,) = votes.payloads()

    assert _read(majority) == TextRecord("Müller")


def test_fewer_than_three_slices_do_not_vote() -> None:
    votes = MajorityPool()
    for _ in range(2):
        votes.add(PLANE, Payload(5, np.ones(10, dtype=bool)))

    assert votes.payloads() == []


def test_slices_of_different_messages_vote_apart() -> None:
    votes = MajorityPool()
    for label, bit in ((1, True), (2, False)):
        for _ in range(3):
            votes.add(PLANE, Payload(label, np.full(4, bit)))

    found = {payload.label: payload.bits.all() for payload in votes.payloads()}

    assert found == {1: True, 2: False}


def test_slices_of_different_lengths_vote_for_what_they_share() -> None:
    votes = MajorityPool()
    for bits in ([1, 0, 1], [1, 0, 0, 1, 1], [0, 0, 1, 1]):
        votes.add(PLANE, Payload(0, np.array(bits, dtype=bool)))

    (majority,) = votes.payloads()

    assert majority.bits.astype(int).tolist() == [1, 0, 1, 1, 1]


def test_equal_symbols_are_opened_once() -> None:
    message = seal(Sealer(KEY), TextRecord("x"))
    opener = _CountingOpener()
    reader = Reader(opener)  # type: ignore[arg-type]

    for _ in range(5):
        assert reader.read(message.symbol) == TextRecord("x")

    assert opener.opened == 1


def test_what_is_remembered_does_not_grow_with_the_series() -> None:
    reader = Reader(Opener(KEY))
    symbols = [make_symbol(f"SLICE {number}") for number in range(40)]

    assert [reader.read(symbol) for symbol in symbols] == [None] * 40
    assert [reader.text(symbol) for symbol in symbols] == [f"SLICE {number}" for number in range(40)]

    assert [kept.cache_info().currsize for kept in (reader._texts, reader._opened)] == [16, 16]


class _CountingOpener:
    """An opener that counts."""

    def __init__(self) -> None:
        self.opened = 0
        self._opener = Opener(KEY)

    def open(self, text: str) -> object:
        self.opened += 1
        return self._opener.open(text)
