"""Measures of section 8 of the design: what embedding did to the pixels, the symbol, and the masks."""

from StegoMedLib.metrics.masks import dice, iou, ncc
from StegoMedLib.metrics.quality import PAPER_NOTE, Quality, compare
from StegoMedLib.metrics.summary import summarise
from StegoMedLib.metrics.symbols import bit_error_rate, ncc_of_symbols

__all__ = ["PAPER_NOTE", "Quality", "bit_error_rate", "compare", "dice", "iou", "ncc", "ncc_of_symbols", "summarise"]
