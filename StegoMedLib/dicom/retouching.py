"""Objects of any kind with other attributes: whatever stays is copied as it lies in the file, and never decoded."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydicom.dataelem import RawDataElement
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from StegoMedLib.dicom.element_headers import element_header
from StegoMedLib.dicom.encoding import swapped, vr_of
from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.dicom.source import FileBytes
from StegoMedLib.dicom.structure import BULK
from StegoMedLib.dicom.tree import Style, tree_of, write_tree
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import permissions, whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from StegoMedLib.dicom.parsing import Opened
    from StegoMedLib.dicom.source import Bytes
    from StegoMedLib.dicom.tree import Tree

__all__ = ["AnyObject", "read_any", "write_any"]

_CHUNK = 1 << 22
"""Bytes that are copied at once: whole words of any width."""
_MOST_BITS = 16
"""Of big-endian pixels: nobody agrees on the order of the words of larger ones (PS3.5 7.3, retired)."""


@dataclass(frozen=True)
class AnyObject:
    """An object of any kind: its elements but for pixel data and other large values, which stay in the file."""

    path: Path
    tree: Tree = field(repr=False)
    opened: Opened = field(repr=False)

    @property
    def kind(self) -> str:
        """SOPClassUID, as the file meta information has it; empty where there is none."""
        return str(self.opened.dataset.file_meta.get("MediaStorageSOPClassUID") or "")

    @property
    def little(self) -> bool:
        """Whether it is little endian."""
        return bool(self.opened.dataset.original_encoding[1])


def read_any(path: Path) -> AnyObject:
    """Read an object of any kind.

    Parameters
    ----------
    path : Path
        Any file.

    Raises
    ------
    UnusableFileError
        It is no DICOM file, malformed, incomplete, or holds more than any object needs.
    """
    opened = open_object(path, any_object=True)
    with naming(path):
        elements = {int(tag): each for tag, each in opened.dataset.undecoded.items() if tag not in BULK}
        signed = opened.dataset.get("PixelRepresentation") == 1
        return AnyObject(path, tree_of(elements, ["iso8859"], signed=signed), opened)


def write_any(source: AnyObject, tree: Tree, target: Path) -> None:
    """Write an object with other elements in place of those that were read.

    The file keeps its transfer syntax, its preamble and meta information, and all bytes of elements that stay; but what
    was big endian, which is retired, becomes explicit VR little endian.

    Parameters
    ----------
    source : AnyObject
        Stays as it is.
    tree : Tree
        All elements, but for those that were not read.
    target : Path
        A file there is replaced when the new one is complete.

    Raises
    ------
    UnusableFileError
        The source is not as it was, or cannot be written in little endian.
    UnusableInputError
        The target cannot be written.
    """
    with whole_file(target, mode=permissions(source.path)) as (stream, _), naming(source.path):
        stream.writelines(_pieces(source, tree))


def _pieces(source: AnyObject, tree: Tree) -> Iterator[bytes]:
    """The file, piece by piece."""
    opened = source.opened
    if not source.little:
        yield from _turned(source, tree)
        return
    with source.path.open("rb") as stream:
        yield from _copied(FileBytes.of(source.path, stream), 0, opened.body)
    body = _body(source, tree)
    deflated = opened.dataset.file_meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian
    yield from _deflated(body) if deflated else body


def _copied(content: Bytes, start: int, end: int) -> Iterator[bytes]:
    for at in range(start, end, _CHUNK):
        yield content.read([(at, min(_CHUNK, end - at))])


def _body(source: AnyObject, tree: Tree) -> Iterator[bytes]:
    """The data set: elements in the order of the file, and new ones before the first with a greater tag."""
    opened, old = source.opened, source.tree
    style = Style(implicit=bool(opened.dataset.original_encoding[0]))
    new = {tag: node for tag, node in tree.items() if tag not in old or (old[tag] is not node and old[tag] != node)}
    written, end = write_tree(new, style), opened.size
    for tag, start, behind in opened.places:
        end = behind
        for added in [each for each in written if each < tag and each not in old]:
            yield written.pop(added)
        if tag in new:
            yield written.pop(tag, b"")  # once, also where it stands twice
        elif tag in tree or tag not in old:
            yield from _copied(opened.content, start, behind)
    yield from written.values()
    yield from _copied(opened.content, end, opened.size)


def _deflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A data set deflated, and padded to an even length (PS3.5 A.5)."""
    packer, size = zlib.compressobj(wbits=-zlib.MAX_WBITS), 0
    for piece in pieces:
        packed = packer.compress(piece)
        size += len(packed)
        yield packed
    last = packer.flush()
    yield last + bytes((size + len(last)) % 2)


def _turned(source: AnyObject, tree: Tree) -> Iterator[bytes]:
    """A file that was big endian, in little endian."""
    opened, meta = source.opened, source.opened.dataset.file_meta
    bits = opened.dataset.get("BitsAllocated")
    if isinstance(bits, int) and bits > _MOST_BITS:
        raise UnusableInputError("it is big endian with pixels of more than 16 bits; export it as little endian.")
    if meta:
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        head = DicomBytesIO()
        write_file_meta_info(head, meta, enforce_standard=False)
        yield bytes(opened.dataset.preamble or bytes(128)) + b"DICM" + head.getvalue()
    written = write_tree(tree)
    for tag, _, behind in opened.places:
        if tag in BULK:
            yield from (written.pop(each) for each in [each for each in written if each < tag])
            yield from _turned_value(opened, tag, behind)
    yield from written.values()


def _turned_value(opened: Opened, tag: int, end: int) -> Iterator[bytes]:
    """A large value of a big-endian file in little endian."""
    for element in opened.dataset.undecoded.values():
        if element.tag == tag and isinstance(element, RawDataElement):
            vr = vr_of(element, signed=False)
            yield element_header(tag, vr, element.length)
            for piece in _copied(opened.content, end - element.length, end):
                yield swapped(piece, vr)
