"""Envelopes and shards as strangers damage them, and records as a sender who has the key may write them.

No text gives a record but that of an envelope that was sealed, and then that very record. Files among the records are
saved, and nothing else is written.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import base45
import cbor2

from StegoMedLib.envelope import FileRecord, HeaderRecord, Opener, Passphrase, Record, ShardSet, ShardWriter, TextRecord
from StegoMedLib.envelope.aead import COMMITMENT_BYTES, NONCE_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.content import pack_content, unpack_content
from StegoMedLib.envelope.derivation import envelope_keys
from StegoMedLib.envelope.records import encode_record
from StegoMedLib.envelope.slots import Slot, SlotType, packed_slots
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.pipeline.extract import ExtractReport, save_files
from Testing.campaigns.campaign import WrongResultError
from Testing.campaigns.mutators import mutate_bytes, mutate_tree

if TYPE_CHECKING:
    import random
    from pathlib import Path

__all__ = ["CAMPAIGN", "Envelopes"]

_KEY = Passphrase.typed("correct horse battery staple")
_SLOT = Slot(SlotType.PASSPHRASE, bytes((3, 1, 1, *range(16))))  # the cheapest
_BEGINNING = b"\x01" + packed_slots([_SLOT])
_HEADER_BYTES = len(_BEGINNING) + NONCE_BYTES + COMMITMENT_BYTES
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:\n\r\0ae\u0660\ud800"
_RECORDS: tuple[Record, ...] = (
    HeaderRecord({"PatientName": "Doe^Jane", "PatientID": "4711", "StudyInstanceUID": "1.2.840.113619.2.5"}),
    HeaderRecord({}),
    TextRecord("To be called when she has arrived. " * 5),
    TextRecord(""),
    FileRecord("letter.txt", bytes(range(256))),
    FileRecord("CON", b""),
)
_KINDS = ("text", "text", "bytes", "record", "record", "shards")
_SHARDS, _NEEDED = 5, 3
_COSTS = slice(3, 6)  # where the header asks for work
_CUT = 0.2
_MOST_BYTES = 2**24
_BOMB = b"B" * 77
_BOMBS = 0.005
_DEAR = 0.01  # share of the headers asking for much that are left as they are: each takes up to seconds


class Envelopes:
    """See the module; an input is a line that says its kind, then what is read."""

    name = "envelopes"

    def prepare(self, folder: Path) -> None:
        """Seal the originals, always the same way."""
        self._folder = folder / "files"
        self._keys = envelope_keys(_KEY.opening(_SLOT) or b"")
        self._opener, self._writer = Opener(_KEY), ShardWriter(bytes(32))
        contents = [pack_content(encode_record(record)) for record in _RECORDS]
        self._blobs = [self._seal(content, number) for number, content in enumerate(contents)]
        self._originals = dict(zip(self._blobs, _RECORDS, strict=True))
        self._texts = [_as_text(blob) for blob in self._blobs]
        self._shards = [self._writer.cut(blob, _NEEDED, _SHARDS) for blob in self._blobs]

    def _seal(self, content: bytes, number: int) -> bytes:
        nonce = number.to_bytes(NONCE_BYTES, "big")
        header = _BEGINNING + nonce + self._keys.commitment
        return header + seal_bytes(self._keys.sealing, nonce, content, header)

    def make(self, chance: random.Random) -> bytes:
        """Damage an envelope's text or bytes, a record in it, or some of its shards."""
        kind = chance.choice(_KINDS)
        made: bytes = getattr(self, f"_make_{kind}")(chance)
        return kind.encode() + b"\n" + made

    def _make_text(self, chance: random.Random) -> bytes:
        if chance.random() < 1 / 2:
            return _as_text(_cheap(chance, mutate_bytes(chance, chance.choice(self._blobs), self._blobs))).encode()
        return _damaged(chance, chance.choice(self._texts)).encode("utf-8", "surrogatepass")

    def _make_bytes(self, chance: random.Random) -> bytes:
        return _cheap(chance, mutate_bytes(chance, chance.choice(self._blobs), self._blobs))

    def _make_record(self, chance: random.Random) -> bytes:
        """Content that a sender with the key seals: a changed structure, changed bytes, or compression gone wrong."""
        encoded = encode_record(chance.choice(_RECORDS))
        if chance.random() < 1 / 2:
            tree = mutate_tree(chance, cbor2.loads(encoded))
            try:
                encoded = cbor2.dumps(tree)
            except (cbor2.CBORError, ValueError):  # a lone surrogate
                encoded = b""
        if chance.random() < 1 / 2:
            encoded = mutate_bytes(chance, encoded, [cbor2.dumps([[[]]]), b"\x9f\xff", b"\x5b" + b"\x7f" * 8])
        if chance.random() < _BOMBS:
            encoded = _BOMB
        content = chance.choice((pack_content, lambda data: b"\0" + data, _deflated))(encoded)
        return mutate_bytes(chance, content) if chance.random() < 1 / 4 else content

    def _make_shards(self, chance: random.Random) -> bytes:
        texts = list(chance.choice(self._shards))
        texts += chance.choice(self._shards)[: chance.choice((0, 0, 2))]
        chance.shuffle(texts)
        texts = [self._changed_shard(chance, text) for text in texts[: chance.randint(1, len(texts))]]
        return "\0".join(texts).encode("utf-8", "surrogatepass")

    def _changed_shard(self, chance: random.Random, text: str) -> str:
        kind = chance.randrange(4)
        if kind == 0:
            return _damaged(chance, text).replace("\0", "")
        if kind == 1:  # by somebody with the key
            content = base45.b45decode(text[4:])[:-16]
            return self._writer._text(mutate_bytes(chance, content))
        return text

    def judge(self, content: bytes) -> str:
        """Read, and compare with what was sealed."""
        kind, _, made = content.partition(b"\n")
        outcome: str = getattr(self, f"_judge_{kind.decode()}")(made)
        return outcome

    def _judge_text(self, made: bytes) -> str:
        text = made.decode("utf-8", "surrogatepass")
        return self._compare(_strictly(text), lambda: self._opener.open(text).record)

    def _judge_bytes(self, made: bytes) -> str:
        return self._compare(made, lambda: self._opener.open_bytes(made).record)

    def _compare(self, blob: bytes, read: Any) -> str:
        expected = self._originals.get(blob)
        try:
            found = read()
        except NothingReadableError:
            if expected is not None:
                raise WrongResultError("a whole envelope is refused") from None
            raise
        if found != expected:
            raise WrongResultError("a record that nobody sealed")
        return "read"

    def _judge_record(self, made: bytes) -> str:
        blob = self._seal(made, 2**40)
        header, nonce = blob[:_HEADER_BYTES], blob[len(_BEGINNING) :][:NONCE_BYTES]
        if open_bytes(self._keys.sealing, nonce, blob[_HEADER_BYTES:], header) != made:
            raise WrongResultError("the campaign itself seals wrongly")
        record = self._opener.open_bytes(blob).record
        if encode_record(record) != unpack_content(made)[0]:
            raise WrongResultError("another record than was sealed")
        if isinstance(record, FileRecord):
            self._save(record)
        return "read"

    def _save(self, record: FileRecord) -> None:
        (place,) = save_files(ExtractReport("fidelity", [record]), self._folder)
        if list(self._folder.iterdir()) != [place] or list(self._folder.parent.iterdir()) != [self._folder]:
            raise WrongResultError("a file outside its place")
        if place.read_bytes() != record.data:
            raise WrongResultError("another file than was sealed")
        place.unlink()

    def _judge_shards(self, made: bytes) -> str:
        sets: dict[object, ShardSet] = {}
        for text in made.decode("utf-8", "surrogatepass").split("\0"):
            shard = self._writer.read(text)
            if shard is not None:
                sets.setdefault(shard.kind, ShardSet(shard)).add(shard)
        found = [envelope for each in sets.values() if (envelope := each.envelope()) is not None]
        if not set(found) <= set(self._blobs):
            raise WrongResultError("an envelope that nobody cut")
        for blob in found:
            if self._opener.open_bytes(blob).record != self._originals[blob]:
                raise WrongResultError("another record than was cut")
        return "read" if found else "refused"


