"""Key slots as senders write them, and as nobody does: the latter open nothing, and cost nothing."""

from __future__ import annotations

from itertools import product

import pytest

from StegoMedLib.envelope import (
    Identity,
    Key,
    KeyCost,
    KeyFile,
    Opener,
    Passphrase,
    Sealer,
    SingleKey,
    TextRecord,
    envelope_bytes,
    joined,
)
from StegoMedLib.envelope.aead import seal_bytes
from StegoMedLib.envelope.derivation import envelope_keys
from StegoMedLib.envelope.slots import MOST_SLOTS, Slot, SlotType, packed_slots, read_slots
from StegoMedLib.errors import NothingReadableError

RECORD = TextRecord("Erika Mustermann")
PASSPHRASE, FILE = Passphrase(b"correct horse", KeyCost(3, 1, 1)), KeyFile(bytes(range(32)))
IDENTITY, HYBRID = Identity(bytes(range(32))), Identity(bytes(range(32)), bytes(range(64)))
ALL: dict[str, SingleKey] = {"passphrase": PASSPHRASE, "key file": FILE, "X25519": IDENTITY, "hybrid": HYBRID}
STRANGERS: dict[str, SingleKey] = {
    "passphrase": Passphrase(b"battery staple", KeyCost(3, 1, 1)),
    "key file": KeyFile(bytes(32)),
    "X25519": Identity(bytes(32)),
    "hybrid": Identity(bytes(range(32)), bytes(64)),
}
SECRET = bytes(range(32))
WRAPPED = {name: key.wrapping(SECRET) for name, key in ALL.items()}
ALONE = {"passphrase": PASSPHRASE.sealing()[0][0], "key file": FILE.sealing()[0][0]}


def made(slots: list[Slot], secret: bytes = SECRET) -> bytes:
    """An envelope with these slots, otherwise as it should be."""
    keys = envelope_keys(secret)
    header = b"\x01" + packed_slots(slots) + bytes(12) + keys.commitment
    return header + seal_bytes(keys.sealing, bytes(12), b"\x00\x61x", header)


def opens(envelope: bytes, key: Key) -> bool:
    try:
        Opener(key).open_bytes(envelope)
    except NothingReadableError as error:
        return error.__context__ is not None  # which would tell more than that nothing can be read
    return True


@pytest.mark.parametrize("name", ALL)
def test_this_way_of_making_envelopes_is_otherwise_right(name: str) -> None:
    assert opens(made([WRAPPED[name]]), ALL[name])


@pytest.mark.parametrize(
    ("type_", "length"),
    [
        (SlotType.PASSPHRASE, 19),
        (SlotType.KEY_FILE, 16),
        (SlotType.WRAPPED_BY_PASSPHRASE, 67),
        (SlotType.WRAPPED_BY_KEY_FILE, 64),
        (SlotType.X25519, 80),
        (SlotType.HYBRID, 1168),
    ],
)
def test_every_type_has_its_length(type_: SlotType, length: int) -> None:
    data = packed_slots([Slot(type_, bytes(length))])
    assert Slot.bytes_of(type_) == 1 + length == len(data) - 1
    assert read_slots(data + b"what follows") == (Slot(type_, bytes(length)),)
    assert read_slots(data[:-1]) == ()


@pytest.mark.parametrize("key", ALL.values(), ids=ALL)
def test_an_envelope_is_as_long_as_its_key_says(key: SingleKey) -> None:
    (slot,), _ = key.sealing()
    assert key.slot_bytes == 1 + len(slot.body)
    assert key.wrapped_bytes == 1 + len(key.wrapping(SECRET).body)
    assert envelope_bytes(RECORD, key) == len(Sealer(key).seal_bytes(RECORD))


@pytest.mark.parametrize(("name", "other"), list(product(ALL, STRANGERS)))
def test_an_envelope_opens_for_its_key_alone(name: str, other: str) -> None:
    sealer = Sealer(ALL[name])
    opened = Opener(ALL[name]).open_bytes(sealer.seal_bytes(RECORD, b"context"))
    assert (opened.record, opened.context, opened.binding_key) == (RECORD, b"context", sealer.binding_key)
    assert not opens(sealer.seal_bytes(RECORD), STRANGERS[other])
    assert name == other or not opens(sealer.seal_bytes(RECORD), ALL[other])


@pytest.mark.parametrize("name", ALL)
def test_each_key_of_a_ring_opens_alone_what_all_seal(name: str) -> None:
    ring = joined(ALL.values())
    sealer = Sealer(ring)
    envelope = sealer.seal_bytes(RECORD)
    assert len(envelope) == envelope_bytes(RECORD, ring)
    assert {Opener(key).open_bytes(envelope).binding_key for key in (ALL[name], ring)} == {sealer.binding_key}
    assert not opens(envelope, joined(STRANGERS.values()))


