"""What is left: every value that was taken out of a header is searched in everything that was written.

Looked for are the words of names, places and numbers that are none of medicine, dates as people write them, and UIDs;
in the bytes of every element at every level, whatever its VR, in the encodings that text may have, and in the names of
files. Of descriptions and private values, whose words are those of devices and protocols, only numbers and words with
letters beyond ASCII are looked for: who is named there has a name elsewhere, too. The words of bytes are looked up in a
set, so that it does not matter how many values were taken out.

Not looked at is what an option leaves in place or moves, since the user wants to have it, and what StegoMed itself
writes: its markers, and numbers by which it replaces UIDs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from pydicom.datadict import keyword_for_tag

from StegoMedLib.dicom import write_tree
from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.identity.deidentifier import leaves
from StegoMedLib.identity.dummies import WORD, dummy
from StegoMedLib.identity.markers import METHOD, METHOD_CODES, is_ours
from StegoMedLib.identity.nameless import DERIVED, source_tree
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.originals import read_beginning
from StegoMedLib.identity.table import CLEAN, KEEP, PRIVATE, row_of
from StegoMedLib.identity.vocabulary import is_harmless, is_standard_uid, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path as FilePath

    from StegoMedLib.dicom import Tree
    from StegoMedLib.identity.deidentifier import Leaf, Path

__all__ = ["Residue", "Search", "named"]

_NAMING = frozenset({"PN", "LO", "SH", "ST", "LT", "UT", "UC", "AE", "UN"})
_DATED = frozenset({"DA", "DT"})
_NUMBERS = frozenset({"DS", "FD", "FL"})
"""Values with so many digits that some of them are a date by chance."""
_SHORTEST, _SHORTEST_OF_NAME, _LONGEST_UNKNOWN, _DIGITS = 4, 3, 1024, 6
_DATE_DIGITS = 8
_WORD = re.compile(rb"[0-9a-z]+")
_UID = re.compile(rb"[0-9]+(?:\.[0-9]+){3,}")
_DATE = re.compile(rb"(?=([0-9]{8}))|([0-9]{4}[-./][0-9]{2}[-./][0-9]{2})|([0-9]{2}[-./][0-9]{2}[-./][0-9]{4})")
_ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "gb18030")
_HASHED_UID = re.compile(rb"(?<![0-9.])2\.25\.[0-9]{30,}")
_COUNTER = re.compile(r"[0-9]{1,5}")
"""Names of files that are numbers tell how many there are, and nothing else."""
_DUMMY_DATE = dummy(0, "DA")
_TERM = "CS"
"""Values that the standard defines: words in them name nobody."""


@dataclass(frozen=True, order=True)
class Residue:
    """Something that is left: the place where it stands, and the attribute that it was the value of, or a part of."""

    where: str
    of: str


def named(path: Path) -> str:
    """A place in words, as ``ReferencedImageSequence[0].ReferencedSOPInstanceUID``; private ones by their numbers."""
    words = ""
    for number, part in enumerate(path):
        words += f"[{part}]" if number % 2 else ("." if words else "") + _keyword(part)
    return words


def _keyword(tag: int) -> str:
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


@dataclass(repr=False)
class Search:
    """Searches what was written for what was taken out; shows nothing of it.

    Attributes
    ----------
    options : Options
        By which it was taken out.
    """

    options: Options = field(default_factory=Options)
    _words: dict[bytes, str] = field(default_factory=dict)
    _phrases: dict[bytes, str] = field(default_factory=dict)

    def add(self, gone: Iterable[Leaf]) -> None:
        """Search for these values, too."""
        for leaf in gone:
            if leaf.node.fragments or (leaf.node.vr == "UN" and len(leaf.node.value) > _LONGEST_UNKNOWN):
                continue
            place = named(leaf.path)
            for text in _texts(leaf):
                if text.isascii():
                    self._words.setdefault(text.lower().encode("ascii"), place)
                else:
                    for encoding in _ENCODINGS:
                        self._phrases.setdefault(text.encode(encoding, "ignore"), place)
            raw = leaf.node.value.strip(b"\0 ")
            foreign = not raw.isascii() or b"\x1b" in raw
            if leaf.node.vr in _NAMING - {"UN"} and foreign and _is_identifying(leaf.path):
                self._phrases.setdefault(raw, place)  # as its own character set has it
        self._phrases = {phrase: of for phrase, of in self._phrases.items() if len(phrase) > _SHORTEST_OF_NAME}

    def in_file(self, path: FilePath) -> list[Residue]:
        """What is left in a file; raises `UnusableFileError` when it cannot be read."""
        with naming(path):
            preamble, meta = read_beginning(path)
            tree = meta | source_tree(open_object(path).dataset)
        return [*self.in_bytes(preamble, "the preamble of the file"), *self.in_tree(tree)]

    def in_tree(self, tree: Tree) -> list[Residue]:
        """What is left in the elements of a header."""
        if self._found(b"".join(write_tree(tree).values())) is None:
            return []
        found = (
            Residue(named(leaf.path), of)
            for leaf in leaves(tree)
            if not self._is_meant(leaf) and (of := self._found(leaf.node.value, leaf.node.vr)) is not None
        )
        return sorted(set(found))

    def _is_meant(self, leaf: Leaf) -> bool:
        """Whether a value may be what it is: a term, what an option lets stay or moves, or our own words."""
        tag, vr = leaf.path[-1], leaf.node.vr
        row = row_of(tag)
        options = {} if row is None else row.options
        done = {(name, options[name]) for name in self.options.chosen & options.keys()}
        moved = vr in _DATED and ("modified-dates", CLEAN) in done
        return vr == _TERM or moved or any(action == KEEP for _, action in done) or _is_ours(leaf)

    def in_bytes(self, content: bytes, where: str) -> list[Residue]:
        """What is left in bytes that are no element: a preamble, say."""
        of = self._found(content)
        return [] if of is None else [Residue(where, of)]

    def in_name(self, name: PurePath) -> list[Residue]:
        """What is left in the name of a file, and of the folders that the run made for it."""
        telling = " ".join(part for part in name.parts if not _COUNTER.fullmatch(PurePath(part).stem))
        return self.in_bytes(telling.encode("utf-8", "surrogateescape"), "the name of the file")

    def in_text(self, text: str, *, in_words: bool = False) -> str | None:
        """The attribute of the first value that is in a text; be it inside of a word, where `in_words` says so."""
        content = text.encode("utf-8", "surrogateescape")
        found = self._found(content)
        if found is None and in_words:
            small = content.lower()
            found = next((of for word, of in self._words.items() if len(word) >= _SHORTEST and word in small), None)
        return found

    def _found(self, content: bytes, vr: str = "") -> str | None:
        """The attribute of the first value that is in some bytes, of an element of a VR."""
        small = content.lower()
        for each in (small, small.replace(b"\0", b"")):  # the second is text in UTF-16 as ASCII has it
            for token in _tokens(each, dates=vr not in _NUMBERS):
                if token in self._words:
                    return self._words[token]
        return next((of for phrase, of in self._phrases.items() if phrase in content), None)


def _tokens(content: bytes, *, dates: bool) -> Iterator[bytes]:
    """Words, UIDs and dates in bytes."""
    for pattern in (_WORD, _UID):
        for match in pattern.finditer(content):
            if dates or len(match[0]) != _DATE_DIGITS or not match[0].isdigit():
                yield match[0]
    for match in _DATE.finditer(_HASHED_UID.sub(b" ", content) if dates else b""):
        yield match[0] or match[1]


def _is_ours(leaf: Leaf) -> bool:
    """Whether StegoMed wrote a value to say what it did."""
    if leaf.path[0] in (METHOD, METHOD_CODES):
        return is_ours(leaf.node)
    return leaf.node.value.rstrip() == DERIVED.encode("ascii")


def _texts(leaf: Leaf) -> Iterator[str]:
    """Words to look for of a value that was taken out."""
    vr = leaf.node.vr
    for value in map(str.strip, leaf.text.split("\\")):
        if vr == "UI":
            if not is_standard_uid(value):
                yield value
        elif vr in _DATED:
            yield from _dates(value)
        elif vr == "PN":
            yield from filter(_may_be_name, words_of(value))
        elif vr in _NAMING:
            wanted = _tells if _is_identifying(leaf.path) else _is_number if vr == "UN" else _is_rare
            yield from filter(wanted, words_of(value))


def _dates(value: str) -> Iterator[str]:
    """A date as DICOM and as people write it."""
    digits = value[:_DATE_DIGITS]
    if len(digits) == _DATE_DIGITS and digits.isdigit() and digits != _DUMMY_DATE:
        year, month, day = digits[:4], digits[4:6], digits[6:]
        yield digits
        for between in "-./":
            yield between.join((year, month, day))
            yield between.join((day, month, year))
            yield between.join((month, day, year))


def _is_identifying(path: Path) -> bool:
    """Whether any word of an attribute may name somebody, and not only describe something.

    What the table does not know, such as the meaning of a code, is as what it stands in.
    """
    rows = (row_of(tag) for tag in reversed(path[::2]))
    row = next((row for row in rows if row is not None), None)
    return row is not None and row.tag != PRIVATE and "descriptors" not in row.options


def _may_be_name(word: str) -> bool:
    if word.upper() == WORD:
        return False
    return not word.isascii() or len(word) >= (_DIGITS if word.isdigit() else _SHORTEST_OF_NAME)


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST and not is_harmless(word) and word.upper() != WORD


def _is_rare(word: str) -> bool:
    """Whether a word is such a number, or of letters that devices and protocols do not use."""
    return _is_number(word) or (len(word) >= _SHORTEST and not word.isascii())


def _is_number(word: str) -> bool:
    """Whether a word is a number that may be somebody's, or contains one."""
    return sum(each.isdigit() for each in word) >= _DIGITS