def _as_text(blob: bytes) -> str:
    encoded: bytes = base45.b45encode(blob)
    return "SM1:" + encoded.decode("ascii")


def _strictly(text: str) -> bytes:
    """Give the bytes of the one text that stands for them; none for other texts."""
    try:
        blob: bytes = base45.b45decode(text.removeprefix("SM1:"))
    except ValueError:
        return b""
    return blob if _as_text(blob) == text else b""


def _damaged(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 3)):
        place, letter = chance.randrange(len(text) + 1), chance.choice(_LETTERS)
        text = text[:place] + ("" if chance.random() < _CUT else letter + text[place + chance.choice((0, 1)) :])
    return text


def _deflated(encoded: bytes) -> bytes:
    """Deflate without the dictionary; what is longest of all becomes longer than a record may be."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
    data = encoded if len(encoded) != len(_BOMB) else struct.pack(">BI", 0x7A, _MOST_BYTES) + bytes(_MOST_BYTES)
    return b"\1" + deflater.compress(data) + deflater.flush()


def _cheap(chance: random.Random, blob: bytes) -> bytes:
    """Have most headers ask for little work: the limit of what they may ask for is reached soon enough."""
    if chance.random() < _DEAR or len(blob) < _COSTS.stop:
        return blob
    return blob[: _COSTS.start] + bytes((3, 1, 1)) + blob[_COSTS.stop :]


CAMPAIGN = Envelopes()
