"""Envelopes, shards and chains of cells that no sender writes, and which a reader must withstand."""

from __future__ import annotations

import secrets
import struct
import zlib
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

from StegoMedLib.codec.cells import canvas as cells
from StegoMedLib.codec.cells.chain import anchor_bytes, chain_bytes
from StegoMedLib.codec.reversible import writing
from StegoMedLib.codec.reversible.head import head_bits
from StegoMedLib.envelope import Sealer, TextRecord
from StegoMedLib.envelope.aead import NONCE_BYTES, seal_bytes
from StegoMedLib.envelope.base45_text import text_of
from StegoMedLib.envelope.derivation import envelope_keys, expanded
from StegoMedLib.envelope.versions import ENVELOPE_PREFIX, SHARD_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.envelope import Key

__all__ = ["CHAINS", "HEADS", "chains_that_lie", "contents", "damaged", "heads_that_lie", "shards"]

NOTHING, NEWER, OPENED = "nothing", "newer", "opened"
_RECORD = TextRecord("A")


def _sealed(key: Key, content: bytes, *, nonce: bytes = b"", binds: bytes = b"") -> bytes:
    """An envelope of any content at all."""
    slots, secret = key.sealing()
    keys = envelope_keys(secret)
    packed = bytes((len(slots),)) + b"".join(bytes((each.type,)) + each.body for each in slots)
    header = b"\x01" + packed + (nonce or secrets.token_bytes(NONCE_BYTES)) + (binds or keys.commitment)
    return header + seal_bytes(keys.sealing, header[-28:-16], content, header)


def _attributes(count: int) -> bytes:
    return b"\xb9" + count.to_bytes(2, "big") + b"".join(b"\x64%04x\x60" % number for number in range(count))


def _text_of(size: int) -> bytes:
    """Deflated encoding, of so many bytes, of a text."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(b"\x7a" + (size - 5).to_bytes(4, "big") + b"a" * (size - 5)) + deflater.flush()


def contents(key: Key) -> Iterator[tuple[str, bytes, str]]:
    """Name, envelope and result of authentic envelopes with odd contents."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflater.compress(bytes(2**24 + 1)) + deflater.flush()
    wide = b"\x9a\x00\x80\x00\x00" + b"\x80" * 2**10
    for name, content, result in (
        ("no content", b"", NEWER),
        ("unknown flag", b"\x04aA", NEWER),
        ("all flags", b"\xff\x01\x00aA", NEWER),
        ("empty context", b"\x02\x00aA", NEWER),
        ("context cut off", b"\x02\xffaA", NEWER),
        ("deflate that bursts", b"\x01" + bomb, NEWER),
        ("deflate cut off", b"\x01" + bomb[:100], NEWER),
        ("something behind deflate", b"\x01" + b"\x03\x00" + b"x", NEWER),
        ("trailing bytes", b"\x00aAA", NEWER),
        ("text with a long head", b"\x00\x78\x01A", NEWER),
        ("text of no end", b"\x00\x7faA\xff", NEWER),
        ("text of no UTF-8", b"\x00a\xff", NEWER),
        ("number", b"\x00\x01", NEWER),
        ("tag", b"\x00\xc0aA", NEWER),
        ("many lists", b"\x00" + wide, NEWER),
        ("unknown attribute", b"\x00\xa1\x15aA", NEWER),
        ("attribute twice", b"\x00\xa2\x00aA\x00aB", NEWER),
        ("digits that are no pair", b"\x00\xa1\x01\x41\xbc", NEWER),
        ("attribute of no bytes", b"\x00\xa1\x01\x41\xff", NEWER),
        ("file that is a path", b"\x00\x82\x64../xAx", NEWER),
        *((f"file with {sign}", b"\x00\x82\x63a" + sign.encode() + b"bAx", NEWER) for sign in '/\\:*?"<>|'),
        ("name of 256 bytes", b"\x00\x82\x79\x01\x00" + b"a" * 256 + b"Ax", NEWER),
        ("10,000 attributes", b"\x00" + _attributes(10000), OPENED),
        ("10,001 attributes", b"\x00" + _attributes(10001), NEWER),
        ("largest record", b"\x01" + _text_of(2**24), OPENED),
        ("record above the largest", b"\x01" + _text_of(2**24 + 1), NEWER),
        ("file of three parts", b"\x00\x83aAAxAy", NEWER),
        ("odd, but right: empty text", b"\x00\x60", OPENED),
        ("odd, but right: context", b"\x02\x02hiaA", OPENED),
    ):
        yield name, _sealed(key, content), result
    yield "wrong commitment", _sealed(key, b"\x00aA", binds=bytes(16)), NOTHING


