"""From a record to what the codec embeds, and back: record, envelope, symbol, payload."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.envelope import (
    Key,
    Opened,
    Opener,
    Record,
    Sealer,
    envelope_bytes,
    envelope_bytes_in,
    largest_record_bytes,
)
from StegoMedLib.errors import DoesNotFitError, NewerVersionError, NothingReadableError
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
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from StegoMedLib.binding import Shared

__all__ = ["Message", "NoMessage", "Reader", "length_of", "seal", "written"]

_LARGEST_VERSION = 40

_REMEMBERED = 16
"""Symbols, and records, that a reader remembers; those of a spread record all differ."""


@dataclass(frozen=True)
class Message:
    """What a slice shall carry: a text, as symbols and as their payload.

    Attributes
    ----------
    symbol : Symbol
    payload : Payload
    text : str
        An envelope, or a shard of one.
    more : tuple of Symbol
        Those behind the first, all of its version, level and mask.
    binding_key : bytes of length 32
        Ties the text to its slice; none where it is tied to nothing.
    shared : Shared or None
        What all slices of the series share that carry this text.
    """

    symbol: Symbol
    payload: Payload
    text: str = field(repr=False)
    more: tuple[Symbol, ...] = ()
    binding_key: bytes = field(default=b"", repr=False)
    shared: Shared | None = field(default=None, repr=False)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All symbols, in the order of the text."""
        return (self.symbol, *self.more)


@dataclass(frozen=True)
class NoMessage:
    """A slice gets no message; an empty `reason` stands for want of air."""

    reason: str = ""


def seal(sealer: Sealer, record: Record, most: int = 1, shared: Shared | None = None) -> Message:
    """Seal `record`, with what the slices of a series share beside it, and write its symbols, at most `most`.

    Raises
    ------
    DoesNotFitError
        When the envelope is longer than the largest symbols hold.
    """
    context = b"" if shared is None else shared.pack()
    characters, key = most * text_capacity(_LARGEST_VERSION), sealer.key
    missing = _bytes_missing(record, key, characters, len(context))
    if missing > 0:
        excess = f", and it is {counted(int(missing), 'byte')} too long" if missing < inf else ""
        fits = largest_record_bytes(characters, key, len(context))
        raise DoesNotFitError(
            f"The record is too large for a slice: at most {fits} bytes fit after compression beside {key.slot_bytes} "
            f"bytes of keys{excess}; embed a shorter one, or for fewer keys."
        )
    return written(sealer.seal(record, context), sealer.binding_key, shared)


def written(text: str, binding_key: bytes = b"", shared: Shared | None = None) -> Message:
    """The message whose symbols say `text`, with what ties it to its slice."""
    symbols = make_symbols(text)
    first = symbols[0]
    label = pack_label(first.version, first.level, first.mask)
    bits = np.concatenate([symbol.data_bits for symbol in symbols])
    return Message(first, Payload(label, bits, len(symbols)), text, symbols[1:], binding_key, shared)


def _bytes_missing(record: Record, key: Key, characters: int, context_bytes: int) -> float:
    """By how many bytes the record's envelope is longer than so many characters hold; at most 0 where it fits."""
    try:
        return envelope_bytes(record, key, context_bytes) - envelope_bytes_in(characters)
    except DoesNotFitError:  # larger than an envelope may be, which says little of what a slice can carry
        return inf


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

    def read(self, text: str) -> Opened | None:
        """What the envelope in a text held, or None when nothing can be read."""
        opened, newer = self._opened(text)
        self.newer |= newer
        return opened

    def text(self, *symbols: Symbol) -> str:
        """Text of one or several symbols of a slice, empty when they cannot be read."""
        return self._texts(symbols)


def _opened(opener: Opener, text: str) -> tuple[Opened | None, bool]:
    """What a text held, None where nothing can be read; and whether a newer version wrote it."""
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
