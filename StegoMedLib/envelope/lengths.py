"""How long envelopes are, and what they hold, before anything is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, NONCE_BYTES, TAG_BYTES
from StegoMedLib.envelope.base45_text import bytes_within, text_length
from StegoMedLib.envelope.compression import MAX_RECORD_BYTES
from StegoMedLib.envelope.content import FLAG_BYTES, LARGEST_CONTEXT, context_overhead, pack_content
from StegoMedLib.envelope.records import Record, encode_record
from StegoMedLib.envelope.slots import MOST_SLOTS, Slot, SlotType
from StegoMedLib.envelope.versions import ENVELOPE_PREFIX

if TYPE_CHECKING:
    from StegoMedLib.envelope.key import Key

__all__ = ["LONGEST_TEXT", "envelope_bytes", "envelope_bytes_in", "envelope_length", "largest_record_bytes"]

_VERSION_BYTES = _COUNT_BYTES = 1
_FIXED_BYTES = _VERSION_BYTES + _COUNT_BYTES + NONCE_BYTES + COMMITMENT_BYTES + TAG_BYTES
"""Of an envelope beside its slots and its content."""
_ONE_PASSPHRASE = Slot.bytes_of(SlotType.PASSPHRASE)
_MOST_KEYS = MOST_SLOTS * Slot.bytes_of(SlotType.HYBRID)

LONGEST_TEXT = text_length(
    ENVELOPE_PREFIX, _FIXED_BYTES + _MOST_KEYS + FLAG_BYTES + context_overhead(LARGEST_CONTEXT) + MAX_RECORD_BYTES
)
"""Characters of the longest envelope that anybody may seal."""


def envelope_bytes(record: Record, key: Key | None = None, context_bytes: int = 0) -> int:
    """Count the bytes of a record's envelope; takes and raises what `envelope_length` does."""
    content = len(pack_content(encode_record(record))) + context_overhead(context_bytes)
    return _slot_bytes(key) + _FIXED_BYTES + content


def envelope_bytes_in(text_chars: int) -> int:
    """Count the bytes of the largest envelope whose text has at most so many characters; 0 when there is none."""
    return bytes_within(ENVELOPE_PREFIX, text_chars)


def envelope_length(record: Record, key: Key | None = None, context_bytes: int = 0) -> int:
    """Count the characters of a record's envelope, without deriving a key.

    Parameters
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        What would be sealed.
    key : Key, optional
        What it would be sealed with; one passphrase without.
    context_bytes : int
        Bytes that would be sealed beside the record, up to 255.

    Returns
    -------
    int
        Characters, exactly as `Sealer.seal` returns.

    Raises
    ------
    DoesNotFitError
        The record's encoding has more than 16 MiB.
    UsageError
        The context is too long.
    """
    return text_length(ENVELOPE_PREFIX, envelope_bytes(record, key, context_bytes))


def largest_record_bytes(text_chars: int, key: Key | None = None, context_bytes: int = 0) -> int:
    """Count the bytes of a compressed record that fit in an envelope.

    Parameters
    ----------
    text_chars : int
        Characters that the envelope may have.
    key, context_bytes
        As in `envelope_length`.

    Returns
    -------
    int
        Bytes of the encoded record after compression; 0 where not even an empty one fits.
    """
    overhead = _slot_bytes(key) + _FIXED_BYTES + FLAG_BYTES + context_overhead(context_bytes)
    return max(envelope_bytes_in(text_chars) - overhead, 0)


def _slot_bytes(key: Key | None) -> int:
    return _ONE_PASSPHRASE if key is None else key.slot_bytes
