"""Coded character sets that DICOM designates by escape sequences (PS3.3 C.12.1.1.2, PS3.5 6.1.2.5, annexes H to K)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ASCII", "GRAPHIC", "ROMAJI", "SETS", "CodedSet"]

GRAPHIC = range(0x21, 0x7F)
"""Codes in the lower half that may begin a character of more than one byte."""
_HIGH = 0x80
_YEN_AND_OVERLINE = {0x7E: "\u203e"}  # the yen sign at 0x5C stands for the backslash, and separates values


@dataclass(frozen=True)
class CodedSet:
    """A coded character set as one of the two halves of the code table.

    Attributes
    ----------
    escape : bytes
        What designates it.
    codec : str
        Python codec that knows its characters, with the high bits of all bytes set.
    high : bool
        Upper half (G1), or the lower one (G0).
    width : int
        Bytes of a character.
    codes : range
        Of the bytes of a character, in the half where the set is.
    prefix : bytes
        What the codec expects before a character.
    """

    escape: bytes
    codec: str
    high: bool
    width: int
    codes: range
    prefix: bytes = b""

    def decode(self, code: bytes) -> str | None:
        """The character of a code of `width` bytes; None where there is none."""
        if not all(byte in self.codes for byte in code) or len(code) != self.width:
            return None
        if self is ROMAJI and code[0] in _YEN_AND_OVERLINE:
            return _YEN_AND_OVERLINE[code[0]]
        full = code if self.codec == "ascii" else bytes(byte | _HIGH for byte in code)
        try:
            found = (self.prefix + full).decode(self.codec)
        except UnicodeDecodeError:
            return None
        # JIS X 0212 has a second tilde, whose bytes would not come back.
        return found if len(found) == 1 and found.isascii() == (self.codec == "ascii") else None

    def encode(self, character: str) -> bytes | None:
        """The code of a character; None where there is none."""
        if self is ROMAJI and character in _YEN_AND_OVERLINE.values():
            return b"\x7e"
        try:
            full = character.encode(self.codec)
        except UnicodeEncodeError:
            return None
        code = full.removeprefix(self.prefix)
        if self.codec != "ascii" and not self.high:
            code = bytes(byte & ~_HIGH for byte in code)
        return code if self.decode(code) == character else None


def _upper(escape: bytes, codec: str, codes: range = range(0xA0, 0x100)) -> CodedSet:
    return CodedSet(escape, codec, high=True, width=1, codes=codes)


ASCII = CodedSet(b"\x1b(B", "ascii", high=False, width=1, codes=range(0x80))
ROMAJI = CodedSet(b"\x1b(J", "ascii", high=False, width=1, codes=range(0x80))
"""ISO-IR 14, the lower half of JIS X 0201."""
_PAIRS = range(0xA1, 0xFF)

SETS: Mapping[int, CodedSet] = MappingProxyType(
    {
        6: ASCII,
        13: _upper(b"\x1b)I", "shift_jis", range(0xA1, 0xE0)),
        87: CodedSet(b"\x1b$B", "euc_jp", high=False, width=2, codes=GRAPHIC),
        159: CodedSet(b"\x1b$(D", "euc_jp", high=False, width=2, codes=GRAPHIC, prefix=b"\x8f"),
        149: CodedSet(b"\x1b$)C", "euc_kr", high=True, width=2, codes=_PAIRS),
        58: CodedSet(b"\x1b$)A", "gb2312", high=True, width=2, codes=_PAIRS),
        100: _upper(b"\x1b-A", "iso8859_1"),
        101: _upper(b"\x1b-B", "iso8859_2"),
        109: _upper(b"\x1b-C", "iso8859_3"),
        110: _upper(b"\x1b-D", "iso8859_4"),
        144: _upper(b"\x1b-L", "iso8859_5"),
        127: _upper(b"\x1b-G", "iso8859_6"),
        126: _upper(b"\x1b-F", "iso8859_7"),
        138: _upper(b"\x1b-H", "iso8859_8"),
        148: _upper(b"\x1b-M", "iso8859_9"),
        166: _upper(b"\x1b-T", "iso8859_11"),
        203: _upper(b"\x1b-b", "iso8859_15"),
    }
)
"""By their numbers in the registry of ISO 2375, as in ``ISO_IR 100`` and ``ISO 2022 IR 100``."""
