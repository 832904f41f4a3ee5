"""Key slots: the part of an envelope by which each key that may open it comes to the envelope's secret.

A byte that counts the slots, then each slot: a byte that tells its type, and a body of the length of that type.

=====  ==================  =====  ===========================================================  =================
type   of                  bytes  body                                                         where it stands
=====  ==================  =====  ===========================================================  =================
0x01   passphrase          19     Argon2id's log2 of memory in KiB, passes, lanes; salt of 16  alone
0x02   key file            16     salt of 16                                                   alone
0x11   passphrase          67     as 0x01, then the wrapped secret of 48                       at most once
0x12   key file            64     as 0x02, then the wrapped secret of 48                       at most once
0x13   X25519 recipient    80     HPKE: encapsulated key of 32, encrypted secret of 48         any number of times
0x14   hybrid recipient    1168   HPKE: encapsulated key of 1120, encrypted secret of 48       any number of times
=====  ==================  =====  ===========================================================  =================

Of 0x01 and 0x02 the key gives the secret itself; of all others it gives what the secret is encrypted with. There are 1
to 16 slots. How long an unknown slot is nobody knows, so that nothing behind it can be read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from StegoMedLib.envelope.aead import KEY_BYTES, TAG_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MOST_SLOTS", "SALT_BYTES", "WRAPPED_BYTES", "Slot", "SlotType", "packed_slots", "read_slots"]

MOST_SLOTS = 16
SALT_BYTES = 16
WRAPPED_BYTES = KEY_BYTES + TAG_BYTES
"""An encrypted secret with its tag."""

_COST_BYTES = 3
_X25519_BYTES = 32
_HYBRID_BYTES = 1120
_COUNT_BYTES = _TYPE_BYTES = 1


class SlotType(IntEnum):
    """The first byte of a slot."""

    PASSPHRASE = 0x01
    KEY_FILE = 0x02
    WRAPPED_BY_PASSPHRASE = 0x11
    WRAPPED_BY_KEY_FILE = 0x12
    X25519 = 0x13
    HYBRID = 0x14


_BODY_BYTES = {
    SlotType.PASSPHRASE: _COST_BYTES + SALT_BYTES,
    SlotType.KEY_FILE: SALT_BYTES,
    SlotType.WRAPPED_BY_PASSPHRASE: _COST_BYTES + SALT_BYTES + WRAPPED_BYTES,
    SlotType.WRAPPED_BY_KEY_FILE: SALT_BYTES + WRAPPED_BYTES,
    SlotType.X25519: _X25519_BYTES + WRAPPED_BYTES,
    SlotType.HYBRID: _HYBRID_BYTES + WRAPPED_BYTES,
}
_ALONE = frozenset({SlotType.PASSPHRASE, SlotType.KEY_FILE})
_ONCE = frozenset({SlotType.WRAPPED_BY_PASSPHRASE, SlotType.WRAPPED_BY_KEY_FILE})


@dataclass(frozen=True)
class Slot:
    """One slot.

    Attributes
    ----------
    type : SlotType
    body : bytes
        As long as the type says.
    """

    type: SlotType
    body: bytes

    @staticmethod
    def bytes_of(*types: SlotType) -> int:
        """Bytes of slots of these types."""
        return sum(_TYPE_BYTES + _BODY_BYTES[each] for each in types)


def packed_slots(slots: Iterable[Slot]) -> bytes:
    """The slots as they stand in an envelope, with their number in front."""
    packed = [bytes((each.type,)) + each.body for each in slots]
    return bytes((len(packed),)) + b"".join(packed)


def read_slots(data: bytes) -> tuple[Slot, ...]:
    """Undo `packed_slots`.

    Parameters
    ----------
    data : bytes
        May be anything, and may go on after the slots.

    Returns
    -------
    tuple of Slot
        None at all where no sender writes such slots: an unknown type, one cut off, too many, or together what stands
        alone.
    """
    count, place = int.from_bytes(data[:_COUNT_BYTES], "big"), _COUNT_BYTES
    slots: list[Slot] = []
    while len(slots) < count <= MOST_SLOTS:
        slot = _slot_at(data, place)
        if slot is None:
            return ()
        slots.append(slot)
        place += _TYPE_BYTES + len(slot.body)
    return tuple(slots) if _go_together(slots) else ()


def _slot_at(data: bytes, place: int) -> Slot | None:
    begin = place + _TYPE_BYTES
    try:
        kind = SlotType(int.from_bytes(data[place:begin], "big"))
    except ValueError:
        return None
    body = data[begin : begin + _BODY_BYTES[kind]]
    return Slot(kind, body) if len(body) == _BODY_BYTES[kind] else None


def _go_together(slots: list[Slot]) -> bool:
    found = Counter(each.type for each in slots)
    return all(found[each] <= 1 for each in _ONCE) and (len(slots) == 1 or not _ALONE & found.keys())
