"""What can be sealed: patient attributes, a text or a file; as objects, as CBOR (RFC 8949) and as JSON.

===========  ===================================================================
record       CBOR
===========  ===================================================================
header       map, as `StegoMedLib.envelope.attributes` describes
text         text string
file         array of the name (text string) and the content (byte string)
===========  ===================================================================

Every record has exactly one encoding, so reading is strict: what does not encode to the same bytes again was not
written by StegoMed. That shuts out tags, indefinite lengths, double keys, deep nesting and trailing bytes together.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cbor2

from StegoMedLib.envelope.attributes import attributes_from_map, attributes_to_map
from StegoMedLib.errors import NothingReadableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FileRecord", "HeaderRecord", "Record", "TextRecord", "decode_record", "encode_record"]
__all__ += ["record_as_json", "record_in_words"]

_MAX_NAME_BYTES = 255  # the longest file name of the usual file systems
_MOST_ATTRIBUTES = 10_000  # twice as many as DICOM has
_NUMBER, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5  # major types of CBOR
_LEAVES = frozenset({_NUMBER, _BYTES, _TEXT})
_PARTS_OF_A_FILE = 2
_MAJOR = 2**5
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}  # of arguments beside the first byte; what says neither has no end
_PRINTABLE = frozenset(range(0x20, 0x7F)) - {0x5C}
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')  # separators, and what Windows refuses


class _Discreet:
    """Shows nothing of its content in ``repr``, and so nothing in logs and tracebacks."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


@dataclass(frozen=True, repr=False)
class HeaderRecord(_Discreet):
    """Patient attributes.

    Attributes
    ----------
    attributes : mapping of str to str or bytes
        DICOM keyword to value, in the order they are to be shown; several values are separated by a backslash. Bytes
        are what the character set of the header does not decode.

    Raises
    ------
    UsageError
        A keyword or bytes are empty, a keyword or text is not what UTF-8 can write, or there are more than 10,000.
    """

    attributes: Mapping[str, str | bytes]

    def __post_init__(self) -> None:
        """Keep a copy, and refuse what cannot be encoded."""
        object.__setattr__(self, "attributes", dict(self.attributes))
        if len(self.attributes) > _MOST_ATTRIBUTES:
            raise UsageError(f"A header record may have at most {_MOST_ATTRIBUTES} attributes; name fewer.")
        for keyword, value in self.attributes.items():
            if not _is_text(keyword) or not keyword or not _is_value(value):
                raise UsageError(
                    "An attribute of a header record needs a keyword and a value of Unicode text or of bytes."
                )


@dataclass(frozen=True, repr=False)
class TextRecord(_Discreet):
    """A text.

    Attributes
    ----------
    text : str
        Any Unicode text, also none.

    Raises
    ------
    UsageError
        UTF-8 cannot write the text.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what cannot be encoded."""
        if not _is_text(self.text):
            raise UsageError("A text record must be Unicode text; save the text as UTF-8.")


@dataclass(frozen=True, repr=False)
class FileRecord(_Discreet):
    """A file.

    Attributes
    ----------
    name : str
        File name without a folder, so that nobody can make a receiver write elsewhere.
    data : bytes
        Content of the file.

    Raises
    ------
    UsageError
        The name is no plain file name that all systems take, or `data` is not bytes.
    """

    name: str
    data: bytes

    def __post_init__(self) -> None:
        """Refuse what cannot be encoded."""
        if not _is_file_name(self.name) or not isinstance(self.data, bytes):
            raise UsageError(
                "A file record needs a plain file name of at most 255 bytes, without a folder or control characters, "
                "and the file's bytes; rename the file."
            )


Record: TypeAlias = HeaderRecord | TextRecord | FileRecord


def encode_record(record: Record) -> bytes:
    """Encode a record as CBOR.

    Parameters
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        What to encode.

    Returns
    -------
    bytes
        The record's only encoding (RFC 8949, preferred serialisation, definite lengths).
    """
    return cbor2.dumps(_to_plain(record))


def decode_record(data: bytes) -> Record:
    """Decode what `encode_record` wrote.

    Parameters
    ----------
    data : bytes
        CBOR; may be anything.

    Returns
    -------
    HeaderRecord, TextRecord or FileRecord
        The record.

    Raises
    ------
    NothingReadableError
        `data` is not the encoding of a record.
    """
    record = _try_decode(data)
    if record is None:
        raise NothingReadableError from None
    return record


