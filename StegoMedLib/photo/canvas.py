"""Bytes in the samples of one photograph, by changes of one level: a head, which says how, and the body.

``docs/format.md`` describes each bit. What is carried looks random without the key, and is authenticated under it: of a
photograph that carries nothing, or something under another key, nothing is read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.addressing import subkey
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.photo.code import HEIGHTS, Code
from StegoMedLib.photo.costs import MIDDLE, calmness, contrast_for, costs_of
from StegoMedLib.photo.samples import BLACK, WHITE, Order
from StegoMedLib.photo.trellis import DEAREST, Trellis
from StegoMedLib.photo.trits import WORD_TRITS, bytes_of_trits, trits_of_bytes, whole_bytes
from StegoMedLib.streams import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = ["PhotoCanvas", "extract"]

_HEIGHT = 4
"""Rows of the band that a writer takes: 5 would save 1 to 4 changes of 100, and takes twice the time."""

_NONCE_BYTES, _CHECK_BYTES, _TAG_BYTES = 8, 8, 16
_FIELDS = struct.Struct(">IHBB")
"""Bytes of the data, digits of a run, rows of the band, and zero."""
_HEAD_BYTES = _NONCE_BYTES + _FIELDS.size + _CHECK_BYTES
_HEAD_RUNS, _HEAD_LENGTH, _HEAD_HEIGHT = 11, 192, 4
_HEAD_SAMPLES = _HEAD_RUNS * _HEAD_LENGTH
_RUN = 256
"""Samples of a run of the body, or a few more."""
_ABREAST = 2048
"""Runs that walk through the trellis side by side."""
_AT_THE_ENDS = 5 * MIDDLE // 2
"""Cost of a black or white sample: half of its changes are by two, which count four times."""


class PhotoCanvas:
    """One photograph, and the key under which it carries bytes.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, C)
        Without a channel of opacity.
    locator : bytes of length 32

    Attributes
    ----------
    samples : int
        Samples that are neither black nor white: others carry something only where these do not suffice.
    capacity : int
        Most bytes that `embed` takes.
    """

    def __init__(self, pixels: NDArray[np.uint8], locator: bytes) -> None:
        self._original, self._key = pixels, _key_of(locator, pixels.shape)
        self.samples = int(np.count_nonzero((pixels != BLACK) & (pixels != WHITE)))
        self.capacity = _capacity(_Layout.of(pixels.size, pixels.shape))

    def embed(
        self, data: bytes, contrast: float | None = None, tick: Callable[[], None] = lambda: None
    ) -> NDArray[np.uint8]:
        """The photograph with bytes in it.

        Parameters
        ----------
        data : bytes
        contrast : float, optional
            See `costs_of`; `contrast_for` chooses it.
        tick : callable
            Called several times a second; what it raises ends the work.

        Returns
        -------
        ndarray of uint8, shape (H, W, C)
            Every sample differs by one at most, but for some at the ends of the range: what would go below black or
            above white by one changes by two the other way, at a higher price.

        Raises
        ------
        DoesNotFitError
            There are more bytes than `capacity`.
        """
        if len(data) > self.capacity:
            raise DoesNotFitError(
                f"A photograph carries {self.capacity} bytes and was given {len(data)}; take a larger one."
            )
        sparing = _Layout.of(self.samples, self._original.shape)
        whole = not sparing.runs or len(data) > _capacity(sparing)
        tick()
        order = Order(self._original, self._key, whole=whole)
        samples = order.samples
        tick()
        calm = calmness(self._original)
        tick()
        calm = order.of(calm)
        tick()
        if contrast is None:
            contrast = contrast_for(calm, 8 * len(data) / samples.size)
        costs = costs_of(calm, contrast)
        ends = (BLACK, WHITE) if whole else (BLACK + 1, WHITE - 1)
        costs[(samples == ends[0]) | (samples == ends[1])] = _AT_THE_ENDS if whole else DEAREST
        self._write(_Runs(samples, costs, ends, tick), data)
        return order.pixels(samples)

    def _write(self, runs: _Runs, data: bytes) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        keys = _Keys.of(self._key, nonce)
        layout = _Layout.of(runs.samples.size, self._original.shape)
        body = trits_of_bytes(keys.sealed(data))
        rows = -(-body.size // layout.runs)
        head = keys.head(_FIELDS.pack(len(data), rows, _HEIGHT, 0))
        runs.write(slice(_HEAD_SAMPLES), _head_code(self._key), trits_of_bytes(head))
        code = Code.of(keys.columns, rows, layout.length, _HEIGHT)
        place = slice(_HEAD_SAMPLES, _HEAD_SAMPLES + layout.size)
        runs.write(place, code, _filled(body, rows * layout.runs, keys))


def extract(pixels: NDArray[np.uint8], locator: bytes) -> bytes | None:
    """The bytes that `PhotoCanvas.embed` put into a photograph; None where there are none under this key.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, C)
    locator : bytes of length 32
    """
    key = _key_of(locator, pixels.shape)
    # Both orders begin alike where the first rows have nothing black or white, so that a head alone does not tell.
    found = (_message_of(Order(pixels, key, whole=whole).samples, pixels.shape, key) for whole in (False, True))
    return next((data for data in found if data is not None), None)


def _message_of(samples: NDArray[np.uint8], shape: tuple[int, ...], key: bytes) -> bytes | None:
    """What samples carry in this order; None where that is nothing."""
    layout = _Layout.of(samples.size, shape)
    if not layout.runs:
        return None
    keys, fields = _head_of(samples, key)
    return None if fields is None else _body_of(samples, layout, keys, fields)


def _head_of(samples: NDArray[np.uint8], key: bytes) -> tuple[_Keys, bytes | None]:
    """Keys of the photograph's nonce, and the fields; None for these where the head is none."""
    digits = _head_code(key).message(samples[:_HEAD_SAMPLES].reshape(_HEAD_LENGTH, -1))
    head = bytes_of_trits(digits.ravel())[:_HEAD_BYTES]
    keys = _Keys.of(key, head[:_NONCE_BYTES])
    return keys, keys.fields(head)


