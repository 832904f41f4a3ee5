"""The headers of a series as a record: what has to be put back, common parts once, differences per instance.

The record is a file record (see ``docs/format.md``) whose content is CBOR (RFC 8949), an array of

=====  ===========================  =======================================================================
place  type                         what
=====  ===========================  =======================================================================
0      integer                      version, 1
1      integer                      number of the series in its run
2      array of integers            of each instance: place of its first frame in the series
3      bytes, 16 for each           of each instance: SHA-256 of its stored values, cut
4      bytes, 16 for each           of each instance: SHA-256 of its file, or of its header where `style` is none, cut
5      array of integers            of each instance: how its file was written (`Original.style`), -1 for none
6      map of bytes to any          columns: place of an attribute to its value in all instances, or an array of them
7      array of bytes               places of private attributes that did not fit
=====  ===========================  =======================================================================

A value is an element in explicit VR little endian, null for an attribute that is to go, false for one that stays. A
place is four bytes for each tag, and two between them for the number of an item, all big-endian; the preamble is at no
place, the file meta information at its tags.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import cbor2

from StegoMedLib.dicom import Node, read_tree, write_tree
from StegoMedLib.envelope import FileRecord
from StegoMedLib.errors import NothingReadableError, UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from StegoMedLib.envelope import Record
    from StegoMedLib.identity.deidentifier import Path

__all__ = ["DIGEST_BYTES", "PREAMBLE_BYTES", "Headers", "Original", "headers_in", "path_bytes"]

NAME = "stegomed-headers.cbor"
DIGEST_BYTES = 16
PREAMBLE_BYTES = 128
_VERSION = 1
_TAG, _ITEM = struct.Struct(">I"), struct.Struct(">H")
_MOST_INSTANCES = 100_000
_UNCHANGED = False


@dataclass(frozen=True)
class Original:
    """What has to be known of an instance to have it again.

    Attributes
    ----------
    number : int
        Place of its first frame in the series, from 0.
    pixels, whole : bytes of length 16
        Digests of its stored values, and of its file, or of its header where `style` is none.
    style : int
        How its file was written; -1 where it cannot be written so again.
    changes : mapping of Path to Node or None
        Values to be put in place, None for what is to go.
    preamble : bytes
    """

    number: int
    pixels: bytes
    whole: bytes
    style: int
    changes: Mapping[Path, Node | None] = field(repr=False)
    preamble: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Headers:
    """Those of a series; `missing` are places of private attributes that did not fit."""

    series: int
    instances: tuple[Original, ...]
    missing: tuple[Path, ...] = ()

    def without(self, paths: Iterable[Path]) -> Headers:
        """The same without the attributes at some places, and without the promise of equal files."""
        gone = frozenset(paths)
        if not gone:
            return self
        made = []
        for each in self.instances:
            kept = {path: node for path, node in each.changes.items() if path not in gone}
            made.append(replace(each, changes=kept, style=-1 if len(kept) < len(each.changes) else each.style))
        return Headers(self.series, tuple(made), tuple(sorted({*self.missing, *gone})))

    def sizes(self) -> dict[Path, int]:
        """Bytes that private attributes take in all instances together, by their places."""
        found: dict[Path, int] = {}
        for each in self.instances:
            for path, node in each.changes.items():
                if node is not None and any((tag >> 16) % 2 for tag in path[::2]):
                    found[path] = found.get(path, 0) + len(_value_bytes(path, node) or b"")
        return found

    def record(self) -> Record:
        """The record that holds them."""
        columns: dict[bytes, object] = {}
        for path in sorted({path for each in self.instances for path in each.changes}):
            values = [
                _value_bytes(path, each.changes[path]) if path in each.changes else _UNCHANGED
                for each in self.instances
            ]
            columns[path_bytes(path)] = _column(values)
        columns[b""] = _column([each.preamble for each in self.instances])
        content = [
            _VERSION,
            self.series,
            [each.number for each in self.instances],
            b"".join(each.pixels for each in self.instances),
            b"".join(each.whole for each in self.instances),
            [each.style for each in self.instances],
            columns,
            [path_bytes(path) for path in self.missing],
        ]
        return FileRecord(NAME, cbor2.dumps(content))


def _column(values: list[Any]) -> object:
    """One value where all are the same, else all of them."""
    return values[0] if all(value == values[0] and type(value) is type(values[0]) for value in values) else values


def _value_bytes(path: Path, node: Node | None) -> bytes | None:
    return None if node is None else write_tree({path[-1]: node})[path[-1]]


def path_bytes(path: Path) -> bytes:
    """A place as bytes."""
    return b"".join((_ITEM if number % 2 else _TAG).pack(part) for number, part in enumerate(path))


def _path(packed: bytes) -> Path:
    """Inverse of `path_bytes`."""
    parts, at = list[int](), 0
    while at < len(packed):
        form = _ITEM if len(parts) % 2 else _TAG
        parts.append(form.unpack_from(packed, at)[0])
        at += form.size
    if not len(parts) % 2:
        raise ValueError("a place ends with a tag")
    return tuple(parts)


def headers_in(record: Record) -> Headers | None:
    """The headers that a record holds; None for any other record.

    Raises
    ------
    NothingReadableError
        It should hold headers, and is damaged.
    """
    if not isinstance(record, FileRecord) or record.name != NAME:
        return None
    found = _try_unpack(record.data)
    if found is None:
        raise NothingReadableError
    return found


def _try_unpack(data: bytes) -> Headers | None:
    # None, not an exception: an exception raised while another is handled would carry that one along as its context.
    try:
        content = cbor2.loads(data)
        # As every record, it has one encoding: that shuts out tags, double keys, indefinite lengths and trailing bytes.
        return _unpacked(content) if cbor2.dumps(content) == data else None
    except (
        cbor2.CBORError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        MemoryError,
        struct.error,
        UnusableInputError,
    ):
        return None


def _unpacked(content: Any) -> Headers:  # noqa: ANN401  anything may be there
    version, series, numbers, pixels, wholes, styles, columns, missing = content
    count = len(numbers)
    if version != _VERSION or not 0 < count <= _MOST_INSTANCES or len(styles) != count:
        raise ValueError("no headers of this version")
    if not all(isinstance(each, bytes) and len(each) == count * DIGEST_BYTES for each in (pixels, wholes)):
        raise ValueError("digests are missing")
    if not all(type(each) is int for each in (version, series, *numbers, *styles)):
        raise ValueError("numbers are none")
    if not isinstance(columns, dict) or not all(isinstance(each, list) for each in (numbers, styles, missing)):
        raise ValueError("parts are of other types")
    preambles = _values(columns.pop(b""), count)
    changes: list[dict[Path, Node | None]] = [{} for _ in range(count)]
    for packed, column in columns.items():
        path = _path(packed)
        for made, value in zip(changes, _values(column, count), strict=True):
            if value is not _UNCHANGED:
                made[path] = None if value is None else _node(path, value)
    instances = tuple(
        Original(
            number,
            pixels[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES],
            wholes[at * DIGEST_BYTES : (at + 1) * DIGEST_BYTES],
            styles[at],
            changes[at],
            _preamble(preambles[at]),
        )
        for at, number in enumerate(numbers)
    )
    return Headers(series, instances, tuple(map(_path, missing)))


def _preamble(value: bytes) -> bytes:
    if not isinstance(value, bytes) or len(value) not in (0, PREAMBLE_BYTES):
        raise ValueError("a preamble has another length")
    return value


def _values(column: Any, count: int) -> list[Any]:  # noqa: ANN401  anything may be there
    values = column if isinstance(column, list) else [column] * count
    lawful = all(isinstance(each, bytes) or each is None or each is _UNCHANGED for each in values)
    if len(values) != count or not lawful:
        raise ValueError("a column has no value for each instance")
    return values


def _node(path: Path, value: bytes) -> Node:
    tree = read_tree(value)
    if set(tree) != {path[-1]}:
        raise ValueError("an element stands at the place of another")
    return tree[path[-1]]