def record_as_json(record: Record) -> dict[str, Any]:
    """Describe a record as a JSON object, as the command line reports it.

    Parameters
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        What to describe.

    Returns
    -------
    dict
        DICOM keywords for a header record, ``{"text"}`` for a text, ``{"name", "size", "sha256"}`` for a file, with
        the size in bytes. A value that is no text is an object: ``{"bytes", "escaped"}``, the bytes in hexadecimal and
        as `escaped` shows them.
    """
    if isinstance(record, HeaderRecord):
        return {keyword: _as_json(value) for keyword, value in record.attributes.items()}
    if isinstance(record, TextRecord):
        return {"text": record.text}
    return {"name": record.name, "size": len(record.data), "sha256": hashlib.sha256(record.data).hexdigest()}


def record_in_words(record: Record) -> dict[str, str]:
    """Describe a record for people: as `record_as_json`, in printable text throughout; bytes say that they are such."""
    if not isinstance(record, HeaderRecord):
        return {key: str(value) for key, value in record_as_json(record).items()}
    return {keyword: _in_words(value) for keyword, value in record.attributes.items()}


def escaped(value: bytes) -> str:
    r"""Bytes as printable ASCII; what is none, and the backslash, becomes ``\xNN``."""
    return "".join(chr(byte) if byte in _PRINTABLE else f"\\x{byte:02x}" for byte in value)


def _as_json(value: str | bytes) -> str | dict[str, str]:
    return {"bytes": value.hex(), "escaped": escaped(value)} if isinstance(value, bytes) else value


def _in_words(value: str | bytes) -> str:
    return f"{escaped(value)} (bytes that its character set does not decode)" if isinstance(value, bytes) else value


def _to_plain(record: Record) -> object:
    if isinstance(record, HeaderRecord):
        return attributes_to_map(record.attributes)
    if isinstance(record, TextRecord):
        return record.text
    return [record.name, record.data]


def _try_decode(data: bytes) -> Record | None:
    # None, not an exception: an exception raised while another is handled would carry that one along as its context.
    try:
        if not _is_record_like(data):
            return None
        record = _from_plain(cbor2.loads(data))
        return record if encode_record(record) == data else None
    except (
        cbor2.CBORError,
        LookupError,
        ValueError,
        TypeError,
        ArithmeticError,
        RecursionError,
        MemoryError,
        UsageError,
    ):
        return None


def _is_record_like(data: bytes) -> bool:
    """Whether `data` begins as a record does: a text, two items, or a map of so many that a header has as most.

    To be asked before it is decoded: 16 MiB of empty lists become 1.3 GiB.
    """
    major, count, place = _head(data, 0)
    if major == _TEXT:
        return True
    if not ((major == _ARRAY and count == _PARTS_OF_A_FILE) or (major == _MAP and count <= _MOST_ATTRIBUTES)):
        return False
    for _ in range(count * (2 if major == _MAP else 1)):
        major, length, place = _head(data, place)
        if major not in _LEAVES:
            return False
        place += length if major != _NUMBER else 0
    return place == len(data)


def _head(data: bytes, place: int) -> tuple[int, int, int]:
    """Major type and argument of the item at `place` (RFC 8949, section 3), and where they end."""
    major, short = divmod(data[place], _MAJOR)
    width = 0 if short < min(_WIDTHS) else _WIDTHS[short]
    end = place + 1 + width
    return major, int.from_bytes(data[place + 1 : end], "big") if width else short, end


def _from_plain(plain: object) -> Record:
    if isinstance(plain, dict):
        return HeaderRecord(attributes_from_map(plain))
    if isinstance(plain, str):
        return TextRecord(plain)
    if isinstance(plain, list):
        name, data = plain
        return FileRecord(name, data)
    raise ValueError("no record has this CBOR type")


def _is_value(value: object) -> bool:
    return value != b"" if isinstance(value, bytes) else _is_text(value)


def _is_text(text: object) -> bool:
    return isinstance(text, str) and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_file_name(name: object) -> bool:
    if not isinstance(name, str) or not _is_text(name) or name.strip(". ") == "":
        return False
    printable = not any(character in _NOT_IN_NAMES or unicodedata.category(character) == "Cc" for character in name)
    return printable and len(name.encode()) <= _MAX_NAME_BYTES
