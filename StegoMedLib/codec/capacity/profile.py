"""Profile ``capacity``: as much as the usable blocks of a plane can carry, for lossless storage; image and key suffice.

A file that keeps pixels needs no distance between codewords, so a pixel of a usable block carries one digit: its
remainder to the base 3 (11 bits in 7 digits), set by a change of at most one grey level, or of two at an end of the
legal range. Where the payload is short enough for one bit a pixel, and many pixels lie at such an end (clipped air),
the base is 2: its changes are smaller there. The remainders of a block's pixels are the parities of its coefficients
under any integer transform with an integer inverse, in another order; such a transform would name the same cosets of
the lattice anew at some cost in time, so there is none.

Measured on the first slice of CHAOS 3 (512 x 512, 0.46 of it usable, two thirds of that clipped air): remainders have
a capacity of 175,857 bits, and 131,524 bits leave 99.9 dB (``psnr_65535``), without errors by construction. Dithered
quantisation of the 15 AC coefficients with cells of 2.5 (a step of 5 for both bits), the DC lifted: a capacity
of 114,000 bits, which leave 89.9 dB without errors; with cells of 1.5, 93.5 dB and 0.8 % of errors.

The key shuffles the pixels of the plane. The first of them carry the header, the next the map of usable blocks, both as
words of groups of pixels that need not be usable (module `wet`); the receiver then knows which of the other pixels
carry digits, in the shuffled order. What the payload does not need stays as it was.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import PIXELS
from StegoMedLib.codec.addressing import subkey
from StegoMedLib.codec.capacity.digits import (
    BASES,
    bits_in_digits,
    bits_of_digits,
    digits_for_bits,
    digits_of_bits,
    remainders,
    set_remainders,
    settable,
)
from StegoMedLib.codec.capacity.header import LARGEST_FIELD, CapacityHeader
from StegoMedLib.codec.capacity.layout import HEADER_SHARES, HEADER_WORDS, CapacityLayout
from StegoMedLib.codec.capacity.wet import WORD_BITS, flips_for_words, words_of_groups
from StegoMedLib.codec.legal import Legal
from StegoMedLib.codec.profile import Canvas, KeyedProfile, LengthOf, Payload
from StegoMedLib.packing import packed_mask, unpacked_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Capacity"]

_DRY_PER_GROUP = 87
"""Usable pixels that a group of the map has in the mean: five standard deviations more than 40, when 32 are needed."""

_SPANS = (1.0, 1.5, 2.25)
"""Longer groups, tried where a group has too few writable pixels."""

_DEVIATIONS = 5
"""Standard deviations of the share of usable pixels that the key deals to header and map."""

_SAMPLE = 4096
"""Pixels by which the share of those at an end of the legal range is told."""


class Capacity(KeyedProfile[CapacityLayout]):
    """The profile under one key, from the key derivation's *positions* label."""

    def __init__(self, key: bytes) -> None:
        super().__init__(CapacityLayout, subkey(key, "capacity"))

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> CapacityCanvas:
        """The canvas that `plane` with its `air` (H, W) is.

        What it embeds changes pixels by one grey level, or by two at an end of the legal range.
        """
        return CapacityCanvas(plane, air, self.layout(plane.shape))

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Payload in `plane`, or None; `air` is not looked at."""
        del air
        layout = self.layout(plane.shape)
        flat = plane.pixels.ravel()
        for draw in range(len(HEADER_SHARES)):
            span = layout.header_span(draw)
            if span < WORD_BITS:
                continue
            words = _read_words(flat, layout, 0, HEADER_WORDS, span)
            header = CapacityHeader.unpack(words.astype("<u4").tobytes(), layout.authenticator, draw)
            length = None if header is None else length_of(header.label)
            if header is not None and length is not None:
                bits = _read_body(flat, layout, HEADER_WORDS * span, header, length * header.count)
                return None if bits is None else Payload(header.label, bits, header.count)
        return None


class CapacityCanvas(Canvas):
    """A plane to fill: header, map and digits."""

    def __init__(self, plane: Plane, air: NDArray[np.bool_], layout: CapacityLayout) -> None:
        super().__init__(plane, air)
        self._layout, self._legal = layout, Legal(plane)
        self._flat = plane.pixels.ravel()
        # Usable blocks whose pixels can take any digit.
        self._writable = self.usable.ravel() & settable(plane.pixels, self._legal, max(BASES))
        self._map = packed_mask(self._writable, raw=True)
        self._share = float(self._writable.mean()) if self._writable.size else 0.0

    def _capacity(self) -> int:
        count = self._writable.size * PIXELS
        return bits_in_digits(_digits_left(count, int(self._writable.sum()) * PIXELS, self._map), max(BASES))

    def _embedded(self, payload: Payload) -> NDArray[np.int32] | None:
        if not self._share or len(self._map) > LARGEST_FIELD:
            return None
        for draw in range(len(HEADER_SHARES)):
            for factor in _SPANS:
                span = math.ceil(factor * _DRY_PER_GROUP / self._share)
                done = self._try(payload, draw, span)
                if done is not None:
                    return done
        return None

    @cached_property
    def _dry(self) -> NDArray[np.bool_]:
        """Which pixels may change, in keyed order."""
        return self._writable[self._layout.blocks]

    def _try(self, payload: Payload, draw: int, span: int) -> NDArray[np.int32] | None:
        layout = self._layout
        words = _words_of_bytes(self._map)
        start = HEADER_WORDS * layout.header_span(draw)
        end = start + words.size * span
        if span > LARGEST_FIELD or end > layout.count or layout.header_span(draw) < WORD_BITS:
            return None
        places = end + np.flatnonzero(self._dry[end:])
        base = self._base(payload.bits.size, places)
        if base is None:
            return None
        header = CapacityHeader(payload.label, base, payload.count, len(self._map), span)
        head = self._flips(0, layout.header_span(draw), _words_of_bytes(header.pack(layout.authenticator, draw)))
        body = None if head is None else self._flips(start, span, words)
        if head is None or body is None:
            return None
        flipped = np.concatenate([head, body])
        stego = self._flat.copy()
        self._set(stego, flipped, 1 - remainders(stego[layout.pixels[flipped]], 2), 2)
        digits = digits_of_bits(payload.bits, base)
        self._set(stego, places[: digits.size], digits, base)
        return stego.reshape(self.plane.shape)

    def _base(self, bits: int, places: NDArray[np.intp]) -> int | None:
        """Base that needs the smallest changes among those in which the payload fits."""
        fitting = [base for base in BASES if digits_for_bits(bits, base) <= places.size]
        if len(fitting) < len(BASES):
            return fitting[0] if fitting else None
        values = self._flat[self._layout.pixels[places[:_SAMPLE]]]
        low, high = self._legal.limits(values)
        at_end = float(np.mean((values == low) | (values == high)))
        return min(fitting, key=lambda base: digits_for_bits(bits, base) * _squared_change(base, at_end))

    def _flips(self, start: int, span: int, words: NDArray[np.uint32]) -> NDArray[np.intp] | None:
        """Numbers in the keyed order of the pixels to flip, for groups from `start` on to carry `words`."""
        part, shape = slice(start, start + words.size * span), (words.size, span)
        odd = (self._flat[self._layout.pixels[part]] & 1).astype(np.bool_).reshape(shape)
        flips = flips_for_words(odd, self._dry[part].reshape(shape), self._layout.columns[part].reshape(shape), words)
        return None if flips is None else start + np.flatnonzero(flips)

    def _set(self, flat: NDArray[np.int32], places: NDArray[np.intp], wanted: NDArray[np.integer], base: int) -> None:
        """Give the pixels of a plane with these numbers in the keyed order their remainders."""
        pixels = self._layout.pixels[places]
        flat[pixels] = set_remainders(flat[pixels], wanted, base, self._layout.upwards[places], self._legal)


def _squared_change(base: int, at_end: float) -> float:
    """Mean squared change of a pixel with a digit, `at_end` being the share of pixels that move one way only."""
    if base == 2:  # noqa: PLR2004
        return 0.5
    return (2 + 3 * at_end) / 3  # 0, 1, 1, or 0, 1, 4


def _digits_left(count: int, dry: int, packed: bytes) -> int:
    """Digits that `dry` of `count` pixels carry beside header and map, under nearly every key."""
    share = dry / count if count else 0.0
    words = _words_of_bytes(packed).size
    for header_share in HEADER_SHARES:
        span = count // header_share // HEADER_WORDS
        if span * share >= _DRY_PER_GROUP:
            taken = HEADER_WORDS * span + words * math.ceil(_DRY_PER_GROUP / share)
            part = taken / count
            if part < 1 and len(packed) <= LARGEST_FIELD:
                return max(0, int(dry * (1 - part) - _DEVIATIONS * math.sqrt(dry * part * (1 - part))) - 1)
    return 0


def _words_of_bytes(data: bytes) -> NDArray[np.uint32]:
    """Little-endian words, the last filled with zeros."""
    return np.frombuffer(data + bytes(-len(data) % 4), dtype="<u4").astype(np.uint32)


def _read_words(
    flat: NDArray[np.int32], layout: CapacityLayout, start: int, count: int, span: int
) -> NDArray[np.uint32]:
    """Words of `count` groups of `span` pixels from number `start` of the keyed order on."""
    part = slice(start, start + count * span)
    odd = (flat[layout.pixels[part]] & 1).astype(np.bool_).reshape(count, span)
    return words_of_groups(odd, layout.columns[part].reshape(count, span))


def _read_body(
    flat: NDArray[np.int32], layout: CapacityLayout, start: int, header: CapacityHeader, length: int
) -> NDArray[np.bool_] | None:
    """Payload of `length` bits behind the header, None where the map is damaged."""
    words = -(-header.map_bytes // 4)
    end = start + words * header.span
    if end > layout.count:
        return None
    packed = _read_words(flat, layout, start, words, header.span).astype("<u4").tobytes()
    digits = digits_for_bits(length, header.base)
    try:
        writable = unpacked_mask(packed[: header.map_bytes], (layout.count // PIXELS,), raw=True)
    except ValueError:
        return None
    if digits > layout.count:
        return None
    places = end + np.flatnonzero(writable[layout.blocks[end:]])[:digits]
    if places.size < digits:
        return None
    return bits_of_digits(remainders(flat[layout.pixels[places]], header.base), header.base, length)
