"""Text as its declared character set has it, exactly or not at all (PS3.3 C.12.1.1.2, PS3.5 6.1.2, annexes H to K).

pydicom puts U+FFFD for what it cannot decode, takes other sets where the declared one fails, and looks for separators
before it decodes, where they are halves of characters. That is fine for showing, not for telling patients apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETS", "CharacterSet", "character_set"]

GRAPHIC = range(0x21, 0x7F)
"""Codes in the lower half that may begin a character of more than one byte."""
_HIGH = 0x80
_YEN_AND_OVERLINE = {0x7E: "\u203e"}  # the yen sign at 0x5C stands for the backslash, and separates values


@dataclass(frozen=True)
class _CodedSet:
    """A coded character set as one of the two halves of the code table: the upper one (G1), or the lower one (G0).

    An escape sequence designates it. A character has `width` bytes, all among `codes`. The Python codec knows it with
    the high bits of all bytes set, and a prefix before it.
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


def _upper(escape: bytes, codec: str, codes: range = range(0xA0, 0x100)) -> _CodedSet:
    return _CodedSet(escape, codec, high=True, width=1, codes=codes)


_NOTHING = _CodedSet(b"", "ascii", high=True, width=1, codes=range(0))
"""An upper half without characters."""
ASCII = _CodedSet(b"\x1b(B", "ascii", high=False, width=1, codes=range(0x80))
ROMAJI = _CodedSet(b"\x1b(J", "ascii", high=False, width=1, codes=range(0x80))
"""ISO-IR 14, the lower half of JIS X 0201."""
_PAIRS = range(0xA1, 0xFF)

SETS: Mapping[int, _CodedSet] = MappingProxyType(
    {
        6: ASCII,
        13: _upper(b"\x1b)I", "shift_jis", range(0xA1, 0xE0)),
        87: _CodedSet(b"\x1b$B", "euc_jp", high=False, width=2, codes=GRAPHIC),
        159: _CodedSet(b"\x1b$(D", "euc_jp", high=False, width=2, codes=GRAPHIC, prefix=b"\x8f"),
        149: _CodedSet(b"\x1b$)C", "euc_kr", high=True, width=2, codes=_PAIRS),
        58: _CodedSet(b"\x1b$)A", "gb2312", high=True, width=2, codes=_PAIRS),
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


_WHOLE = {"ISO_IR 192": "utf-8", "GB18030": "gb18030", "GBK": "gbk"}
_TERM = re.compile(r"ISO[ _-](2022[ _-])?IR[ _-](\d{1,3})", re.IGNORECASE)
_ESCAPE, _UPPER = 0x1B, 0x80
_LONGEST = 1 << 20
"""Bytes of a value with escape sequences that are decoded at most; comments and addresses have a few hundred."""
_BACK_TO_DEFAULT, _IN_NAMES = frozenset("\t\n\f\r\\"), frozenset("^=")
"""Characters behind which the sets of the first value are active again (PS3.5 6.1.2.5.3), and those of names."""


@dataclass(frozen=True)
class CharacterSet:
    """A declared character set.

    Attributes
    ----------
    codec : str
        Python codec of a set without escape sequences and of more than one byte; "" for all others.
    low, high : _CodedSet
        What is active in the two halves of the code table at the beginning.
    extensions : tuple of _CodedSet
        What escape sequences may designate.
    """

    codec: str = ""
    low: _CodedSet = ASCII
    high: _CodedSet = _NOTHING
    extensions: tuple[_CodedSet, ...] = ()

    def decode(self, value: bytes, *, name: bool = False) -> str | None:
        """Text of a value without padding, separators in it; None where it holds a byte that this set does not have.

        In a `name` (its VR is PN) ``^`` and ``=`` separate, too.
        """
        if self.codec:
            try:
                return None if _ESCAPE in value else value.decode(self.codec)
            except UnicodeDecodeError:
                return None
        if value.isascii() and _ESCAPE not in value and self.low is ASCII:
            return value.decode("ascii")
        return self._decoded(value, name=name) if len(value) <= _LONGEST else None

    def _decoded(self, value: bytes, *, name: bool) -> str | None:
        """Text of a value, character by character."""
        found, at, active = list[str](), 0, [self.low, self.high]
        while at < len(value):
            if value[at] == _ESCAPE:
                designated = next((each for each in self.extensions if value.startswith(each.escape, at)), None)
                if designated is None:
                    return None
                active[designated.high] = designated
                at += len(designated.escape)
                continue
            half = active[1] if value[at] >= _UPPER else active[0] if value[at] in GRAPHIC else ASCII
            character = half.decode(value[at : at + half.width])
            if character is None:
                return None
            found.append(character)
            at += half.width
            if _separates(character, name=name):
                active = [self.low, self.high]
        return "".join(found)

    def encode(self, text: str, *, name: bool = False) -> bytes | None:
        """A value that decodes to `text`; None where this set does not have all of its characters."""
        if self.codec:
            try:
                value = text.encode(self.codec)
            except UnicodeEncodeError:
                return None
        else:
            value = b"".join(self._codes(text, name=name))
        return value if self.decode(value, name=name) == text else None

    def _codes(self, text: str, *, name: bool) -> list[bytes]:
        """Codes and escape sequences of a text; characters that no set has are left out."""
        found, active = list[bytes](), [self.low, self.high]
        for character in text:
            separates = _separates(character, name=name)
            if (separates or ord(character) not in GRAPHIC) and character.isascii() and active[0].width > 1:
                found.append(self.low.escape)
                active[0] = self.low
            fitting = ((each, each.encode(character)) for each in (*active, *self.extensions))
            half, code = next(((each, code) for each, code in fitting if code is not None), (active[0], b""))
            if half not in active:
                found.append(half.escape)
                active[half.high] = half
            found.append(code)
            if separates:
                active = [self.low, self.high]
        return [*found, self.low.escape] if active[0].width > 1 else found


def _separates(character: str, *, name: bool) -> bool:
    return character in _BACK_TO_DEFAULT or (name and character in _IN_NAMES)


@lru_cache(maxsize=64)
def character_set(declared: bytes) -> CharacterSet:
    """The character set that a value of SpecificCharacterSet declares; ASCII alone where nothing here knows it.

    The value is given as it lies in the file; empty where the attribute is missing.
    """
    terms = [term.strip(" \0") for term in declared.decode("latin-1").split("\\")]
    if len(terms) == 1 and terms[0] in _WHOLE:
        return CharacterSet(_WHOLE[terms[0]])
    known = [_TERM.fullmatch(term) for term in terms]
    numbers = [int(term[2]) for term in known if term and int(term[2]) in SETS]
    first = SETS[numbers[0]] if known[0] and numbers and int(known[0][2]) == numbers[0] else ASCII
    extended = len(terms) > 1 or any(term and term[1] for term in known)
    return CharacterSet(
        low=ROMAJI if first is SETS[13] else ASCII,
        high=first if first.high and first.width == 1 else _NOTHING,
        extensions=_extensions(numbers) if extended else (),
    )


def _extensions(numbers: list[int]) -> tuple[_CodedSet, ...]:
    """What may be designated: the sets declared, and the lower halves that go with them."""
    lower = (ASCII, ROMAJI) if 13 in numbers else (ASCII,)  # noqa: PLR2004 a name in a registry
    return tuple(dict.fromkeys((*lower, *(SETS[number] for number in numbers))))
