"""Keys: what seals envelopes, opens them, and says where the bits lie.

The types of single keys are a file each beside this one; `StegoMedLib.envelope.key_ring` joins several. A new type is
such a file, its type of slot in `StegoMedLib.envelope.slots`, and its options in `StegoMedLib.cli.keys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from StegoMedLib.envelope.slots import Slot

__all__ = ["Key", "SingleKey"]


class Key(Protocol):
    """One key, or several; its ``repr`` shows nothing secret of it."""

    @property
    def slot_bytes(self) -> int:
        """Bytes that its slots take in an envelope."""

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """Slots of a new envelope, and its secret of 32 bytes, to which the same key comes again by the slots."""

    def opening(self, slot: Slot) -> bytes | None:
        """The secret that this key finds in a slot, which may hold anything; None where the slot is not for it.

        Whether it is the right one shows in the envelope's commitment.
        """

    def locators(self) -> tuple[bytes, ...]:
        """Keys of the positions, 32 bytes each: the first for embedding, all for reading."""


class SingleKey(Key, Protocol):
    """A key of one type."""

    @property
    def wrapped_bytes(self) -> int:
        """Bytes of its slot where it is one of several."""

    def wrapping(self, secret: bytes) -> Slot:
        """A slot by which this key comes to a given secret of 32 bytes, as others do by theirs."""
