"""Symbols: QR codes in and out of arrays of bits."""

from StegoMedLib.symbol.label import LABEL_BITS, pack_label, unpack_label
from StegoMedLib.symbol.reading import UnreadableSymbolError, read_symbol, symbol_image
from StegoMedLib.symbol.sequence import symbol_from_sequence
from StegoMedLib.symbol.several import largest_text, make_symbols, symbols_needed
from StegoMedLib.symbol.symbol import Symbol, data_length, symbol_from_bits
from StegoMedLib.symbol.writing import make_symbol, text_capacity

__all__ = [
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
