"""The second reader's part for profile reversible, written from docs/format.md alone: slow, without the library."""

from __future__ import annotations

import hashlib
import hmac
from types import SimpleNamespace
from typing import Any

import numpy as np

from Testing.second_reader import (
    anchors_in,
    bits_from,
    blocks_of,
    checked,
    data_modules,
    draws,
    fields_of,
    first_of,
    map_of,
    require,
    sub,
)

WIDTHS = (1, 2, 4, 8)


def reversible(p: Any, locator: bytes) -> SimpleNamespace | None:
    def message(key: bytes, nonce: int, names: Any, cells: Any, _: Any) -> SimpleNamespace:
        return message_of(p.astype(np.int64), key, nonce, names, cells[1])

    found: SimpleNamespace | None = first_of(message, anchors_in(p, locator, "reversible"))
    return found


def settings_of(direction: int, width: int, size: int, weight: int, first: int) -> SimpleNamespace:
    require(direction < 3, direction < 2 or first >= 0)
    return SimpleNamespace(direction=direction, m=WIDTHS[width], k=size, g=weight, z=first)


def unpacked(bits: Any) -> SimpleNamespace:
    text = "".join("01"[bit] for bit in bits)
    require(len(text) == 40)
    below, direction, width, size, weight, first, count = (
        int(text[a:b], 2) for a, b in ((0, 1), (1, 3), (3, 5), (5, 8), (8, 13), (13, 20), (20, 40))
    )
    found = settings_of(direction, width, size + 1, weight - 8, first - 64)
    found.below, found.count = below, count
    return found


