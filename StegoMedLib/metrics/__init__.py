"""Measures what embedding did to the pixels, the symbol and the masks."""

from StegoMedLib.metrics.agreement import bit_error_rate, dice, iou, ncc, ncc_of_symbols
from StegoMedLib.metrics.quality import PAPER_NOTE, Quality, compare, summarise

__all__ = ["PAPER_NOTE", "Quality", "bit_error_rate", "compare", "dice", "iou", "ncc", "ncc_of_symbols", "summarise"]
