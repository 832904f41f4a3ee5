"""Envelopes: records compressed, encrypted, authenticated and written as text."""

from StegoMedLib.envelope.keys import DEFAULT_COST, KeyCost, locator_key, prepare_passphrase
from StegoMedLib.envelope.records import (
    FileRecord,
    HeaderRecord,
    Record,
    TextRecord,
    decode_record,
    encode_record,
    record_as_json,
)
from StegoMedLib.envelope.seal import Opener, Sealer, envelope_length, largest_record_bytes

__all__ = [
    "DEFAULT_COST",
    "FileRecord",
    "HeaderRecord",
    "KeyCost",
    "Opener",
    "Record",
    "Sealer",
    "TextRecord",
    "decode_record",
    "encode_record",
    "envelope_length",
    "largest_record_bytes",
    "locator_key",
    "prepare_passphrase",
    "record_as_json",
]
