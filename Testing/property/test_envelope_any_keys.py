"""Whoever a record is sealed for opens it, whatever the keys; nobody else does, and no bytes are slots by chance."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.envelope import (
    Identity,
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
from StegoMedLib.envelope.slots import MOST_SLOTS, SlotType, packed_slots, read_slots
from StegoMedLib.errors import NewerVersionError, NothingReadableError

_CHEAP = KeyCost(3, 1, 1)
_SECRETS = st.binary(min_size=32, max_size=32)
_identities = st.builds(Identity, _SECRETS) | st.builds(Identity, _SECRETS, st.binary(min_size=64, max_size=64))
_passphrases = st.builds(lambda secret: Passphrase(secret.hex().encode(), _CHEAP), _SECRETS)
_rings: st.SearchStrategy[list[SingleKey]] = st.builds(
    lambda phrase, file, identities: [*phrase, *file, *identities],
    st.lists(_passphrases, max_size=1),
    st.lists(st.builds(KeyFile, _SECRETS), max_size=1),
    st.lists(_identities, max_size=5),
).filter(bool)


def _opens(envelope: bytes, key: SingleKey) -> bool:
    try:
        Opener(key).open_bytes(envelope)
    except (NothingReadableError, NewerVersionError):
        return False
    return True


@settings(deadline=None, max_examples=60)
@given(_rings, _rings, st.binary(max_size=40), st.data())
def test_an_envelope_opens_for_all_its_keys_and_for_no_other(
    keys: list[SingleKey], others: list[SingleKey], context: bytes, data: st.DataObject
) -> None:
    ring = joined(keys)
    sealer, record = Sealer(ring), TextRecord("found")
    envelope = sealer.seal_bytes(record, context)
    assert len(envelope) == envelope_bytes(record, ring, len(context))
    for key in keys:
        opened = Opener(key).open_bytes(envelope)
        assert (opened.record, opened.context, opened.binding_key) == (record, context, sealer.binding_key)
    assert not any(_opens(envelope, other) for other in others if other not in keys)

    place = data.draw(st.integers(0, len(envelope) * 8 - 1).filter(lambda bit: not 2 <= bit // 8 < 6))
    damaged = bytearray(envelope)
    damaged[place // 8] ^= 1 << place % 8
    # The rest of the slots may still lead a key to the secret, but they are authenticated with the content.
    assert not any(_opens(bytes(damaged), key) for key in keys)


_slots_or_not = st.binary(max_size=400) | st.builds(
    lambda count, kind, body: bytes((count, kind)) + body,
    st.integers(0, MOST_SLOTS + 1),
    st.sampled_from(SlotType),
    st.binary(max_size=200),
)


@given(_slots_or_not)
def test_any_bytes_are_slots_that_somebody_packed_or_none(data: bytes) -> None:
    slots = read_slots(data)
    assert not slots or data.startswith(packed_slots(slots))
    assert len(slots) <= MOST_SLOTS