def lifted(p: Any, blocks: Any, colour: int, said: SimpleNamespace, groups: int) -> tuple[Any, Any, Any]:
    """Ones of the groups, places of their spots, and the plane without the layer."""
    mine, width = np.zeros(p.shape, bool), p.shape[1] // 4
    places = [(4 * (b // width) + r, 4 * (b % width) + c) for b in blocks for r in range(4) for c in range(4)]
    y, x = np.array(places).reshape(-1, 2).T
    mine[y, x] = True
    inner = np.zeros(p.shape, bool)
    inner[1:-1, 1:-1] = mine[1:-1, 1:-1] & mine[:-2, 1:-1] & mine[2:, 1:-1] & mine[1:-1, :-2] & mine[1:-1, 2:]
    kept = inner[y, x] & ((y + x) % 2 == colour)
    y, x = y[kept], x[kept]
    four = np.array([p[y - 1, x], p[y + 1, x], p[y, x - 1], p[y, x + 1]])
    guess = (said.g * (four[0] + four[1]) + (16 - said.g) * (four[2] + four[3]) + 16) // 32
    reach, there = np.zeros(p.shape, int), np.zeros(p.shape, int)
    reach[y, x], there[y, x] = np.minimum(four.max(axis=0) - four.min(axis=0), 255), 1
    corners = [(y + dy, x + dx) for dy in (-1, 1) for dx in (-1, 1)]
    unrest = 4 * (2 * reach[y, x] + sum(reach[each] for each in corners)) // (2 + sum(there[each] for each in corners))
    order = np.argsort(np.where(unrest < 32, unrest, np.minimum(32 + (unrest - 32) // 8, 63)), kind="stable")
    y, x, error = y[order], x[order], (p[y, x] - guess)[order]
    outs = (error - said.z, -said.z - error, np.maximum(error - said.z, -1 - said.z - error))
    out = outs[said.direction]
    way = (1, -1, np.where(error - said.z > -1 - said.z - error, 1, -1))[said.direction] * np.ones(len(out), int)
    spots = np.flatnonzero((out >= 0) & (out < 2 * said.m))[: groups * (2**said.k - 1)]
    require(len(spots) == groups * (2**said.k - 1))
    end = spots[-1] + 1 if len(spots) else 0
    move = np.where(out < 2 * said.m, out // 2 + out % 2, said.m) * (out >= 0) * (np.arange(len(out)) < end)
    before = p.copy()
    before[y, x] -= way * move
    return (out[spots] % 2).reshape(groups, -1), (y[spots].reshape(groups, -1), x[spots].reshape(groups, -1)), before


def bits_in(ones: Any, size: int) -> Any:
    numbers = np.bitwise_xor.reduce(ones * (1 + np.arange(ones.shape[1])), axis=1) if len(ones) else np.zeros(0, int)
    return ((numbers[:, None] >> np.arange(size)) & 1).ravel()


def head_of(p: Any, key: bytes, nonce: int, anchor: Any, numbers: Any) -> tuple[Any, ...]:
    cell, number = anchor
    across, cells = numbers.shape[1] // 4, blocks_of(numbers)[:65536]
    down, wide, four = (number >> 12) + 1, (number >> 8 & 15) + 1, number & 15
    require(cell % across + wide <= across)
    names = [cell + r * across + c for r in range(down) for c in range(wide)]
    blocks, narrow = cells[names].ravel(), number >> 4 & 3 == 0
    size, first = (four // 4 + 1, four % 4) if narrow else (1, four)
    said = settings_of(number >> 6 & 3, number >> 4 & 3, size, 8, first)
    rest = blocks[16:][np.argsort(draws(sub(key, "head", nonce), len(blocks) - 16, 64), kind="stable")]

    def read(count: int) -> tuple[bytes, Any]:
        ones, _, before = lifted(p, rest, nonce % 2, said, -(-8 * count // size))
        return np.packbits(
            bits_in(ones, size)[: 8 * count] ^ bits_from(sub(key, "said", nonce), 8 * count)
        ).tobytes(), before

    fields = fields_of(read(8)[0])
    content, before = read(17 + fields[5])
    require(fields[1] == 1, checked(key, nonce, content[:-4]) == content[-4:])
    mapped = map_of(content[13:-4], fields[3], numbers.shape)
    require(mapped.ravel()[blocks].all())
    return fields, unpacked(np.unpackbits(np.frombuffer(content[8:13], np.uint8))), mapped, blocks, before


def message_of(p: Any, key: bytes, nonce: int, anchor: Any, numbers: Any) -> SimpleNamespace:
    (label, _, symbols, _, own, _), said, mapped, blocks, before = head_of(p, key, nonce, anchor, numbers)
    free = np.setdiff1d(np.flatnonzero(mapped), blocks)
    free = free[np.argsort(draws(sub(key, "order", nonce), len(free), 64), kind="stable")]
    first, bits = -(-160 // said.k), np.zeros(0, int)
    ones, spots, before = lifted(before, free, (nonce + said.below) % 2, said, first - (-said.count // said.k))
    tag = np.packbits(bits_in(ones[:first], said.k)[:160]) * (ones[:first].sum(axis=1) < 2).all()
    opened = np.zeros(p.shape, bool)
    opened[spots[0][:first], spots[1][:first]] = True
    bits = bits_in(ones[first:], said.k)[: said.count]
    if said.below:
        lower = unpacked(bits[:40] ^ bits_from(sub(key, "layer/0", nonce), 40))
        require(not lower.below)
        ones, _, before = lifted(before, free, nonce % 2, lower, -(-lower.count // lower.k))
        bits = np.concatenate([bits[40:], bits_in(ones, lower.k)[: lower.count]])
    bits ^= bits_from(sub(key, "whitening", nonce), len(bits))
    at = len(bits) - int(data_modules(label >> 5).sum()) * symbols
    require(at >= 64 + 8 * own)
    found = SimpleNamespace(label=label, nonce=nonce, symbols=symbols, open=opened, votes=None)
    found.touched = np.pad(mapped.repeat(4, 0).repeat(4, 1), ((0, p.shape[0] % 4), (0, p.shape[1] % 4)))
    found.own, found.bits = np.packbits(bits[at - 64 - 8 * own : at - 64]).tobytes(), bits[at:]
    found.tag = tag.astype(np.uint8).tobytes()
    found.cover = cover_of(before, "".join("01"[bit] for bit in bits[: at - 64 - 8 * own]), blocks[:16])
    said_of = nonce.to_bytes(4, "big") + hashlib.sha256((found.cover % 65536).astype("<u2").tobytes()).digest()
    digest = hmac.digest(sub(key, "cover"), said_of, "sha256")[:8]
    found.agrees = digest == np.packbits(bits[at - 64 : at]).tobytes()
    return found


def cover_of(before: Any, record: str, blocks: Any) -> Any:
    cover, place, at, width = before.copy(), -1, 0, before.shape[1] // 4
    while True:
        zero = record.index("0", at)
        place, at = place + 1 + 16 * (zero - at) + int(record[zero + 1 : zero + 5], 2), zero + 5
        if place == 256:
            return cover
        block, pixel = blocks[place // 16], place % 16
        cover[4 * (block // width) + pixel // 4, 4 * (block % width) + pixel % 4] -= 1 if record[at] == "1" else -1
        at += 1
