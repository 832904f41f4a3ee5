"""Several symbols for one text: equal parts of it, one after the other, in symbols of one version, level and mask."""

from __future__ import annotations

from StegoMedLib.symbol.reading import UnreadableSymbolError, read_symbol
from StegoMedLib.symbol.symbol import LEVELS, MASKS, VERSIONS, Symbol, data_length
from StegoMedLib.symbol.writing import check_characters, draw_symbol, make_symbol, text_capacity

__all__ = ["largest_text", "make_symbols", "symbols_needed"]

_LARGEST = VERSIONS[-1]


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
    count = max(1, -(-characters // text_capacity(_LARGEST)))
    size = -(-characters // count)
    return count, next(version for version in VERSIONS if text_capacity(version) >= size)


def largest_text(bits: int, most: int) -> int:
    """Count the characters of the longest text whose symbols, at most `most`, have `bits` data modules together."""
    fewest, found = min(most, bits // data_length(_LARGEST)), 0
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
