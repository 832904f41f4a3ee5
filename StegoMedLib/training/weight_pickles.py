"""Looks at the pickles in a file of weights before they are unpickled.

``torch.load(weights_only=True)`` runs no foreign code, but it calls what can take any amount of memory: ``bytearray``
and ``torch.Tensor`` of a size in the file, codecs that double a text, copies of dictionaries. Files of weights need
little of that: dictionaries and lists, numbers, names, and tensors that lie in the file.
"""

from __future__ import annotations

import pickletools
import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pickletools import OpcodeInfo

__all__ = ["refuse_harm"]

_ARCHIVE = b"PK\x03\x04"  # by which PyTorch tells an archive, too
_END = b"PK\x05\x06"
_END_BYTES = 22  # of an archive's end record without a comment
_OLD_PICKLES = 5  # that a file of before PyTorch 1.6 begins with
_LARGEST_PICKLE = 16 * 2**20
_MOST_OPERATIONS = 4_000_000  # a run of 250,000 steps with its losses
_MOST_TUPLES = 20_000  # a network of 700 tensors takes 10,000; far deeper nests than this end Python itself
_ORDERED = "collections OrderedDict"
_NAMES = re.compile(
    r"collections OrderedDict|torch\._utils _rebuild_(tensor|tensor_v2|parameter)|"
    r"torch \w+Storage|torch\.storage (Untyped|Typed)Storage|torch (float|bfloat|int|uint)\d+"
)
_PUTS = frozenset({"BINPUT", "LONG_BINPUT"})
_GETS = frozenset({"BINGET", "LONG_BINGET"})
_TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})


def refuse_harm(stream: BinaryIO) -> None:
    """Look at a file of weights, from its beginning.

    Parameters
    ----------
    stream : BinaryIO
        Can be read from any place; where it stands afterwards is not said.

    Raises
    ------
    ValueError
        It holds what no file of weights needs, or parts that are larger than the file. Damaged files raise this, too,
        or what `pickletools` and `zipfile` raise.
    """
    start = stream.read(len(_ARCHIVE))
    size = stream.seek(0, 2)
    if start == _ARCHIVE:
        _look_into_archive(stream, size)
        return
    stream.seek(0)
    for _ in range(_OLD_PICKLES):
        _look_at_pickle(stream)


def _look_into_archive(stream: BinaryIO, size: int) -> None:
    stream.seek(max(0, size - _END_BYTES))
    end = stream.read()
    if not end.startswith(_END) or not end.endswith(b"\0\0"):
        raise ValueError("the end of the archive is not where every program finds it")
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        # PyTorch stores without compression.
        if sum(part.file_size for part in parts) > size or any(part.compress_type for part in parts):
            raise ValueError("parts are larger than the archive")
        for part in parts:
            if part.filename.endswith(".pkl"):
                if part.file_size > _LARGEST_PICKLE:
                    raise ValueError("a pickle is too large")
                _look_at_pickle(BytesIO(archive.read(part)))


def _look_at_pickle(stream: BinaryIO) -> None:
    watch = _Watch()
    for operation, argument, _ in pickletools.genops(stream):
        watch.take(operation, argument)


class _Watch:
    """Follows a pickle as far as to know what it calls with what."""

    def __init__(self) -> None:
        self._operations = self._tuples = 0
        self._slots: set[object] = set()
        """Of the memo, that hold `OrderedDict`."""
        self._due = ""
        """The only operation that may come next; none is due where it is empty."""

    def take(self, operation: OpcodeInfo, argument: object) -> None:
        name = operation.name
        self._operations += 1
        self._tuples += name in _TUPLES
        if self._operations > _MOST_OPERATIONS or self._tuples > _MOST_TUPLES:
            raise ValueError("the pickle is too long")
        if name in _PUTS:
            self._remember(argument)
            return
        if self._due and name != self._due:
            raise ValueError("a dictionary is made from another one")
        if name == "GLOBAL" and not _NAMES.fullmatch(str(argument)):
            raise ValueError("something is named that weights do not need")
        ordered = argument == _ORDERED if name == "GLOBAL" else name in _GETS and argument in self._slots
        # `OrderedDict` is only ever called, and with nothing; many copies of a large one would fill any memory.
        self._due = "EMPTY_TUPLE" if ordered else "REDUCE" if self._due == "EMPTY_TUPLE" else ""

    def _remember(self, slot: object) -> None:
        if self._due == "EMPTY_TUPLE":
            self._slots.add(slot)
        else:
            self._slots.discard(slot)
