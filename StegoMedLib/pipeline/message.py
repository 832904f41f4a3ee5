"""From a record to what the codec hides, and back: record, envelope, symbol, payload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.envelope import Opener, Record, Sealer, envelope_length
from StegoMedLib.errors import DoesNotFitError, NothingReadableError
from StegoMedLib.pipeline.room import LARGEST_RECORD
from StegoMedLib.symbol import (
    Symbol,
    UnreadableSymbolError,
    data_length,
    make_symbol,
    pack_label,
    read_symbol,
    text_capacity,
    unpack_label,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Message", "Reader", "Votes", "length_of", "seal"]

_LARGEST_VERSION = 40


@dataclass(frozen=True)
class Message:
    """A sealed record as symbol and payload."""

    symbol: Symbol
    payload: Payload
    characters: int


def seal(sealer: Sealer, record: Record) -> Message:
    """Seal `record` and write its symbol.

    Raises
    ------
    DoesNotFitError
        When the envelope is longer than the largest symbol holds.
    """
    if not _fits(record):
        raise DoesNotFitError(
            f"The record is too large for a slice: at most {LARGEST_RECORD} bytes fit after compression; "
            "hide a shorter one."
        )
    text = sealer.seal(record)
    symbol = make_symbol(text)
    label = pack_label(symbol.version, symbol.level, symbol.mask)
    return Message(symbol, Payload(label, symbol.data_bits), len(text))


def _fits(record: Record) -> bool:
    """Whether the largest symbol holds the record's envelope."""
    try:
        return envelope_length(record) <= text_capacity(_LARGEST_VERSION)
    except DoesNotFitError:  # larger than an envelope may be, which says little of what a slice can carry
        return False


def length_of(label: int) -> int | None:
    """Length in bits of the payload with `label`, None for a label that no symbol has."""
    fields = unpack_label(label)
    return None if fields is None else data_length(fields[0])


class Reader:
    """Reads symbols under one passphrase; equal symbols of a series are opened once."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._known: dict[bytes, Record | None] = {}

    def read(self, symbol: Symbol) -> Record | None:
        """Record of `symbol`, or None when nothing can be read."""
        content = np.packbits(symbol.modules).tobytes()
        if content not in self._known:
            self._known[content] = self._open(symbol)
        return self._known[content]

    def _open(self, symbol: Symbol) -> Record | None:
        try:
            return self._opener.open(read_symbol(symbol))
        except (UnreadableSymbolError, NothingReadableError):
            return None


class Votes:
    """Majority over slices of what was extracted under each label, for when no slice can be read alone."""

    def __init__(self) -> None:
        self._ballots: dict[int, tuple[int, NDArray[np.int32]]] = {}

    def add(self, payload: Payload) -> None:
        """Count one slice's bits."""
        count, ones = self._ballots.get(payload.label, (0, np.zeros(payload.bits.size, dtype=np.int32)))
        self._ballots[payload.label] = (count + 1, ones + payload.bits)

    def payloads(self) -> list[Payload]:
        """Majority payload of every label that three slices or more carry."""
        quorum = 3
        return [Payload(label, 2 * ones > count) for label, (count, ones) in self._ballots.items() if count >= quorum]
