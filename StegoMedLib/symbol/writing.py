"""Writing symbols: the smallest that takes a text, proven to be readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import segno
from segno import consts

from StegoMedLib.errors import DoesNotFitError, UsageError
from StegoMedLib.symbol.reading import UnreadableSymbolError, count_readers
from StegoMedLib.symbol.symbol import LEVELS, MASKS, VERSIONS, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_characters", "draw_symbol", "make_symbol", "text_capacity"]

_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_LEVEL_CONSTANTS = {
    "L": consts.ERROR_LEVEL_L,
    "M": consts.ERROR_LEVEL_M,
    "Q": consts.ERROR_LEVEL_Q,
    "H": consts.ERROR_LEVEL_H,
}
_MODE_BITS = 4
_BITS_PER_PAIR = 11
_BITS_OF_LAST = 6


def make_symbol(text: str) -> Symbol:
    """Write a text as a QR code in alphanumeric mode, never as a Micro QR code.

    The smallest version at level L; then the highest level that costs no larger version. The mask is the standard's
    choice (ISO/IEC 18004, section 7.8.3), or the next that every reader of this computer reads.

    Parameters
    ----------
    text : str
        Digits, capital letters, space and ``$%*+-./:``; at least one.

    Returns
    -------
    Symbol
        A symbol that `read_symbol` reads.

    Raises
    ------
    UsageError
        The text is empty or has other characters.
    DoesNotFitError
        The text is longer than the largest symbol takes.
    UnreadableSymbolError
        No reader reads the symbol, whatever the mask.
    """
    _check_text(text)
    best, best_count = None, 0
    for symbol in _candidates(text):
        count, readers = count_readers(symbol, text)
        if count == readers:
            return symbol
        if count > best_count:
            best, best_count = symbol, count
    if best is None:
        raise UnreadableSymbolError
    return best


def text_capacity(version: int, level: str = "L") -> int:
    """Count the characters that fit in a symbol in alphanumeric mode (ISO/IEC 18004, sections 7.4.4 and 7.4.10).

    Parameters
    ----------
    version : int
        1 to 40.
    level : str
        Error correction level, one of ``"LMQH"``.

    Returns
    -------
    int
        Characters.

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    if version not in VERSIONS or level not in _LEVEL_CONSTANTS:
        raise ValueError(f"there is no QR symbol of version {version} and level {level!r}")
    data_bits: Any = consts.SYMBOL_CAPACITY  # by version and level, mode and character count included
    bits = data_bits[version][_LEVEL_CONSTANTS[level]] - _MODE_BITS - _count_bits(version)
    pairs, rest = divmod(bits, _BITS_PER_PAIR)
    return int(2 * pairs + (rest >= _BITS_OF_LAST))


def _count_bits(version: int) -> int:
    """Length of the character count indicator in alphanumeric mode (ISO/IEC 18004, table 3)."""
    return 9 if version < 10 else 11 if version < 27 else 13  # noqa: PLR2004 (the table's own limits)


def check_characters(text: str) -> None:
    """Raise `UsageError` where a text is empty, or has characters that symbols do not take."""
    if not text or not _ALPHANUMERIC.issuperset(text):
        raise UsageError("A symbol takes digits, capital letters, space and $%*+-./: only, and at least one of them.")


def _check_text(text: str) -> None:
    check_characters(text)
    most = text_capacity(VERSIONS[-1])
    if len(text) > most:
        raise DoesNotFitError(
            f"The sealed record has {len(text)} characters and the largest QR symbol takes {most}; hide less."
        )


def _candidates(text: str) -> Iterator[Symbol]:
    """Draw the symbol with the standard's mask first, then with all the others."""
    first = draw_symbol(text)
    yield first
    yield from (draw_symbol(text, mask=mask) for mask in MASKS if mask != first.mask)


def draw_symbol(text: str, version: int | None = None, level: str | None = None, mask: int | None = None) -> Symbol:
    """Draw a symbol that nobody has read yet; what is not given is the standard's choice at the smallest version."""
    drawn = segno.make(
        text,
        version=version,
        error=level or LEVELS[0],
        boost_error=level is None,
        mode="alphanumeric",
        micro=False,
        mask=mask,
    )
    return Symbol(int(drawn.version), drawn.error, drawn.mask, np.array(drawn.matrix, dtype=np.bool_))
