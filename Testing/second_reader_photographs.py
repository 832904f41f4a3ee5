"""The second reader's part for photographs, written from docs/format.md alone: slow, without the library."""

from __future__ import annotations

import functools
import hashlib
import hmac
import math
import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING, Any

import jpeg_ls
import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import aead
from PIL import Image

from Testing.second_reader import DICTIONARY, SLOTS, Key, draws, expand, locators, require, secret_in, sub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORD = b"\x82\x74stegomed-photographs\x58\x20"
"""What stands before the key in the only encoding of its file record: array of 2, text of 20, bytes of 32."""
ERRORS = (InvalidTag, ValueError, IndexError, RuntimeError, struct.error, zlib.error)
Units = dict[int, bytes]
Share = tuple[tuple[bytes, int, int, int], Units]
"""What all shares of a secret have in common (run, total, needed, size), and the units."""


def read(photographs: list[Path], key_file: bytes) -> dict[str, bytes]:
    """Give the files that were concealed: name to content."""
    key = {"key": key_file.hex()}
    for locator in locators(key):
        units: dict[tuple[bytes, int, int, int], Units] = {}
        for common, some in filter(None, (share_in(pixels_of(path), locator) for path in photographs)):
            units.setdefault(common, {}).update(some)
        for (_, total, needed, size), some in units.items():
            files: dict[str, bytes] | None = tried(files_of, some, total, needed, size, key)
            if files is not None:
                return files
    text = "nothing here"
    raise ValueError(text)


def pixels_of(path: Path) -> Any:
    """Give the samples of a photograph: rows, columns, channels, without opacity."""
    with Image.open(path) as image:
        return np.atleast_3d(np.asarray(image.convert("L" if image.mode in {"L", "LA"} else "RGB")))


def permutation(key: bytes, count: int) -> Any:
    return np.argsort(draws(key, count, 64), kind="stable")


def share_in(pixels: Any, locator: bytes) -> Share | None:
    """Look for a share among the used samples, then among all."""
    key = sub(locator, "photograph", *pixels.shape)
    rows, columns = (permutation(sub(key, name), n) for name, n in zip(("rows", "columns"), pixels.shape, strict=False))
    every = pixels[rows][:, columns].ravel().astype(np.int64)
    across = pixels.shape[1] * pixels.shape[2]
    found = (tried(message_in, each, key, across) for each in (every[(every != 0) & (every != 255)], every))
    return next(filter(None, found), None)


def tried(reading: Any, *given: Any) -> Any:
    """Read, or give nothing, whatever is wrong."""
    try:
        return reading(*given)
    except ERRORS:
        return None


