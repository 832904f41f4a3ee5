r"""Text that a screen shows letter by letter: nothing in it is obeyed, hidden, or turns the writing around.

Names of files, values of headers and records come from anybody. What has no picture of its own is written as an
escape, as Python writes it (``\x1b``, ``\u202e``); a byte of a file name that is no text as ``\xff``. The JSON report
has the values as they are.
"""

from __future__ import annotations

import unicodedata

__all__ = ["plain", "plain_lines"]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of letters without a picture: controls, formats, halves of letters, private and unknown ones, breaks."""

_ALSO_UNSEEN = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0x2800, 0x2800),  # Braille without dots
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),  # Hangul filler
    (0xE0100, 0xE01EF),  # variation selectors
)
"""First and last of those that Unicode has no category for (Default_Ignorable_Code_Point, UAX #44), and one blank."""

_BYTES = (0xDC80, 0xDCFF)
"""What stands for bytes that are no text (PEP 383)."""


def plain(text: str) -> str:
    """`text` in one line, with escapes for letters that nobody sees; other letters, emoji and markup are as they are.

    Returns
    -------
    str
        It can be encoded in UTF-8.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(letter) if _is_unseen(letter) else letter for letter in text)


def plain_lines(text: str) -> str:
    """`text` as `plain` has it, line by line: for places that show several lines."""
    return "\n".join(map(plain, text.split("\n")))


def _is_unseen(letter: str) -> bool:
    if unicodedata.category(letter) in _UNSEEN:
        return True
    if unicodedata.category(letter) == "Zs":
        return letter != " "  # blanks that look like the usual one
    return any(first <= ord(letter) <= last for first, last in _ALSO_UNSEEN)


def _escaped(letter: str) -> str:
    first, last = _BYTES
    if first <= ord(letter) <= last:
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode("ascii")
