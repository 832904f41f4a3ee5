"""Symbols: writes bits as QR codes, and reads them."""

from StegoMedLib.symbol.reading import UnreadableSymbolError, read_symbol, symbol_image
from StegoMedLib.symbol.symbol import (
    LABEL_BITS,
    Symbol,
    data_length,
    pack_label,
    symbol_from_bits,
    symbol_from_sequence,
    unpack_label,
)
from StegoMedLib.symbol.writing import (
    ALPHANUMERIC,
    largest_text,
    make_symbol,
    make_symbols,
    symbols_needed,
    text_capacity,
)

__all__ = [
    "ALPHANUMERIC",
    "LABEL_BITS",
    "Symbol",
    "UnreadableSymbolError",
    "data_length",
    "largest_text",
    "make_symbol",
    "make_symbols",
    "pack_label",
    "read_symbol",
    "symbol_from_bits",
    "symbol_from_sequence",
    "symbol_image",
    "symbols_needed",
    "text_capacity",
    "unpack_label",
]
