"""Data sets from open files: pydicom parses the header; the pixel data, and what else grows with the frames, waits."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from pydicom import DataElement, FileDataset
from pydicom.charset import default_encoding
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag, Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from StegoMedLib.dicom.groups import FrameItems
from StegoMedLib.dicom.source import Bytes, FileBytes, HeldBytes
from StegoMedLib.dicom.structure import (
    HELD_BACK,
    PER_FRAME,
    PIXELS,
    Held,
    beginning_of,
    encoding_of,
    held_in,
    places_in,
)
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableSequence, Sequence
    from pathlib import Path

    from StegoMedLib.dicom.structure import Beginning, Place

__all__ = ["Opened", "inflated", "parsed"]

_META_GROUP = 0x0002
_LARGEST_INFLATED = 1 << 29
_CHUNK = 1 << 20

_Elements: TypeAlias = "dict[BaseTag, DataElement | RawDataElement]"
_Charset: TypeAlias = "str | MutableSequence[str]"


class KeptDataset(FileDataset):
    """A data set that keeps its elements as they lie in the file besides: looking at one decodes it, with losses."""

    undecoded: Mapping[BaseTag, DataElement | RawDataElement]


@dataclass(frozen=True)
class Opened:
    """A file that was opened, and closed again.

    Attributes
    ----------
    dataset : KeptDataset
        In place of its pixel data stands an element that pydicom reads when it is looked at.
    content : Bytes
        The file, or what it inflates to.
    size : int
        Bytes of `content`.
    pixels : Held or None
        Where the pixel data lies in `content`.
    body : int
        Where the data set begins in the file.
    places : tuple of Place
        Where its elements lie in `content`, if it was opened as any object.
    """

    dataset: KeptDataset
    content: Bytes
    size: int
    pixels: Held | None
    body: int
    places: tuple[Place, ...] = field(default=(), repr=False)


def parsed(stream: BinaryIO, size: int, path: Path, only: list[str] | None, *, any_object: bool = False) -> Opened:
    """Read what is no pixel data of a file.

    Parameters
    ----------
    stream : BinaryIO
        The file `path`.
    size : int
        Its bytes.
    path : Path
    only : list of str or None
        Keywords: no more than these attributes, and nothing behind the pixel data.
    any_object : bool
        It may be no image.

    Raises
    ------
    UnusableInputError
        The file holds too much; the sentence has it as its unnamed subject ("it").
    """
    content: Bytes = FileBytes.of(path, stream)
    beginning, body = beginning_of(stream, size), stream
    stream.seek(0)
    preamble, meta, at = stream.read(128) if beginning.meta else None, _meta(stream, beginning), beginning.body
    if beginning.syntax == DeflatedExplicitVRLittleEndian:
        stream.seek(at)
        unpacked = inflated(stream)
        content, body, size, at = HeldBytes(unpacked), io.BytesIO(unpacked), len(unpacked), 0
    encoding = encoding_of(body, at, beginning.syntax)
    held = held_in(body, size, at, little=encoding[1], to_pixels=only is not None, any_object=any_object)
    places = places_in(body, size, at, little=encoding[1]) if any_object else []
    elements, charset = _elements(body, at, held, encoding, only)
    wanted = held if only is None else [each for each in held if keyword_for_tag(each.tag) in only]
    for each in wanted:
        elements[BaseTag(each.tag)] = _stand_in(each, content, encoding[1], charset)
    dataset = KeptDataset(str(path), dict(elements), preamble, meta, *encoding)
    dataset.undecoded = elements
    dataset.set_original_encoding(*encoding, charset)
    pixels = next((each for each in held if each.tag == PIXELS), None)
    return Opened(dataset, content, size, pixels, beginning.body, tuple(places))


def _meta(stream: BinaryIO, beginning: Beginning) -> FileMetaDataset:
    def is_past(tag: int, _vr: str | None, _length: int) -> bool:
        return tag >> 16 != _META_GROUP

    stream.seek(beginning.meta)
    return FileMetaDataset(read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=is_past))


def inflated(stream: BinaryIO) -> bytes:
    """The deflated data set at the stream's position, which can only be read as a whole (PS3.5 A.5)."""
    at = stream.tell()
    size = _inflated_size(stream)
    if size > _LARGEST_INFLATED:
        raise UnusableInputError(
            "it inflates to more than 512 MiB, the limit for a deflated file; unless it was made to do harm, export it "
            "again in another transfer syntax."
        )
    stream.seek(at)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(stream.read(), size) if size else b""


def _inflated_size(stream: BinaryIO) -> int:
    """Bytes that the data at the stream's position inflate to, counted a little beyond the limit."""
    inflater, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while total <= _LARGEST_INFLATED and not inflater.eof:
        packed = inflater.unconsumed_tail or stream.read(_CHUNK)
        unpacked = inflater.decompress(packed, 16 * _CHUNK)
        if not packed and not unpacked:
            break
        total += len(unpacked)
    return total


def _elements(
    stream: BinaryIO, at: int, held: Sequence[Held], encoding: tuple[bool, bool], only: list[str] | None
) -> tuple[_Elements, _Charset]:
    """Elements of a data set but for those held back, and the encoding of its text."""
    tags: list[BaseTag | int] | None = None if only is None else [Tag(keyword) for keyword in only]
    ends = {each.start: each.end for each in held}
    found: _Elements = {}
    charset: _Charset = default_encoding
    place: int | None = at
    back = {*HELD_BACK, *(each.tag for each in held)}

    def is_held(tag: int, _vr: str | None, _length: int) -> bool:
        return tag in back

    while place is not None:
        stream.seek(place)
        part = read_dataset(stream, *encoding, stop_when=is_held, parent_encoding=charset, specific_tags=tags)
        found |= part.items()  # as they are: only indexing decodes them
        charset, place = part.original_character_set, ends.get(stream.tell())
    return found, charset


def _stand_in(element: Held, content: Bytes, little: bool, charset: _Charset) -> DataElement | RawDataElement:  # noqa: FBT001
    """What stands in the data set for an element that was held back."""
    tag, span = BaseTag(element.tag), (element.value, element.end - element.value)
    if element.tag == PER_FRAME:
        starts = [at - element.value for at in element.parts]
        items = FrameItems(content.read([span]), starts, implicit=element.implicit, little=little, charset=charset)
        return DataElement(tag, "SQ", items)
    # pydicom takes a value of None for one that is to be read from the file.
    value = content.read([span]) if isinstance(content, HeldBytes) else None
    return RawDataElement(tag, element.vr, element.length, value, element.value, element.implicit, little)
