"""The lines of an audit file: JSON, each chained to the one before by hashes.

A line is one JSON object in ASCII, whose last member is the SHA-256 of what stands before it in the line. Its member
``previous`` is the SHA-256 of the whole line before, without its end; of the first line, that of a fixed label and the
file's random ``id``. So an edited line does not fit its own hash, and one that was made to fit does not fit the next.
What hashes without a key cannot show: that whoever edited the file made all lines from there on anew, or cut off the
last ones. Somebody has to keep the hash of a last line elsewhere, to find it again.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LONGEST", "Chain", "NotAnAuditError", "first_line", "hash_of"]

LONGEST = 1 << 24
"""Bytes of a line."""
_VERSION = 1
_LABEL = b"StegoMed audit 1 "
_KIND = "stegomed_audit"
_BEGINNING = re.compile(rb'\{"stegomed_audit":(\d{1,9}),"id":"([0-9a-f]{32})",')
_LINE = re.compile(rb'(\{.*),"hash":"([0-9a-f]{64})"\}\n', re.DOTALL)
_CHANGED = "was changed after it was written"
_MOVED = "does not follow the line before: a line was removed, added or written anew"


class NotAnAuditError(UnusableInputError):
    """The file is no audit file; the sentence has it as its unnamed subject ("it")."""


def hash_of(line: bytes) -> str:
    """SHA-256 of a line without its end, in 64 digits."""
    return sha256(line.removesuffix(b"\n")).hexdigest()


def first_line(entries: Mapping[str, object]) -> bytes:
    """The line that a new audit file begins with."""
    name = secrets.token_hex(16)
    return _line({_KIND: _VERSION, "id": name, "number": 1, "previous": _previous_of_first(name.encode()), **entries})


def _previous_of_first(name: bytes) -> str:
    return sha256(_LABEL + name).hexdigest()


def _line(entries: Mapping[str, object]) -> bytes:
    open_end = json.dumps(entries, separators=(",", ":"), allow_nan=False).removesuffix("}").encode("ascii")
    return open_end + f',"hash":"{sha256(open_end).hexdigest()}"}}\n'.encode("ascii")


@dataclass
class Chain:
    """An audit file as far as it was read.

    Attributes
    ----------
    lines, end : int
        How many lines were read, and where the last one ends.
    last : str
        Hash of the last line read, as `hash_of` gives it.
    first_time, last_time : str
        When the first and the last line were written.
    broken : str
        What is wrong with the line behind the last good one, as the end of a sentence; "" when nothing is.
    sought : str
        Hash of a line to look out for, and `found_at`, the number of that line; 0 while it was not met.
    """

    lines: int = 0
    end: int = 0
    last: str = ""
    first_time: str = ""
    last_time: str = ""
    broken: str = ""
    sought: str = ""
    found_at: int = 0

    def read(self, stream: BinaryIO) -> None:
        """Read on from where the last good line ends, to the end or to the first line that is not as it was written.

        Raises
        ------
        NotAnAuditError
            It is no audit file, or one of a newer version.
        """
        stream.seek(self.end)
        while not self.broken and (line := stream.readline(LONGEST + 1)):
            if self.lines == 0:
                _check_kind(line)
            self.broken, time = self._judged(line)
            if not self.broken:
                self._take(line, time)
        if self.lines == 0 and not self.broken:
            raise _no_audit()

    def following(self, entries: Mapping[str, object]) -> bytes:
        """The line that comes next.

        Raises
        ------
        TypeError, ValueError
            It would be too long, or an entry is nothing that JSON has.
        """
        line = _line({"number": self.lines + 1, "previous": self.last, **entries})
        if len(line) > LONGEST:
            raise ValueError(f"an entry of an audit file has more than {LONGEST} bytes")
        return line

    def _judged(self, line: bytes) -> tuple[str, str]:
        """What is wrong with the next line, "" for nothing, and when it was written."""
        if not line.endswith(b"\n"):
            return ("is cut off" if len(line) <= LONGEST else _CHANGED), ""
        found = _LINE.fullmatch(line)
        entries = _entries(line)
        if found is None or entries is None or sha256(found[1]).hexdigest().encode() != found[2]:
            return _CHANGED, ""
        previous = self.last or _previous_of_first(str(entries.get("id")).encode())
        fits = (entries.get("number"), entries.get("previous")) == (self.lines + 1, previous)
        return ("" if fits else _MOVED), str(entries.get("time", ""))

    def _take(self, line: bytes, time: str) -> None:
        self.lines, self.end, self.last, self.last_time = self.lines + 1, self.end + len(line), hash_of(line), time
        self.first_time = self.first_time or time
        if self.last == self.sought:
            self.found_at = self.lines


def _check_kind(line: bytes) -> None:
    found = _BEGINNING.match(line)
    if found is None:
        raise _no_audit()
    if int(found[1]) > _VERSION:
        raise NotAnAuditError("it was written by a newer version of StegoMed; update StegoMed to use it.")


def _no_audit() -> NotAnAuditError:
    return NotAnAuditError("it is not an audit file of StegoMed; name one that was written with --audit.")


def _entries(line: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
