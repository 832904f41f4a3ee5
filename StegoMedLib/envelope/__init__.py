"""Envelopes: records compressed, encrypted, authenticated and written as text."""

from StegoMedLib.envelope.erasure import MOST_SHARDS, shard_size
from StegoMedLib.envelope.keys import KeyCost, locator_key
from StegoMedLib.envelope.passphrases import Forms, forms_of, passphrase_forms, prepare_passphrase
from StegoMedLib.envelope.records import (
    FileRecord,
    HeaderRecord,
    Record,
    TextRecord,
    decode_record,
    encode_record,
    record_as_json,
    record_in_words,
)
from StegoMedLib.envelope.seal import Opener, Sealer, envelope_length, largest_record_bytes
from StegoMedLib.envelope.shards import Shard, ShardSet, ShardWriter, largest_shard

__all__ = [
    "MOST_SHARDS",
    "FileRecord",
    "Forms",
    "HeaderRecord",
    "KeyCost",
    "Opener",
    "Record",
    "Sealer",
    "Shard",
    "ShardSet",
    "ShardWriter",
    "TextRecord",
    "decode_record",
    "encode_record",
    "envelope_length",
    "forms_of",
    "largest_record_bytes",
    "largest_shard",
    "locator_key",
    "passphrase_forms",
    "prepare_passphrase",
    "record_as_json",
    "record_in_words",
    "shard_size",
]