def message_in(samples: Any, key: bytes, across: int) -> Share:
    """Give the share that head and body carry."""
    body = samples[2112:]
    require(len(body) >= 256)
    start = bytes_of(digits_of(runs(samples[:2112], 11), sub(key, "head"), 12, 4))
    own = sub(key, "message", start[:8].hex())
    size, m, h, zero, check = struct.unpack(">IHBB8s", head := masked(start[8:24], expand(own, "head")))
    require(hmac.compare_digest(hmac.digest(expand(own, "tag"), head[:8], "sha256")[:8], check))
    count = next(n for n in range(len(body) // 256, 0, -1) if math.gcd(n, across) == 1)
    values = runs(body, count)
    require(zero == 0, 3 <= h <= 7, 1 <= m <= values.shape[1])
    content = bytes_of(digits_of(values, expand(own, "code"), m, h))
    require(size + 16 <= len(content))
    plain = masked(content[: size + 16], expand(own, "body"))
    require(hmac.compare_digest(hmac.digest(expand(own, "tag"), plain[:size], "sha256")[:16], plain[size:]))
    return share_of(plain[:size])


def masked(data: bytes, key: bytes) -> bytes:
    return bytes((np.frombuffer(data, np.uint8) ^ draws(key, len(data))).tobytes())


def runs(samples: Any, count: int) -> Any:
    """Deal samples to runs: one row for each."""
    length = len(samples) // count
    return samples[: count * length].reshape(length, count).T


def columns_of(h: int) -> Any:
    c = np.arange(2 * 3 ** (h - 2))
    between = [c // 2 // 3**place % 3 for place in range(h - 2)]
    return np.stack([np.ones_like(c), *between, 1 + c % 2], axis=1)


def digits_of(values: Any, key: bytes, m: int, h: int) -> Any:
    """Give the digits of all runs in the order in which they are taken."""
    length, columns = values.shape[1], columns_of(h)
    orders = np.argsort(draws(key, m * len(columns), 64).reshape(m, -1), axis=1, kind="stable")
    bounds = np.arange(m + 1) * length // m
    group = np.repeat(np.arange(m), np.diff(bounds))
    own = columns[orders[group, (np.arange(length) - bounds[group]) % len(columns)]]
    digits = np.zeros((m + h, len(values)), np.int64)
    for row in range(h):
        digits[row : row + m] += np.add.reduceat(values * own[:, row], bounds[:-1], axis=1).T
    return digits[:m].ravel() % 3


def bytes_of(digits: Any) -> bytes:
    """Give the whole bytes that digits stand for."""
    words = digits[: len(digits) // 12 * 12].reshape(-1, 12) @ 3 ** np.arange(12)
    bits = (words[:, None] >> np.arange(19) & 1).astype(np.uint8).ravel()
    return bytes(np.packbits(bits[: len(bits) // 8 * 8]).tobytes())


def share_of(data: bytes) -> Share:
    """Take a share apart."""
    version, run, total, needed, size, count = struct.unpack_from(">B8sHHQH", data)
    require(version == 1, 1 <= needed <= total <= 4096)
    numbers, units = struct.unpack_from(f">{count}H", data, 23), data[23 + 2 * count :]
    length = sum(piece for _, piece in stripes(total, needed, size))
    require(len(units) == count * length, len({*numbers}) == count, all(number < total for number in numbers))
    cut = {number: units[i * length : (i + 1) * length] for i, number in enumerate(numbers)}
    return (run, total, needed, size), cut


def stripes(total: int, needed: int, size: int) -> Iterator[tuple[int, int]]:
    """Give the bytes of each stripe, and of each of its pieces."""
    width = 1 if total <= 255 else 2
    for start in range(0, size, 8192 * needed):
        own = min(8192 * needed, size - start)
        yield own, -(-own // (needed * width)) * width


def files_of(units: Units, total: int, needed: int, size: int, key: Key) -> dict[str, bytes]:
    """Give the files of one secret."""
    return files_in(unsealed(joined(units, total, needed, size), key))


def joined(units: Units, total: int, needed: int, size: int) -> bytes:
    """Give the sealed bytes back from enough units."""
    if not {*range(needed)} <= units.keys():
        units = recovered(units, total, needed)
    sealed, at = b"", 0
    for own, piece in stripes(total, needed, size):
        sealed += b"".join(units[number][at : at + piece] for number in range(needed))[:own]
        at += piece
    return sealed


@functools.cache
def tables(order: int) -> tuple[Any, Any]:
    """Give the powers of a, and their logarithms."""
    polynomial, powers = 0x11D if order == 255 else 0x1100B, [1]
    while len(powers) < order:
        powers.append(min(powers[-1] << 1, powers[-1] << 1 ^ polynomial))
    logs = np.zeros(order + 1, np.int64)
    logs[powers] = np.arange(order)
    return np.array(powers), logs


def times(factor: int, values: Any, order: int) -> Any:
    powers, logs = tables(order)
    return np.where(values == 0, 0, powers[(logs[factor] + logs[values]) % order]) if factor else values * 0


def recovered(units: Units, total: int, needed: int) -> Units:
    """Find the lost units: the whole codeword is 0 at the roots of g, one equation for each."""
    order, kind = (255, "u1") if total <= 255 else (65535, "<u2")
    powers, _ = tables(order)
    known = {number: np.frombuffer(unit, kind).astype(np.int64) for number, unit in units.items()}
    lost = [number for number in range(total) if number not in known]
    require(len(lost) <= total - needed)
    matrix = np.array([[powers[root * (total - 1 - j) % order] for j in lost] for root in range(len(lost))])
    right = []
    for root in range(len(lost)):
        terms = [times(powers[root * (total - 1 - j) % order], unit, order) for j, unit in known.items()]
        right.append(np.bitwise_xor.reduce(terms))
    found = solved(matrix, np.array(right), order)
    return units | {number: unit.astype(kind).tobytes() for number, unit in zip(lost, found, strict=True)}


def solved(matrix: Any, right: Any, order: int) -> Any:
    """Solve linear equations by Gauss elimination."""
    powers, logs = tables(order)
    for c in range(len(matrix)):
        pivot = c + int(np.flatnonzero(matrix[c:, c])[0])
        for each in (matrix, right):
            each[[c, pivot]] = each[[pivot, c]]
        inverse = powers[-logs[matrix[c, c]] % order]
        matrix[c], right[c] = times(inverse, matrix[c], order), times(inverse, right[c], order)
        for row in {*range(len(matrix))} - {c}:
            factor = matrix[row, c]
            matrix[row] ^= times(factor, matrix[c], order)
            right[row] ^= times(factor, right[c], order)
    return right


def unsealed(sealed: bytes, key: Key) -> bytes:
    """Decrypt the pieces by the key in the envelope."""
    end = 4 + int.from_bytes(sealed[:4], "big")
    require(end < len(sealed))
    cipher = aead.ChaCha20Poly1305(expand(file_key(sealed[4:end], key), "photographs"))
    pieces = [sealed[at : at + 65552] for at in range(end, len(sealed), 65552)]
    nonces = (i.to_bytes(11, "big") + bytes([i == len(pieces) - 1]) for i in range(len(pieces)))
    return b"".join(cipher.decrypt(nonce, piece, None) for nonce, piece in zip(nonces, pieces, strict=True))


def file_key(envelope: bytes, key: Key) -> bytes:
    """Open an envelope, and give the key in its record."""
    require(envelope[0] == 1, 1 <= envelope[1] <= 16)
    at, slots = 2, []
    for _ in range(envelope[1]):
        require(envelope[at] in SLOTS)
        slots.append((envelope[at], envelope[at + 1 : at + 1 + SLOTS[envelope[at]]]))
        at += 1 + SLOTS[envelope[at]]
    kinds = [kind for kind, _ in slots]
    require(len(kinds) == 1 or not {1, 2} & {*kinds}, max(kinds.count(0x11), kinds.count(0x12)) <= 1)
    nonce, commitment, before = envelope[at : at + 12], envelope[at + 12 : at + 28], envelope[: at + 28]
    for kind, body in slots:
        try:
            secret = secret_in(kind, body, key) or b""
            require(hmac.compare_digest(expand(secret, "commitment", 16), commitment))
            content = aead.ChaCha20Poly1305(expand(secret, "sealing")).decrypt(nonce, envelope[at + 28 :], before)
        except (InvalidTag, ValueError):
            continue
        require(len(record := record_in(content)) == len(RECORD) + 32, record.startswith(RECORD))
        return record[-32:]
    raise InvalidTag


def record_in(content: bytes) -> bytes:
    flags, data = content[0], content[1:]
    require(flags < 4, not flags & 2 or data[0])
    data = data[1 + data[0] :] if flags & 2 else data
    return inflated(data, DICTIONARY, 2**24) if flags & 1 else data


def inflated(data: bytes, dictionary: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj(-15, zdict=dictionary)
    plain = inflater.decompress(data, most + 1)
    require(inflater.eof, not inflater.unused_data, len(plain) <= most)
    return plain


def files_in(plain: bytes) -> dict[str, bytes]:
    """Read the parts, and give the files."""
    files: dict[str, bytes] = {}
    name, data, recent, at = "", b"", b"", 0
    while True:
        kind, size = struct.unpack_from(">BI", plain, at)
        part, at = plain[at + 5 : at + 5 + size], at + 5 + size
        require(at <= len(plain), bool(name) == (kind > 1), kind <= 5)
        if kind == 0:
            require(size == 0, at == len(plain))
            return files
        if kind == 1:
            name, data = name_of(part, files), b""
        elif kind in {2, 3}:
            given = part if kind == 2 else inflated(part, recent, 2**20)
            data, recent = data + given, (recent + given)[-32768:]
        elif kind == 4:
            data += frame_of(part)
        else:
            require(part == len(data).to_bytes(8, "big") + hashlib.sha256(data).digest())
            files[name], name = data, ""


def name_of(part: bytes, files: dict[str, bytes]) -> str:
    """Refuse names that lead elsewhere."""
    name = part.decode()
    require(len(part) <= 4096, name.casefold() not in {each.casefold() for each in files})
    require(not any(c in '\\:*?"<>|' or unicodedata.category(c) == "Cc" for c in name))
    require(all(each.strip(". ") and len(each.encode()) <= 255 for each in name.split("/")))
    return name


def frame_of(part: bytes) -> bytes:
    """Give the bytes of a frame: least value added, samples side by side."""
    rows, columns, width, samples, signed, least = struct.unpack_from(">IIBBBH", part)
    require(width in {1, 2}, signed < 2)
    lines, told = jpeg_ls.decode_buffer(part[13:])
    values = np.frombuffer(lines, "u1" if told["bits_per_sample"] <= 8 else "<u2").astype(np.int64)
    values = (values.reshape(samples, rows, columns) + least) % (1 << 8 * width) ^ signed << 8 * width - 1
    return bytes(values.transpose(1, 2, 0).astype(f"<u{width}").tobytes())
