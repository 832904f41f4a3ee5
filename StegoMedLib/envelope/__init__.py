"""Envelopes: records that are compressed, encrypted, authenticated and written as text."""

from StegoMedLib.envelope.erasure import MOST_SHARDS, shard_size
from StegoMedLib.envelope.key import Key
from StegoMedLib.envelope.passphrase_key import KeyCost, Passphrase
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
    "HeaderRecord",
    "Key",
    "KeyCost",
    "Opener",
    "Passphrase",
    "Record",
    "Sealer",
    "Shard",
    "ShardSet",
    "ShardWriter",
    "TextRecord",
    "decode_record",
    "encode_record",
    "envelope_length",
    "largest_record_bytes",
    "largest_shard",
    "record_as_json",
    "record_in_words",
    "shard_size",
]
