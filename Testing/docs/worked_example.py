"""Writes the worked example of docs/format.md: `python -m Testing.docs.worked_example`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from Testing import second_reader as reader
from Testing.vectors.load import arrays, index

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PAGE", "filled"]

PAGE = Path(__file__).parents[2] / "docs" / "format.md"
VECTOR = "fidelity-passphrase"
_START, _END = "<!-- example -->\n\n", "\n\n<!-- end of the example -->"
_WIDTH = 84


def filled(page: str) -> str:
    """The page with the example as the second reader reckons it today."""
    before, _, rest = page.partition(_START)
    return before + _START + "\n".join(_lines()) + _END + rest.partition(_END)[2]


def _lines() -> Iterator[str]:
    for name, value in _values():
        text = value.hex() if isinstance(value, bytes) else str(value)
        pieces = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        yield from (f"    {name if not number else '':23}{piece}" for number, piece in enumerate(pieces))


def _values() -> Iterator[tuple[str, Any]]:
    stored = index()
    vector, pixels = stored["planes"][VECTOR], arrays(VECTOR)["0"]
    key = stored["keys"][vector["keys"][0]]
    yield "passphrase", key["passphrase"]
    yield "salt of the locator", reader.label("locator salt")
    yield "Argon2id", reader.argon2id(key, reader.label("locator salt"), 16, 3, 4)
    locator = reader.locators(key)[0]
    yield "locator", locator
    profile_key = reader.sub(locator, "fidelity")
    plane_key = reader.sub(profile_key, *pixels.shape)
    yield "KP", profile_key
    yield f"K, {pixels.shape[0]} x {pixels.shape[1]}", plane_key
    with mock.patch.object(reader, "chain_of", wraps=reader.chain_of) as followed:
        message = reader.exact(pixels, locator, "fidelity")
    assert message is not None
    yield from _chain(plane_key, followed, message)
    yield "own part", message.own
    yield "tag", message.tag
    yield "symbol", f"version {message.label >> 5}, level {'LMQH'[message.label >> 3 & 3]}, mask {message.label & 7}"
    text = reader.text_of(message)
    yield "text", text
    yield from _envelope(reader.bytes_of(text, "SM1:"), key)
    yield from _binding(pixels, vector["header"], message, reader.open_text(text, key))


def _chain(key: bytes, followed: mock.Mock, message: Any) -> Iterator[tuple[str, Any]]:
    *_, (_, nonce, names, carried, _) = (call.args for call in followed.call_args_list)
    cells = names[:-1]  # the reader adds the cells as it finds them
    yield "anchor, cell", cells[0]
    yield "its bytes", carried[cells[0]].tobytes()
    yield "nonce", nonce.to_bytes(4, "big")
    yield "cells that follow", ", ".join(map(str, cells[1:]))
    masks = reader.draws(reader.sub(key, "chain", nonce), 8 * (len(cells) - 1)).reshape(-1, 8)
    content = b"".join((carried[cell] ^ mask).tobytes()[2:] for cell, mask in zip(cells[1:], masks, strict=True))
    size = int.from_bytes(content[:8], "big") >> 7 & 65535
    yield "fields", content[:8]
    yield "map", content[8 : 8 + size]
    yield "check", content[8 + size : 12 + size]
    yield "blocks in the map", int(np.count_nonzero(message.touched)) // 16


def _envelope(envelope: bytes, key: dict[str, str]) -> Iterator[tuple[str, Any]]:
    ends = (0, 2, 22, 34, 50, len(envelope) - 16, len(envelope))
    names = ("version, slots", "slot", "nonce", "commitment", "encrypted content", "tag")
    yield from ((f"  {name}", envelope[a:b]) for name, a, b in zip(names, ends, ends[1:], strict=False))
    secret = reader.secret_in(envelope[2], envelope[3:22], key)
    assert secret is not None
    yield "secret", secret
    sealing = reader.expand(secret, "sealing")
    yield "key of the encryption", sealing
    content = ChaCha20Poly1305(sealing).decrypt(envelope[22:34], envelope[50:], envelope[:50])
    yield "content", content
    yield "record", json.dumps(reader.record_and_context(content)[0])


def _binding(pixels: Any, header: dict[str, Any], message: Any, opened: Any) -> Iterator[tuple[str, Any]]:
    _, context, binding_key = opened
    yield "binding key", binding_key
    values = np.where(message.open, 0, pixels).astype("<u2").tobytes()
    shape = b"".join(length.to_bytes(4, "little") for length in pixels.shape)
    yield "digest of the pixels", hashlib.sha256(shape + values).digest()
    yield "geometry", reader.geometry(header)
    state, (series, number, count), _ = reader.judged(pixels, header, message, binding_key, context)
    yield "state", f"{state}: slice {number} (from 0) of {count}, series {series} (from 0)"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