def damaged(key: Key) -> Iterator[tuple[str, bytes, str]]:
    """Name, envelope and result of envelopes with damage."""
    envelope = Sealer(key).seal_bytes(_RECORD)
    yield "nothing at all", b"", NOTHING
    yield "version alone", b"\x01", NOTHING
    yield "version 0", b"\x00" + envelope[1:], NOTHING
    yield "version 2", b"\x02" + envelope[1:], NEWER
    yield "no slot", envelope[:1] + b"\x00" + envelope[2:], NOTHING
    yield "17 slots", envelope[:1] + b"\x11" + envelope[2:], NOTHING
    yield "unknown type of slot", envelope[:2] + b"\x15" + envelope[3:], NOTHING
    yield "two slots that stand alone", envelope[:1] + b"\x02" + envelope[2:19] * 2 + envelope[19:], NOTHING
    for cut in (2, 10, 18, 19, 31, 47, 48, len(envelope) - 16, len(envelope) - 1):
        yield f"cut off after {cut}", envelope[:cut], NOTHING
    yield "one byte too many", envelope + b"\x00", NOTHING
    for place in (3, 19, 31, 47, len(envelope) - 1):
        yield (
            f"bit flipped in {place}",
            envelope[:place] + bytes((envelope[place] ^ 1,)) + envelope[place + 1 :],
            NOTHING,
        )
    for name, cost in (
        ("memory", b"\x1f\x01\x01"),
        ("passes", b"\x03\xff\x01"),
        ("lanes", b"\x06\x01\xff"),
        ("no passes", b"\x03\x00\x01"),
        ("no lanes", b"\x03\x01\x00"),
        ("8 KiB for two lanes", b"\x03\x01\x02"),
    ):
        yield f"cost: {name}", b"\x01\x01\x01" + cost + envelope[3:], NOTHING


def texts(envelope: bytes) -> Iterator[tuple[str, str, str]]:
    """Name, text and result of an envelope's text, written otherwise."""
    text = text_of(ENVELOPE_PREFIX, envelope)
    yield "text as it is", text, OPENED
    yield "no prefix", text[4:], NOTHING
    yield "lower case", text.lower(), NOTHING
    yield "line end", text + "\n", NOTHING
    yield "one character too many", text + "0", NOTHING
    yield "prefix of a later version", "SM3:" + text[4:], NEWER
    yield "prefix of a far version", "SMZ:" + text[4:], NEWER
    yield "prefix of a later version, too short", "SM3:" + text[4:30], NOTHING
    yield "text of a later version, 31 characters", "SM3:" + text[4:31], NOTHING
    yield "text of a later version, 32 characters", "SM3:" + text[4:32], NEWER
    yield "prefix of no version", "SM0:" + text[4:], NOTHING
    yield "shard of a later version", text_of(SHARD_PREFIX, b"\x02" + bytes(40)), NEWER
    yield "above all characters", "SM1:" + ":" * 60, NOTHING