@pytest.mark.parametrize("name", WRAPPED)
def test_no_flipped_bit_of_a_slot_goes_unnoticed(name: str) -> None:
    slot = WRAPPED[name]
    envelope = bytearray(made([slot]))
    first = 6 if name == "passphrase" else 3  # what Argon2id costs has tests of its own
    for place in (*range(first, 3 + len(slot.body), max(1, len(slot.body) // 40)), 2 + len(slot.body)):
        envelope[place] ^= 1 << place % 8
        assert not opens(bytes(envelope), ALL[name])
        envelope[place] ^= 1 << place % 8


@pytest.mark.parametrize("name", WRAPPED)
def test_a_slot_that_was_changed_opens_nothing_even_with_a_secret_of_its_own(name: str) -> None:
    """Nothing but a slot's own tag vouches for it here: the rest of the envelope goes with any secret."""
    slot = WRAPPED[name]
    for place in (-1, -17, -48, -49):
        body = bytearray(slot.body)
        body[place] ^= 1
        assert not opens(made([Slot(slot.type, bytes(body))]), ALL[name])


@pytest.mark.parametrize("name", WRAPPED)
def test_a_slot_of_another_type_than_it_says_opens_nothing(name: str) -> None:
    body = WRAPPED[name].body + bytes(2000)
    for type_ in SlotType:
        slot = Slot(type_, body[: Slot.bytes_of(type_) - 1])
        assert slot == WRAPPED[name] or not opens(made([slot]), ALL[name])


@pytest.mark.parametrize("name", ALONE)
def test_a_key_that_gives_the_secret_itself_stands_alone(name: str) -> None:
    secret = ALL[name].opening(ALONE[name])
    assert secret is not None
    assert opens(made([ALONE[name]], secret), ALL[name])
    for other in (ALONE[name], WRAPPED[name], WRAPPED["X25519"]):
        assert not opens(made([ALONE[name], other], secret), ALL[name])
        assert not opens(made([other, ALONE[name]], secret), ALL[name])


@pytest.mark.parametrize("name", ["passphrase", "key file"])
def test_there_is_one_slot_of_a_passphrase_and_one_of_a_key_file(name: str) -> None:
    assert not opens(made([WRAPPED[name], WRAPPED[name]]), ALL[name])
    assert not opens(made([WRAPPED[name], WRAPPED["X25519"], WRAPPED[name]]), IDENTITY)


def test_sixteen_slots_are_read_and_no_more() -> None:
    others = [Identity.made().recipient.wrapping(SECRET) for _ in range(MOST_SLOTS)]
    assert opens(made([*others[1:], WRAPPED["X25519"]]), IDENTITY)
    assert not opens(made([*others, WRAPPED["X25519"]]), IDENTITY)
    assert not opens(b"\x01\x00" + bytes(80), IDENTITY)


@pytest.mark.parametrize("type_", [0x00, 0x03, 0x10, 0x15, 0xFF])
def test_behind_an_unknown_slot_nothing_can_be_read(type_: int) -> None:
    packed = packed_slots([WRAPPED["X25519"]])
    for changed in (b"\x02" + packed[1:] + bytes((type_,)), b"\x02" + bytes((type_,)) + packed[1:]):
        keys = envelope_keys(SECRET)
        header = b"\x01" + changed + bytes(12) + keys.commitment
        assert not opens(header + seal_bytes(keys.sealing, bytes(12), b"\x00\x61x", header), IDENTITY)


def test_a_sender_cannot_tell_recipients_apart() -> None:
    """One secret is committed to; whoever finds another one in a slot opens nothing."""
    other = IDENTITY.wrapping(bytes(32))
    assert not opens(made([other, WRAPPED["hybrid"]]), IDENTITY)
    assert opens(made([other, WRAPPED["hybrid"]]), HYBRID)
    assert opens(made([other, WRAPPED["X25519"]]), IDENTITY)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_wrapped_passphrase_costs_no_more_than_is_accepted(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def derived(**_: object) -> None:
        pytest.fail("a key was derived with hostile parameters")

    monkeypatch.setattr("StegoMedLib.envelope.passphrase_key.Argon2id", derived)
    body = bytearray(WRAPPED["passphrase"].body)
    body[place] = 0xFF
    assert not opens(made([Slot(SlotType.WRAPPED_BY_PASSPHRASE, bytes(body))]), PASSPHRASE)


def test_no_cut_goes_unnoticed() -> None:
    envelope = Sealer(joined([FILE, IDENTITY])).seal_bytes(RECORD)
    for end in range(len(envelope)):
        assert not opens(envelope[:end], FILE)
        assert not opens(envelope[:end], IDENTITY)
