"""From a record to what the codec embeds, and back: record, envelope, symbol, payload."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.envelope import Opener, Record, Sealer, envelope_length, largest_record_bytes
from StegoMedLib.errors import DoesNotFitError, NewerVersionError, NothingReadableError
from StegoMedLib.pipeline.capacity import LARGEST_RECORD
from StegoMedLib.symbol import (
    Symbol,
    UnreadableSymbolError,
    data_length,
    make_symbols,
    pack_label,
    read_symbol,
    text_capacity,
    unpack_label,
)

__all__ = ["Message", "NoMessage", "Reader", "length_of", "seal", "written"]

_LARGEST_VERSION = 40

_REMEMBERED = 16
"""Symbols, and records, that a reader remembers; those of a spread record all differ."""


@dataclass(frozen=True)
class Message:
    """What a slice shall carry: a text of so many characters, as symbols and as their payload.

    Those behind the first symbol are all of its version, level and mask.
    """

    symbol: Symbol
    payload: Payload
    characters: int
    more: tuple[Symbol, ...] = ()

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All symbols, in the order of the text."""
        return (self.symbol, *self.more)


@dataclass(frozen=True)
class NoMessage:
    """A slice gets no message; an empty `reason` stands for want of air."""

    reason: str = ""


def seal(sealer: Sealer, record: Record, most: int = 1) -> Message:
    """Seal `record` and write its symbols, at most `most`.

    Raises
    ------
    DoesNotFitError
        When the envelope is longer than the largest symbols hold.
    """
    if not _fits(record, most):
        largest = LARGEST_RECORD if most == 1 else largest_record_bytes(most * text_capacity(_LARGEST_VERSION))
        raise DoesNotFitError(
            f"The record is too large for a slice: at most {largest} bytes fit after compression; embed a shorter one."
        )
    return written(sealer.seal(record))


def written(text: str) -> Message:
    """The message whose symbols say `text`."""
    symbols = make_symbols(text)
    first = symbols[0]
    label = pack_label(first.version, first.level, first.mask)
    bits = np.concatenate([symbol.data_bits for symbol in symbols])
    return Message(first, Payload(label, bits, len(symbols)), len(text), symbols[1:])


def _fits(record: Record, most: int) -> bool:
    """Whether `most` of the largest symbols hold the record's envelope."""
    try:
        return envelope_length(record) <= most * text_capacity(_LARGEST_VERSION)
    except DoesNotFitError:  # larger than an envelope may be, which says little of what a slice can carry
        return False


def length_of(label: int) -> int | None:
    """Length in bits of the payload with `label`, None for a label that no symbol has."""
    fields = unpack_label(label)
    return None if fields is None else data_length(fields[0])


class Reader:
    """Reads symbols under one key; equal symbols of a series are opened once, the last few being remembered.

    ``newer`` tells whether one of them was of a newer version, or damaged so that it looks like it.
    """

    def __init__(self, opener: Opener) -> None:
        self.newer = False
        self._texts = lru_cache(maxsize=_REMEMBERED)(_text)
        self._opened = lru_cache(maxsize=_REMEMBERED)(partial(_opened, opener))

    def read(self, *symbols: Symbol) -> Record | None:
        """Record of one or several symbols of a slice, or None when nothing can be read."""
        record, newer = self._opened(self.text(*symbols))
        self.newer |= newer
        return record

    def text(self, *symbols: Symbol) -> str:
        """Text of one or several symbols of a slice, empty when they cannot be read."""
        return self._texts(symbols)


def _opened(opener: Opener, text: str) -> tuple[Record | None, bool]:
    """Record in a text, None where nothing can be read; and whether a newer version wrote it."""
    try:
        return opener.open(text), False
    except NothingReadableError:
        return None, False
    except NewerVersionError:
        return None, True


def _text(symbols: tuple[Symbol, ...]) -> str:
    try:
        return "".join(read_symbol(symbol) for symbol in symbols)
    except UnreadableSymbolError:
        return ""
