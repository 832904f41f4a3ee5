"""Envelopes: records that are compressed, encrypted, authenticated and written as text."""

from StegoMedLib.envelope.derivation import public_locator
from StegoMedLib.envelope.erasure import MOST_SHARDS, shard_size
from StegoMedLib.envelope.key import Key, SingleKey
from StegoMedLib.envelope.key_file import KeyFile
from StegoMedLib.envelope.key_ring import joined
from StegoMedLib.envelope.lengths import envelope_bytes, envelope_bytes_in, envelope_length, largest_record_bytes
from StegoMedLib.envelope.passphrase_key import KeyCost, Passphrase
from StegoMedLib.envelope.recipients import Identity, Recipient
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
from StegoMedLib.envelope.seal import Opened, Opener, Sealer
from StegoMedLib.envelope.shards import Shard, ShardSet, ShardWriter, largest_shard
from StegoMedLib.envelope.versions import is_ours

__all__ = [
    "MOST_SHARDS",
    "FileRecord",
    "HeaderRecord",
    "Identity",
    "Key",
    "KeyCost",
    "KeyFile",
    "Opened",
    "Opener",
    "Passphrase",
    "Recipient",
    "Record",
    "Sealer",
    "Shard",
    "ShardSet",
    "ShardWriter",
    "SingleKey",
    "TextRecord",
    "decode_record",
    "encode_record",
    "envelope_bytes",
    "envelope_bytes_in",
    "envelope_length",
    "is_ours",
    "joined",
    "largest_record_bytes",
    "largest_shard",
    "public_locator",
    "record_as_json",
    "record_in_words",
    "shard_size",
]
