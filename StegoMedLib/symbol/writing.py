"""Writing symbols: the smallest that take a text, proven to be readable."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import segno
from segno import consts

from StegoMedLib.errors import DoesNotFitError, UsageError
from StegoMedLib.symbol.reading import UnreadableSymbolError, count_readers, read_symbol
from StegoMedLib.symbol.symbol import LEVELS, MASKS, VERSIONS, Symbol, data_length

__all__ = ["ALPHANUMERIC", "largest_text", "make_symbol", "make_symbols", "symbols_needed", "text_capacity"]

ALPHANUMERIC = frozenset(consts.ALPHANUMERIC_CHARS.decode())
_MODE_BITS = 4
_BITS_PER_PAIR = 11
_BITS_OF_LAST = 6


def make_symbol(text: str) -> Symbol:
    """Write a text as a QR code in alphanumeric mode, never as a Micro QR code.

    The smallest version at level L; then the highest level that costs no larger version. The mask is the first that
    every reader of this computer reads, else the one that most of them read. The choice of the standard (ISO/IEC 18004,
    section 7.8.3) is for cameras, and takes seven times as long as all the rest: no camera sees these symbols.

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
    version, level = _smallest(len(text))
    best, best_count = None, 0
    for mask in MASKS:
        symbol = draw_symbol(text, version, level, mask)
        count, readers = count_readers(symbol, text)
        if count == readers:
            return symbol
        if count > best_count:
            best, best_count = symbol, count
    if best is None:
        raise UnreadableSymbolError
    return best


@cache
def text_capacity(version: int, level: str = "L") -> int:
    """Count the characters that fit in a symbol in alphanumeric mode (ISO/IEC 18004, sections 7.4.4 and 7.4.10).

    Raises
    ------
    ValueError
        There is no such version (1 to 40) or level (one of ``"LMQH"``).
    """
    if version not in VERSIONS or level not in consts.ERROR_MAPPING:
        raise ValueError(f"there is no QR symbol of version {version} and level {level!r}")
    data_bits: Any = consts.SYMBOL_CAPACITY  # by version and level, mode and character count included
    bits = data_bits[version][consts.ERROR_MAPPING[level]] - _MODE_BITS - _count_bits(version)
    pairs, rest = divmod(bits, _BITS_PER_PAIR)
    return int(2 * pairs + (rest >= _BITS_OF_LAST))


def _count_bits(version: int) -> int:
    """Length of the character count indicator in alphanumeric mode (ISO/IEC 18004, table 3)."""
    return 9 if version < 10 else 11 if version < 27 else 13  # noqa: PLR2004 (the table's own limits)


def check_characters(text: str) -> None:
    """Raise `UsageError` where a text is empty, or has characters that symbols do not take."""
    if not text or not set(ALPHANUMERIC).issuperset(text):
        raise UsageError(
            "The text of a QR code must not be empty, and may have only digits, capital letters, spaces and $%*+-./:."
        )


def _check_text(text: str) -> None:
    check_characters(text)
    most = text_capacity(VERSIONS[-1])
    if len(text) > most:
        raise DoesNotFitError(
            f"The sealed record has {len(text)} characters, and the largest QR code holds {most}; embed less."
        )


@cache
def _smallest(characters: int) -> tuple[int, str]:
    """Smallest version that takes so many characters, and the highest level at which it does."""
    version = next(version for version in VERSIONS if text_capacity(version) >= characters)
    return version, next(level for level in reversed(LEVELS) if text_capacity(version, level) >= characters)


def draw_symbol(text: str, version: int, level: str, mask: int) -> Symbol:
    """Draw a symbol that nobody has read yet."""
    drawn = segno.make(
        text, version=version, error=level, mask=mask, mode="alphanumeric", boost_error=False, micro=False
    )
    return Symbol(version, level, mask, np.array(drawn.matrix, dtype=np.bool_))


def make_symbols(text: str) -> tuple[Symbol, ...]:
    """Write a text as one QR code, or as several where it is longer than the largest takes.

    Several are as few as can be, of the smallest version that takes the parts, at level L: in large versions a higher
    level always costs a larger one. The texts of the symbols, in their order, are the text.

    Parameters
    ----------
    text : str
        As `make_symbol` takes it, of any length.

    Returns
    -------
    tuple of Symbol
        All of one version, level and mask, each proven to be readable.

    Raises
    ------
    UsageError
        The text is empty or has other characters than QR codes take in alphanumeric mode.
    UnreadableSymbolError
        A symbol cannot be read, whatever the mask.
    """
    count, version = symbols_needed(len(text))
    if count <= 1:
        return (make_symbol(text),)
    check_characters(text)
    size = -(-len(text) // count)
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    for mask in MASKS:
        symbols = tuple(draw_symbol(part, version, LEVELS[0], mask) for part in parts)
        if all(_reads(symbol, part) for symbol, part in zip(symbols, parts, strict=True)):
            return symbols
    raise UnreadableSymbolError


def symbols_needed(characters: int) -> tuple[int, int]:
    """Number and version of the symbols that a text of `characters` characters takes."""
    count = max(1, -(-characters // text_capacity(VERSIONS[-1])))
    version, _ = _smallest(-(-characters // count))
    return count, version


def largest_text(bits: int, most: int) -> int:
    """Count the characters of the longest text whose symbols, at most `most`, have `bits` data modules together."""
    fewest, found = min(most, bits // data_length(VERSIONS[-1])), 0
    for count in {max(1, fewest), max(1, min(most, fewest + 1))}:
        versions = [version for version in VERSIONS if count * data_length(version) <= bits]
        characters = count * text_capacity(versions[-1]) if versions else 0
        if characters and symbols_needed(characters) == (count, versions[-1]):
            found = max(found, characters)
    return found


def _reads(symbol: Symbol, text: str) -> bool:
    try:
        return read_symbol(symbol) == text
    except UnreadableSymbolError:
        return False
