"""A second reader, written from docs/format.md alone: slow, and with nothing of the library."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import unicodedata
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import base45
import cbor2
import numpy as np
import segno
import zxingcpp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, aead, algorithms
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from scipy.ndimage import uniform_filter
from scipy.stats import binom, norm

Key = dict[str, Any]
PAGE = (Path(__file__).parents[1] / "docs" / "format.md").read_text(encoding="utf-8")
TABLE = PAGE.split("k=7\n")[1].split("\n\n")[0].splitlines()
WEIGHTS = np.array([line.split()[1:] for line in TABLE], dtype=np.int64)
WORDS, ROOTS = (PAGE.split(start)[1].split(end)[0] for start, end in (("UTF-8 text\n", "(one"), ("as bytes:", "###")))
PACKED = [root.replace(".", "a") for root in re.findall(r"`([\d.]+)`", ROOTS)]
DICTIONARY = " ".join(WORDS.split()).encode() + b"".join(bytes.fromhex(root[: len(root) // 2 * 2]) for root in PACKED)
KEYWORDS = re.findall(r"\d+\s(\w+)", PAGE.split("where they have one:", 1)[1].split("A value", 1)[0])
SLOTS = {1: 19, 2: 16, 0x11: 67, 0x12: 64, 0x13: 80, 0x14: 1168}


def label(text: str) -> bytes:
    return b"StegoMed 1 " + text.encode()


def expand(key: bytes, text: str, size: int = 32) -> bytes:
    return hmac.digest(key, label(text) + b"\x01", "sha256")[:size]


def hkdf(key: bytes, salt: bytes, text: str) -> bytes:
    return expand(hmac.digest(salt or bytes(32), key, "sha256"), text)


def sub(key: bytes, *uses: object) -> bytes:
    return expand(key, "/".join(map(str, uses)))


def draws(key: bytes, count: int, bits: int = 8) -> Any:
    stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor()
    return np.frombuffer(stream.update(bytes(count * bits // 8)), f"<u{bits // 8}")


def bits_from(key: bytes, count: int) -> Any:
    return np.unpackbits(draws(key, -(-count // 8)))[:count]


def require(*truths: object) -> None:
    if not all(truths):
        raise ValueError


def prepared(given: str) -> bytes | None:
    text = given.removeprefix("\ufeff")
    text = text.removesuffix(next((end for end in ("\r\n", "\n", "\r") if text.endswith(end)), ""))
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cn", "Zl", "Zp"} and c not in "\u200c\u200d" for c in text):
        return None
    form = unicodedata.normalize("NFKC", text).strip().encode()
    return form if 1 <= len(form) <= 1024 else None


def argon2id(key: Key, salt: bytes, log2: int, passes: int, lanes: int) -> bytes:
    made = Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=1 << log2)
    return made.derive(prepared(key["passphrase"]) or b"")


def locators(key: Key) -> list[bytes]:
    public = hkdf(b"", b"", "public positions")
    if "passphrase" in key:
        return [expand(argon2id(key, label("locator salt"), 16, 3, 4), "positions of a passphrase"), public]
    return [expand(bytes.fromhex(key["key"]), "positions of a key file"), public] if "key" in key else [public]


def secret_in(kind: int, body: bytes, key: Key) -> bytes | None:
    wraps = " wraps" * (kind > 2)
    if kind in {1, 0x11} and "passphrase" in key:
        log2, passes, lanes = body[:3]
        require(3 <= log2 <= 18, 1 <= passes <= 10, 1 <= lanes <= 4, 1 << log2 >= 8 * lanes)
        found = expand(argon2id(key, body[3:19], log2, passes, lanes), "passphrase" + wraps)
    elif kind in {2, 0x12} and "key" in key:
        found = hkdf(bytes.fromhex(key["key"]), body[:16], "key file" + wraps)
    else:
        require(kind == (0x14 if "mlkem768" in key else 0x13), "x25519" in key)
        private: Any = x25519.X25519PrivateKey.from_private_bytes(bytes.fromhex(key["x25519"]))
        if kind == 0x14:
            seeded = mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(key["mlkem768"]))
            private = MLKEM768X25519PrivateKey(seeded, private)
        suite = Suite(KEM.MLKEM768_X25519 if kind == 0x14 else KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
        return suite.decrypt(body, private, info=label("recipient"))
    return aead.ChaCha20Poly1305(found).decrypt(bytes(12), body[-48:], bytes((kind,)) + body[:-48]) if wraps else found


def open_envelope(envelope: bytes, key: Key) -> tuple[Any, ...] | str:
    if envelope[:1] != b"\x01":
        return "newer" if envelope[:1] > b"\x01" else "nothing"
    at, slots = 2, []
    for _ in range(envelope[1] if len(envelope) > 1 and envelope[1] <= 16 else 0):
        kind = envelope[at] if at < len(envelope) else 0
        slots.append((kind, envelope[at + 1 : at + 1 + SLOTS.get(kind, 0)]))
        at += 1 + SLOTS.get(kind, 0)
    kinds = [kind for kind, _ in slots]
    alone = len(kinds) == 1 or not {1, 2} & {*kinds}
    if not {*kinds} <= SLOTS.keys() or max(kinds.count(0x11), kinds.count(0x12)) > 1 or not alone or at > len(envelope):
        return "nothing"
    for kind, body in slots:
        try:
            secret = secret_in(kind, body, key) or b""
            require(expand(secret, "commitment", 16) == envelope[at + 12 : at + 28])
            sealing, nonce = aead.ChaCha20Poly1305(expand(secret, "sealing")), envelope[at : at + 12]
            content = sealing.decrypt(nonce, envelope[at + 28 :], envelope[: at + 28])
        except (InvalidTag, ValueError):
            continue
        try:
            return *record_and_context(content), expand(secret, "binding")
        except (ValueError, IndexError, TypeError, zlib.error, cbor2.CBORError):
            return "newer"
    return "nothing"


def record_and_context(content: bytes) -> tuple[dict[str, Any], bytes]:
    flags, data, context = content[0], content[1:], b""
    if flags & 2:
        context, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        require(context, len(context) == content[1])
    if flags & 1:
        inflater = zlib.decompressobj(-15, zdict=DICTIONARY)
        data = inflater.decompress(data, 2**24 + 1)
        require(inflater.eof, not inflater.unused_data)
    require(flags < 4, len(data) <= 2**24)
    require(cbor2.dumps(plain := cbor2.loads(data)) == data)
    if isinstance(plain, str):
        return {"text": plain}, context
    if isinstance(plain, list):
        name, held = plain
        require(isinstance(name, str), isinstance(held, bytes), len(name.encode()) <= 255, name.strip(". "))
        require(not any(c in '/\\:*?"<>|' or unicodedata.category(c) == "Cc" for c in name))
        return {"name": name, "size": len(held), "sha256": hashlib.sha256(held).hexdigest()}, context
    require(isinstance(plain, dict), len(plain) <= 10000)
    return {KEYWORDS[k] if isinstance(k, int) else k: value_of(v) for k, v in plain.items()}, context


def value_of(value: Any) -> Any:
    packable = set("0123456789.")
    if isinstance(value, str) and not (value and {*value} <= packable):
        return value
    if value[0] == 0xFF and len(value) > 1:
        shown = (chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in value[1:])
        return {"bytes": value[1:].hex(), "escaped": "".join(shown)}
    digits = value.hex().removesuffix("f").replace("a", ".")
    require({*digits} <= packable)
    return digits


def bytes_of(text: str, prefix: str) -> bytes:
    try:
        data = bytes(base45.b45decode(text.removeprefix(prefix)))
    except ValueError:
        return b""
    return data if prefix + base45.b45encode(data).decode() == text else b""


def open_text(text: str, key: Key) -> tuple[Any, ...] | str:
    above = re.match("SM[12]:", text) and bytes_of(text[4:7], "")[:1] > b"\x01" and len(bytes_of(text, text[:4])) >= 32
    later = re.match("SM[3-9A-Z]:", text) and len(text) >= 32
    return "newer" if above or later else open_envelope(bytes_of(text, "SM1:"), key)


def shard_of(text: str, locator: bytes) -> tuple[Any, ...] | None:
    data = bytes_of(text, "SM2:")
    if len(data) < 35 or hmac.digest(expand(locator, "shards"), data[:-16], "sha256")[:16] != data[-16:]:
        return None
    version, run, total, needed, number, length = struct.unpack(">B8sHHHI", data[:19])
    width = 1 if total <= 255 else 2
    sound = version == 1 and 1 <= needed <= total <= 4096 and number < total and length
    fits = sound and len(data) - 35 == -(-length // (needed * width)) * width
    return (run, total, needed, length, number, np.frombuffer(data[19:-16], f"<u{width}")) if fits else None


def joined(shards: list[Any]) -> bytes | None:
    run, total, needed, length = shards[0][:4]
    row = {each[4]: each[5].astype(np.int64) for each in shards if each[:4] == shards[0][:4]}
    if len(row) < needed:
        return None
    order, polynomial = (255, 0x11D) if total <= 255 else (65535, 0x1100B)
    exp, log = [1], np.zeros(order + 1, np.int64)
    while len(exp) < order:
        exp.append(min(exp[-1] << 1, exp[-1] << 1 ^ polynomial))
    power, log[exp] = np.array(exp), np.arange(order)
    x, known = power[total - 1 - np.arange(total)], sorted(row)[:needed]  # of Lagrange's formula, as g has its roots
    others = np.delete(x, known)
    for lost in {*range(needed)} - {*known}:
        rest = others[others != x[lost]]
        factors = log[x[known][:, None] ^ others].sum(axis=1) - log[x[lost] ^ x[known]] - log[x[lost] ^ rest].sum()
        logs = (log[row[j]] + factor for j, factor in zip(known, factors, strict=True))
        terms = [np.where(row[j] == 0, 0, power[each % order]) for j, each in zip(known, logs, strict=True)]
        row[lost] = np.bitwise_xor.reduce(terms)
    whole = np.concatenate([row[number] for number in range(needed)]).astype(shards[0][5].dtype).tobytes()[:length]
    return whole if hashlib.sha256(whole).digest()[:8] == run else None


def data_modules(version: int) -> Any:
    require(1 <= version <= 40)
    side, count = 17 + 4 * version, version // 7 + 2 if version > 1 else 0
    free = np.ones((side, side), bool)
    free[6] = free[:, 6] = free[:9, :9] = free[:9, -8:] = free[-8:, :9] = False
    step = 26 if version == 32 else (4 * version + 2 * count + 1) // max(2 * count - 2, 1) * 2
    places = [6, *(side - 7 - step * i for i in range(count - 1))][:count]
    for y, x in {(y, x) for y in places for x in places} - {(6, 6), (6, side - 7), (side - 7, 6)}:
        free[y - 2 : y + 3, x - 2 : x + 3] = False
    free[-11:-8, :6] = free[:6, -11:-8] = version < 7
    return free


def drawn(label: int, text: str = "0") -> Any:
    kind = {"version": label >> 5, "error": "LMQH"[label >> 3 & 3], "mask": label & 7}
    return np.array(segno.make(text, **kind, boost_error=False, micro=False).matrix, bool)  # type: ignore[arg-type]


def said(symbol: Any, kind: Any = zxingcpp.BarcodeFormat.QRCode) -> str:
    image = np.pad(~symbol, 4, constant_values=True).repeat(4, 0).repeat(4, 1) * np.uint8(255)
    found = zxingcpp.read_barcodes(image, formats=kind, is_pure=True)
    return found[0].text if found else ""


def text_of(found: SimpleNamespace) -> str:
    symbols = np.repeat(drawn(found.label)[None], found.symbols, axis=0)
    symbols[:, data_modules(found.label >> 5)] = found.bits.reshape(found.symbols, -1)
    return "".join(map(said, symbols))


def blocks_of(p: Any, side: int = 4) -> Any:
    h, w = p.shape[0] // side, p.shape[1] // side
    return p[: side * h, : side * w].reshape(h, side, w, side).swapaxes(1, 2).reshape(-1, side * side)


def anchors_in(p: Any, locator: bytes, profile: str) -> Any:
    h, w, key = p.shape[0] // 4, p.shape[1] // 4, sub(sub(locator, profile), *p.shape)
    blocks, n = blocks_of(p.astype(np.int64)), h * w
    scaled = (blocks @ WEIGHTS).T + (draws(sub(key, "dither"), 8 * n, 16).reshape(8, n) & 4095)
    pattern = ((scaled // 4096 & 1) << np.arange(8)[:, None]).sum(axis=0)
    word = draws(sub(key, "table"), 65536, 32)[draws(sub(key, "offsets"), n, 16) ^ 257 * pattern].astype(np.int64)
    numbers = np.arange(n).reshape(h, w)
    cells = blocks_of(numbers)[:65536]
    carried = (word[cells[:, ::2]] ^ word[cells[:, 1::2]]).astype(np.uint8)
    a, seen = [int(each) for each in draws(sub(key, "anchors"), 8, 64)], 0
    for number, row in enumerate(carried):
        n1, n0, following, check = struct.unpack(">4H", row.tobytes())
        following ^= (a[0] + n1 * a[1] + n0 * a[2]) % 2**64 >> 48
        if (a[4] + n1 * a[5] + n0 * a[6] + following * a[7]) % 2**64 >> 48 == check and seen < 16:
            seen += 1
            yield key, n1 << 16 | n0, [number, following], (carried, numbers), (word, pattern, blocks, p.shape)


def first_of(reading: Any, anchors: Any) -> Any:
    return next((found for anchor in anchors if (found := tried(reading, anchor)) is not None), None)


def tried(reading: Any, anchor: Any) -> Any:
    try:
        return reading(*anchor)
    except (ValueError, IndexError):
        return None


def exact(p: Any, locator: bytes, profile: str) -> SimpleNamespace | None:
    def message(key: bytes, nonce: int, names: Any, cells: Any, plane: Any) -> SimpleNamespace:
        return message_of(key, nonce, chain_of(key, nonce, names, *cells), plane, profile)

    found: SimpleNamespace | None = first_of(message, anchors_in(p, locator, profile))
    return found


def chain_of(key: bytes, nonce: int, names: list[int], carried: Any, numbers: Any) -> Any:
    cells = blocks_of(numbers)[:65536]
    masks, content, need = draws(sub(key, "chain", nonce), carried.size).reshape(-1, 8), b"", 8
    while len(content) < need:
        require(names[-1] < len(cells), names[-1] not in names[:-1])
        row = (carried[names[-1]] ^ masks[len(names) - 2]).tobytes()
        names.append(int.from_bytes(row[:2], "big"))
        content += row[2:]
        if need == 8 <= len(content):
            label, coding, symbols, squares, own, size = fields_of(content[:8])
            require(1 + -(-(size + 12) // 6) <= len(cells))
            need = 12 + size
    require(checked(key, nonce, content[: need - 4]) == content[need - 4 : need])
    mapped, chain = map_of(content[8 : need - 4], squares, numbers.shape), cells[names[:-1]]
    require(mapped.ravel()[chain].all())
    return label, coding, symbols, own, mapped, np.setdiff1d(np.flatnonzero(mapped), chain)


def fields_of(packed: bytes) -> list[int]:
    text = f"{int.from_bytes(packed, 'big'):064b}"
    ends = ((0, 11), (11, 16), (16, 23), (23, 25), (25, 41), (41, 57), (57, 64))
    *fields, zero = (int(text[a:b], 2) for a, b in ends)
    require(not zero, fields[2], fields[3] < 3, fields[5])
    return fields


def checked(key: bytes, nonce: int, content: bytes) -> bytes:
    return hmac.digest(sub(key, "header"), nonce.to_bytes(4, "big") + content, "sha256")[:4]


def map_of(packed: bytes, squares: int, grid: Any) -> Any:
    side, at, place = 1 << squares, 0, -1
    down, across, text = grid[0] // side, grid[1] // side, "".join(f"{each:08b}" for each in packed)
    edges = np.zeros(down * across, int)
    while "1" in text[at:]:
        end = 2 * text.index("1", at) - at + 1
        require(end <= len(text))
        place += int(text[at:end], 2)
        edges[place], at = 1, end
    require(len(text) - at < 8)
    squared, mapped = np.bitwise_xor.accumulate(edges.reshape(down, across), 0), np.zeros(grid, bool)
    squared = np.bitwise_xor.accumulate(squared, 1).repeat(side, 0).repeat(side, 1)
    mapped[: down * side, : across * side] = squared
    return mapped


def message_of(key: bytes, nonce: int, chain: Any, plane: Any, profile: str) -> SimpleNamespace:
    (label, coding, symbols, own, mapped, free), (word, pattern, blocks, shape) = chain, plane
    require(len(free) >= 40)
    free = free[np.argsort(draws(sub(key, "order", nonce), len(free), 64), kind="stable")]
    tag, body, t = free[:40], free[40:], 8 * own + int(data_modules(label >> 5).sum()) * symbols
    made = fidelity(key, coding, t, word[body], pattern[body]) if profile == "fidelity" else None
    bits = (capacity(coding, t, blocks[body].ravel()) if made is None else made) ^ bits_from(
        sub(key, "whitening", nonce), t
    )
    opened, rest = np.zeros(mapped.shape, bool), ((0, shape[0] % 4), (0, shape[1] % 4))
    opened.ravel()[tag] = True
    pixels = [np.pad(each.repeat(4, 0).repeat(4, 1), rest) for each in (mapped, opened)]
    found = SimpleNamespace(label=label, nonce=nonce, symbols=symbols, touched=pixels[0], open=pixels[1], votes=None)
    found.own, found.bits = np.packbits(bits[: 8 * own]).tobytes(), bits[8 * own :]
    found.tag = (word[tag[::2]] ^ word[tag[1::2]]).astype(np.uint8).tobytes()
    return found


def fidelity(key: bytes, coding: int, t: int, word: Any, pattern: Any) -> Any:
    if coding == 0:
        require(t <= 4096)
        pattern, z = pattern[:1024], -(-t // 8)
        columns = draws(sub(key, "columns", t), 5 * len(pattern) * z).reshape(-1, 5, z)
        columns = columns[(pattern[:, None] >> np.arange(5) & 1).astype(bool)]
        return np.unpackbits(np.bitwise_xor.reduce(columns, axis=0), bitorder="little")[:t]
    groups = -(-t // max(coding, 1))
    require(4 <= coding <= 18, groups <= len(word))
    sums = np.bitwise_xor.reduceat(word, np.arange(groups) * len(word) // groups)
    return (sums[:, None] >> np.arange(coding) & 1).ravel()[:t].astype(np.uint8)


def capacity(base: int, t: int, values: Any) -> Any:
    size, digits = {2: (1, 1), 3: (11, 7)}.get(base, (1, 1 << 40))
    words = -(-t // size)
    require(words * digits <= len(values))
    numbers = (values[: words * digits] % base).reshape(-1, digits) @ base ** np.arange(digits)
    return (numbers[:, None] >> np.arange(size) & 1).ravel()[:t].astype(np.uint8)


def signs(key: bytes, count: int) -> Any:
    return bits_from(key, count) * 2.0 - 1


def run(key: bytes, slots: int, count: int) -> Any:
    bounds = np.arange(count + 1) * slots // count
    return bounds[:-1] + draws(key, count, 16) % np.diff(bounds)


def deal(key: bytes, slots: int, count: int) -> Any:
    drawn = draws(key, -(-slots // count) * count, 64).reshape(-1, count)
    return np.argsort(drawn, axis=1, kind="stable").ravel()[:slots]


def slots_of(p: Any) -> tuple[Any, Any]:
    h, w = p.shape[0] // 4, p.shape[1] // 4
    x, u = np.meshgrid(np.arange(4), np.arange(4))
    t = np.where(u == 0, 0.5, np.cos(np.pi * (2 * x + 1) * u / 8) / np.sqrt(2))
    basis = [np.outer(t[u], t[v]).ravel() for u, v in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2))]
    quarters, level = np.array([[1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2, blocks_of(p).sum(axis=1) / 4
    values, curve, start = [blocks_of(p) @ np.transpose(basis)], [], 0
    for _ in range(2):
        level = blocks_of(level.reshape(h, w), 2)
        values, level, h, w = [*values, level @ quarters.T], level.sum(axis=1) / 2, h // 2, w // 2
    for side, scale in zip((4, 8, 16), values, strict=True):
        y, x = np.divmod(np.arange(len(scale)), p.shape[1] // side)
        morton = sum((x >> i & 1) << 2 * i | (y >> i & 1) << 2 * i + 1 for i in range(16))
        curve.append(start + (np.argsort(morton)[:, None] * scale.shape[1] + np.arange(scale.shape[1])).ravel())
        start += scale.size
    return np.concatenate([scale.ravel() for scale in values]), np.concatenate(curve)


def vote(x: Any) -> Any:
    return np.sign(x) * np.minimum(np.abs(x), np.clip(6 - np.abs(x), 0, 2))


def robust(p: Any, locator: bytes) -> SimpleNamespace:
    require(p.shape[0] // 4 * (p.shape[1] // 4) >= 1024)
    kr, (values, curve) = sub(locator, "robust"), slots_of(p.astype(float))
    kl = sub(kr, "layout", *p.shape)
    smooth = {2**x * 3**y * 5**z for x in range(20) for y in range(13) for z in range(9)}
    a = max(each for each in smooth if each <= len(curve) // 24)
    places = run(sub(kl, "acquisition"), len(curve), a)
    acquisition = curve[places[np.argsort(draws(sub(kl, "order"), a, 64), kind="stable")]]
    rest = np.delete(curve, places)
    r = len(rest)
    labelled = run(sub(kl, "label"), r, r // 36)
    others = np.delete(np.arange(r), labelled)
    own = others[run(sub(kl, "own"), len(others), max(r // 20, min(r // 4, 1152)))]
    body, patterns, best = np.setdiff1d(others, own), signs(sub(kl, "patterns"), 8 * a).reshape(8, a), (0.0, 0.0, 0)
    for scale in 2.0 ** np.arange(-1, 12, 2):
        votes = vote(values[acquisition] / scale)
        sums = np.fft.irfft(np.conj(np.fft.rfft(votes)) * np.fft.rfft(patterns), n=a) / (np.linalg.norm(votes) + 1e-9)
        d, shift = np.unravel_index(np.abs(sums).argmax(), sums.shape)
        best = max(best, (float(abs(sums[d, shift])), scale, int((8 * (sums[d, shift] < 0) + d) * a + shift)))
    score, scale, nonce = best
    require(score >= norm.isf(1e-3 / (7 * 16 * a)))
    shifts, runs = draws(sub(kl, "shifts", nonce), r // 256), rest[: r // 256 * 256].reshape(-1, 256)
    at = np.append(np.take_along_axis(runs, (np.arange(256) + shifts[:, None]) % 256, 1), rest[runs.size :])
    votes, book = vote(values[at] / scale) * signs(sub(kl, "signs", nonce), r), signs(sub(kr, "codebook"), 1 << 17)
    codeword = np.bincount(deal(sub(kl, "label bits"), len(labelled), 64), votes[labelled], 64)
    scores = book.reshape(2048, 64) @ codeword / np.linalg.norm(votes[labelled])
    label = int(scores.argmax())
    require(scores.max() >= 5)
    t = int(data_modules(label >> 5).sum())
    bits = np.bincount(deal(sub(kl, "body", t), len(body), t), votes[body]) > 0
    own_votes = np.bincount(deal(sub(kl, "own bits"), len(own), 96), votes[own])
    found = SimpleNamespace(label=label, nonce=nonce, symbols=1, own=np.packbits(own_votes > 0).tobytes(), tag=b"")
    found.bits, found.votes, found.nonces = bits.astype(np.uint8), own_votes, 16 * a
    return found


def keyed(kb: bytes, purpose: str, data: bytes = b"") -> bytes:
    return hmac.digest(kb, label(purpose) + data, "sha256")


def geometry(header: dict[str, Any]) -> bytes:
    fields = [struct.pack("<H", header["bits"]), bytes([header["signed"]]), header["photometric"].encode()]
    fields += [f"{header[name]:.8e}".encode() for name in ("slope", "intercept")]
    lists = (header[name] for name in ("spacing", "orientation", "position"))
    fields += [b"".join(struct.pack("<q", round(number * 1e6)) for number in each) for each in lists]
    return b"".join(bytes([len(each)]) + each for each in fields)


def places_of(p: Any) -> Any:
    rows, columns = (np.arange(64) * length // 64 for length in p.shape)  # reduceat sums one pixel at least
    return np.add.reduceat(np.add.reduceat(p, rows, 0), columns, 1)


def otsu(values: Any) -> int:
    v, k = np.sort(values, axis=None), np.arange(1, values.size)
    if v.size == 0 or v[0] == v[-1]:
        return int(v[-1]) if v.size else 0
    low, high = np.cumsum(v)[:-1] / k, np.cumsum(v[::-1])[-2::-1] / (v.size - k)
    best = int((k * (v.size - k) * (high - low) ** 2).argmax())
    return int(v[best] + v[best + 1]) // 2


def features(p: Any, means: Any, part: Any) -> Any:
    threshold = otsu(part)
    above = means[means > threshold]
    span = int(above.sum()) // above.size - threshold if above.size else 0
    if span <= 0:
        return np.zeros(4096)
    e, area = np.clip(p - threshold, 0, 3 * span), places_of(np.ones_like(p))
    w, g = places_of((e > 0).astype(int)) / area, places_of(e) / area / span
    if ((np.diff(g, axis=0) ** 2).mean() + (np.diff(g, axis=1) ** 2).mean()) / 2 >= g.var():
        return np.zeros(4096)

    def over(x: Any, side: int) -> Any:
        sums, by = (uniform_filter(each, side, mode="constant") for each in (x, w))
        return np.divide(sums, by, out=np.zeros_like(sums), where=by > 0)

    d = g - w * over(g, 3)
    c = over(d**2, 9) + (d**2).sum() / (10 * w.sum())
    return (d / np.sqrt(np.maximum(c, 1e-300))).ravel()


def views(p: Any) -> list[Any]:
    means = places_of(p) // places_of(np.ones_like(p))
    whole = otsu(means)
    return [features(p, means, part) for part in (means, means[means > whole], means[means <= whole])]


def likeness(p: Any, kb: bytes, votes: Any, e: float) -> str:
    seen, known, n = views(p.astype(np.int64)), votes != 0, int((votes != 0).sum())
    sign = signs(keyed(kb, "signature"), 96 * 4096).reshape(96, 4096)
    agreeing = [int(((sign @ each > 0) == (votes > 0))[known].sum()) for each in seen if each.any()]
    if 4 * (votes > 0).sum() < n or not agreeing:
        return "cannot tell"
    other, same = (0.5 + (x - 0.5) * (1 - 2 * e) for x in (0.55, 0.8))
    if 3 * binom.sf(max(agreeing) - 1, n, other) <= 1e-5:
        return "same"
    return "another image" if binom.cdf(max(agreeing), n, same) <= 1e-3 else "cannot tell"


def judged(p: Any, header: Key | None, found: SimpleNamespace, kb: bytes, context: bytes) -> tuple[Any, ...]:
    own, text, nonce = found.own, text_of(found), struct.pack("<I", found.nonce)
    if not found.tag:
        series, low, high, start = struct.unpack("<HHBI", context)
        offset, count = (found.nonce - start) % found.nonces, low | high << 16
        place = [series, offset % count, count] if offset < count * min(4, found.nonces // max(count, 1)) else None
        wrong = drawn(found.label, text)[data_modules(found.label >> 5)] != found.bits
        return likeness(p, kb, found.votes, float(wrong.mean())).replace("same", "intact"), place, []
    flags, number, count = own[0], int.from_bytes(own[3:6], "little"), int.from_bytes(own[6:9], "little")
    bad = len(own) < 21 or len(own) % 2 == 0 or (len(own) > 21 and not flags & 3)
    if bad or flags > 7 or flags & 3 == 3 or number >= count:
        return "altered", None, []
    digest = hashlib.sha256(struct.pack("<II", *p.shape) + np.where(found.open, 0, p).astype("<u2").tobytes()).digest()
    same = nonce + struct.pack("<I", len(own)) + own + hashlib.sha256(text.encode()).digest()
    right = keyed(kb, "pixels", same + digest)[:12] == found.tag[:12]
    head = keyed(kb, "header", same + (geometry(header) if header and flags & 4 else b""))[:8] == found.tag[12:]
    place = [int.from_bytes(own[1:3], "little"), number, count] if right or head else None
    if right:
        return "intact" if head or (flags & 4 and not header) else "altered", place, []
    state = likeness(p, kb, np.unpackbits(np.frombuffer(own[9:21], np.uint8)) - 0.5, 0.0).replace("same", "altered")
    if state != "altered" or not flags & 3:
        return state, place, []
    return state, place, altered(p, ~found.touched, keyed(kb, "tiles", nonce + own[:21]), 8 * (flags & 3), own[21:])


def altered(p: Any, kept: Any, key: bytes, s: int, tags: bytes) -> list[tuple[int, int, int]]:
    across, edge = -(-p.shape[1] // s), [(0, -length % s) for length in p.shape]
    kept, values = blocks_of(np.pad(kept, edge), s), blocks_of(np.pad(np.where(kept, p, 0), edge), s)
    drawn = draws(key, s * s + len(kept), 64)
    sums = drawn[s * s :] + (values.astype(np.uint16) * drawn[: s * s]).sum(axis=1, dtype=np.uint64)
    tagged, sealed = np.flatnonzero(kept.any(axis=1)), np.frombuffer(tags, "<u2")
    wrong = tagged[(sums[tagged] >> np.uint64(48)) != sealed] if len(sealed) == len(tagged) else tagged[:0]
    return [(int(t) // across, int(t) % across, s) for t in wrong]