def _body_of(samples: NDArray[np.uint8], layout: _Layout, keys: _Keys, fields: bytes) -> bytes | None:
    length, rows, height, zero = _FIELDS.unpack(fields)
    sealed = length + _TAG_BYTES
    if zero or height not in HEIGHTS or not 1 <= rows <= layout.length or whole_bytes(rows * layout.runs) < sealed:
        return None
    code = Code.of(keys.columns, rows, layout.length, height)
    body = samples[_HEAD_SAMPLES : _HEAD_SAMPLES + layout.size].reshape(layout.length, -1)
    digits = np.concatenate([code.message(body[:, part]) for part in _parts(layout.runs)], axis=1)
    return keys.opened(bytes_of_trits(digits.ravel())[:sealed])


@dataclass(frozen=True)
class _Layout:
    """Runs of the body: sample number k of it belongs to run k mod `runs`."""

    runs: int
    length: int

    @property
    def size(self) -> int:
        return self.runs * self.length

    @classmethod
    def of(cls, samples: int, shape: tuple[int, ...]) -> _Layout:
        """Of so many used samples; without runs where there are too few."""
        count = samples - _HEAD_SAMPLES
        across = shape[1] * shape[2]
        # A run goes through other rows and columns with each sample, however large the photograph is.
        runs = next((runs for runs in range(count // _RUN, 0, -1) if gcd(runs, across) == 1), 0)
        return cls(runs, count // runs if runs else 0)


@dataclass(frozen=True)
class _Keys:
    """Keys of one photograph and nonce."""

    key: bytes
    nonce: bytes

    @classmethod
    def of(cls, key: bytes, nonce: bytes) -> _Keys:
        return cls(subkey(key, "message", nonce.hex()), nonce)

    def head(self, fields: bytes) -> bytes:
        """Nonce, fields and their check, the latter two masked."""
        return self.nonce + _masked(self._of("head"), fields + self._tag(fields)[:_CHECK_BYTES])

    def fields(self, head: bytes) -> bytes | None:
        """Undo `head`; None where the check is another."""
        plain = _masked(self._of("head"), head[_NONCE_BYTES:])
        fields, check = plain[: _FIELDS.size], plain[_FIELDS.size :]
        return fields if hmac.compare_digest(check, self._tag(fields)[:_CHECK_BYTES]) else None

    def sealed(self, data: bytes) -> bytes:
        """Data and their tag, masked."""
        return _masked(self._of("body"), data + self._tag(data))

    def opened(self, sealed: bytes) -> bytes | None:
        """Undo `sealed`; None where the tag is another."""
        plain = _masked(self._of("body"), sealed)
        data, tag = plain[:-_TAG_BYTES], plain[-_TAG_BYTES:]
        return data if hmac.compare_digest(tag, self._tag(data)) else None

    @cached_property
    def columns(self) -> bytes:
        """Key of the body's code."""
        return self._of("code")

    def filling(self, count: int) -> bytes:
        return stream(self._of("filling"), count)

    def _of(self, use: str) -> bytes:
        return subkey(self.key, use)

    def _tag(self, data: bytes) -> bytes:
        return hmac.new(self._of("tag"), data, hashlib.sha256).digest()[:_TAG_BYTES]


def _capacity(layout: _Layout) -> int:
    return max(0, whole_bytes(layout.size) - _TAG_BYTES)


def _key_of(locator: bytes, shape: tuple[int, ...]) -> bytes:
    return subkey(locator, "photograph", *shape)


def _masked(key: bytes, data: bytes) -> bytes:
    return (np.frombuffer(data, np.uint8) ^ np.frombuffer(stream(key, len(data)), np.uint8)).tobytes()


def _head_code(key: bytes) -> Code:
    return Code.of(subkey(key, "head"), WORD_TRITS, _HEAD_LENGTH, _HEAD_HEIGHT)


def _filled(trits: NDArray[np.uint8], size: int, keys: _Keys) -> NDArray[np.uint8]:
    """Digits, filled up with random ones, which readers ignore."""
    filling = np.frombuffer(keys.filling(size - trits.size), np.uint8) % 3
    return np.concatenate([trits, filling.astype(np.uint8)])


def _parts(runs: int) -> Iterator[slice]:
    """Runs that are worked on at a time, of about equal numbers."""
    count = -(-runs // _ABREAST)
    for part in range(count):
        yield slice(part * runs // count, (part + 1) * runs // count)


@dataclass(frozen=True)
class _Runs:
    """Samples that are written in place, shape (n,), their costs, and the ends of the range in which they stay."""

    samples: NDArray[np.uint8]
    costs: NDArray[np.int16]
    ends: tuple[int, int]
    tick: Callable[[], None]

    def write(self, place: slice, code: Code, trits: NDArray[np.uint8]) -> None:
        """Let the runs in a place carry the digits, row by row."""
        side_by_side = self.samples[place].reshape(code.length, -1)
        costs = self.costs[place].reshape(code.length, -1)
        digits = trits.reshape(code.rows, -1)
        trellis = Trellis(code)
        for part in _parts(side_by_side.shape[1]):
            self.tick()
            cover = side_by_side[:, part]
            wanted = (digits[:, part] + np.uint8(3) - code.message(cover)) % np.uint8(3)
            changes = trellis.changes(wanted, costs[:, part])
            changes[(cover == self.ends[0]) & (changes < 0)] = 2
            changes[(cover == self.ends[1]) & (changes > 0)] = -2
            side_by_side[:, part] = cover + changes.view(np.uint8)
