"""What can be hidden: patient attributes, a text or a file; as objects, as CBOR (RFC 8949) and as JSON.

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

__all__ = ["FileRecord", "HeaderRecord", "Record", "TextRecord", "decode_record", "encode_record", "record_as_json"]

_MAX_NAME_BYTES = 255  # the longest file name of the usual file systems
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
    attributes : mapping of str to str
        DICOM keyword to value, in the order they are to be shown; several values are separated by a backslash.

    Raises
    ------
    UsageError
        A keyword is empty, or a keyword or value is not text that UTF-8 can write.
    """

    attributes: Mapping[str, str]

    def __post_init__(self) -> None:
        """Keep a copy, and refuse what cannot be encoded."""
        object.__setattr__(self, "attributes", dict(self.attributes))
        for keyword, value in self.attributes.items():
            if not _is_text(keyword) or not keyword or not _is_text(value):
                raise UsageError("A header record takes attributes with a keyword and a value of Unicode text only.")


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
            raise UsageError("A text record takes Unicode text only; save the text as UTF-8.")


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
                "A file record takes a plain file name of at most 255 bytes, without a folder or control characters, "
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
    """Describe a record as a JSON object, as the command line reports it (design, section 9).

    Parameters
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        What to describe.

    Returns
    -------
    dict
        DICOM keywords for a header record, ``{"text"}`` for a text, ``{"name", "size", "sha256"}`` for a file, with
        the size in bytes.
    """
    if isinstance(record, HeaderRecord):
        return dict(record.attributes)
    if isinstance(record, TextRecord):
        return {"text": record.text}
    return {"name": record.name, "size": len(record.data), "sha256": hashlib.sha256(record.data).hexdigest()}


def _to_plain(record: Record) -> object:
    if isinstance(record, HeaderRecord):
        return attributes_to_map(record.attributes)
    if isinstance(record, TextRecord):
        return record.text
    return [record.name, record.data]


def _try_decode(data: bytes) -> Record | None:
    # None, not an exception: an exception raised while another is handled would carry that one along as its context.
    try:
        record = _from_plain(cbor2.loads(data))
        return record if encode_record(record) == data else None
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError, UsageError):
        return None


def _from_plain(plain: object) -> Record:
    if isinstance(plain, dict):
        return HeaderRecord(attributes_from_map(plain))
    if isinstance(plain, str):
        return TextRecord(plain)
    if isinstance(plain, list):
        name, data = plain
        return FileRecord(name, data)
    raise ValueError("no record has this CBOR type")


def _is_text(text: object) -> bool:
    return isinstance(text, str) and not any("\ud800" <= character <= "\udfff" for character in text)


def _is_file_name(name: object) -> bool:
    if not isinstance(name, str) or not _is_text(name) or name.strip(". ") == "":
        return False
    printable = not any(character in _NOT_IN_NAMES or unicodedata.category(character) == "Cc" for character in name)
    return printable and len(name.encode()) <= _MAX_NAME_BYTES