def shards(locator: bytes, envelope: bytes, run: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of authentic shards with impossible numbers."""
    from hashlib import sha256  # noqa: PLC0415
    from hmac import digest  # noqa: PLC0415

    key, layout = expanded(locator, "shards"), struct.Struct(">B8sHHHI")
    size = -(-len(envelope) // 2)
    for name, fields, data in (
        ("sound", (1, run, 3, 2, 0, len(envelope)), size),
        ("version 0", (0, run, 3, 2, 0, len(envelope)), size),
        ("none needed", (1, run, 3, 0, 0, len(envelope)), size),
        ("more needed than made", (1, run, 3, 4, 0, len(envelope)), size),
        ("number beyond", (1, run, 3, 2, 3, len(envelope)), size),
        ("too many", (1, run, 4097, 2, 0, len(envelope)), -(-len(envelope) // 4) * 2),
        ("no length", (1, run, 3, 2, 0, 0), 0),
        ("endless length", (1, run, 3, 2, 0, 2**32 - 1), size),
        ("another size", (1, run, 3, 2, 0, len(envelope)), size + 1),
        ("nothing", (1, run, 3, 2, 0, len(envelope)), 0),
    ):
        content = layout.pack(*fields) + bytes(data)
        yield name, text_of(SHARD_PREFIX, content + digest(key, content, sha256)[:16])
    yield "cut off", text_of(SHARD_PREFIX, b"\x01" * 20)


CHAINS = (
    "true",
    "loop",
    "beyond",
    "reserved bit",
    "no symbol",
    "squares of 3",
    "map cut off",
    "map beyond the plane",
    "map filled",
    "map without the chain",
    "label 0",
    "label 41",
    "coding 1",
    "coding 19",
    "own part beyond the body",
    "127 symbols",
    "coding 3",
    "coding 20",
)
"""Lies about a chain that has the right check; `true` has none."""


@contextmanager
def chains_that_lie(lie: str) -> Iterator[None]:
    """Let senders write chains with a lie."""

    def lying(layout: Any, nonce: int, fields: Any, packed: bytes, numbers: Any) -> Any:
        changed = {
            "no symbol": {"pieces": 0},
            "squares of 3": {"squares": 3},
            "label 0": {"label": 5},
            "label 41": {"label": 41 << 5},
            "coding 1": {"coding": 1},
            "coding 19": {"coding": 19},
            "coding 3": {"coding": 3},
            "coding 20": {"coding": 19},
            "own part beyond the body": {"own_bytes": 65535},
            "127 symbols": {"pieces": 127},
        }.get(lie, {})
        maps = {
            "map cut off": bytes(len(packed) - 1) + b"\x01",
            "map beyond the plane": b"\x00\x00\x7f" + packed[3:],
            "map filled": b"\x80" + bytes(len(packed) - 1),
            "map without the chain": b"\xff" + b"\xc0".rjust(len(packed) - 1, b"\xff"),
        }
        if lie == "loop":
            numbers = numbers.copy()
            numbers[2] = numbers[1]
        if lie == "beyond":
            numbers = numbers.copy()
            numbers[1] = 65535
        fields = replace(fields, **changed)
        if lie == "reserved bit":
            said = (int.from_bytes(fields.pack(), "big") | 1).to_bytes(8, "big")
            fields = mock.Mock(pack=lambda: said)
        return chain_bytes(layout, nonce, fields, maps.get(lie, packed), numbers)

    with mock.patch.object(cells, "chain_bytes", lying):
        yield


HEADS = (
    "true",
    "coding 2",
    "check",
    "direction 3",
    "reserved bit",
    "map cut off",
    "map without the head",
    "two layers below none",
    "more bits than spots",
    "own part beyond the body",
    "label 41",
    "rectangle beyond the plane",
    "direction 3 of the head",
)
"""Lies about a head of profile reversible; `true` has none."""


@contextmanager
def heads_that_lie(lie: str) -> Iterator[None]:
    """Let senders write heads with a lie."""

    def lying(layout: Any, nonce: int, fields: Any, settings: Any, packed: bytes) -> Any:
        changed = {
            "coding 2": {"coding": 2},
            "own part beyond the body": {"own_bytes": 65535},
            "label 41": {"label": 41 << 5},
        }.get(lie, {})
        maps = {
            "map cut off": bytes(len(packed) - 1) + b"\x01",
            "map without the head": b"\x80" + bytes(len(packed) - 1),
        }
        fields = replace(fields, **changed)
        said = int.from_bytes(settings.pack(), "big")
        said |= {"direction 3": 3 << 37, "more bits than spots": (1 << 20) - 1}.get(lie, 0)
        said ^= {"two layers below none": 1 << 39}.get(lie, 0)
        settings = mock.Mock(pack=lambda: said.to_bytes(5, "big"))
        if lie == "reserved bit":
            number = (int.from_bytes(fields.pack(), "big") | 1).to_bytes(8, "big")
            fields = mock.Mock(pack=lambda: number)
        bits = head_bits(layout, nonce, fields, settings, maps.get(lie, packed))
        bits[-1] ^= lie == "check"
        return bits

    def anchored(layout: Any, nonce: int, number: int) -> Any:
        number |= {"rectangle beyond the plane": 0xFF00, "direction 3 of the head": 0xC0}.get(lie, 0)
        return anchor_bytes(layout, nonce, number)

    with mock.patch.object(writing, "head_bits", lying), mock.patch.object(writing, "anchor_bytes", anchored):
        yield
