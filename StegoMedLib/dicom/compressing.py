"""PixelData of a new object, native or losslessly compressed, written frame by frame (PS3.5 A.2, A.4)."""

from __future__ import annotations

import os
from struct import pack
from typing import TYPE_CHECKING, BinaryIO

from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.dicom.element_headers import ITEM, SEQUENCE_END, UNDEFINED, element_header, item_header
from StegoMedLib.dicom.hostile import naming
from StegoMedLib.dicom.structure import PIXELS
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.pixel_format import PixelFormat

__all__ = ["NATIVE", "SYNTAXES", "check_size", "write_pixels"]

NATIVE = "explicit"
SYNTAXES: Mapping[str, UID] = {
    NATIVE: ExplicitVRLittleEndian,
    "rle": RLELossless,
    "jpegls": JPEGLSLossless,
    "jpeg2000": JPEG2000Lossless,
}
_LARGEST_NATIVE = 0xFFFF_FFFE
_BASIC_REACH = 1 << 31
"""Native bytes up to which a basic offset table is written: its offsets have 32 bits, and noise grows when coded."""
_TABLE, _LENGTHS = 0x7FE0_0001, 0x7FE0_0002


def check_size(pixels: PixelFormat, syntax: str) -> None:
    """Refuse what is too large for a syntax (PS3.5 7.1, A.4).

    Raises
    ------
    UnusableInputError
        The sentence has the file as its unnamed subject ("it").
    """
    size = pixels.frame_bytes * pixels.frames
    if syntax == NATIVE and size > _LARGEST_NATIVE:
        raise UnusableInputError(
            f"its pixels take {size} bytes, and uncompressed pixels may take at most {_LARGEST_NATIVE}; write "
            "them compressed, with --syntax jpegls, jpeg2000 or rle."
        )


def write_pixels(
    stream: BinaryIO, frames: Iterable[Containers], pixels: PixelFormat, syntax: str, *, source: Path
) -> None:
    """Write the PixelData element of an object, and the tables that belong to it.

    Parameters
    ----------
    stream : BinaryIO
        Open for writing, where the element goes; can be sought.
    frames : iterable of ndarray of uint8 or uint16, shape (H, W)
        Pixel cells of each frame.
    pixels : PixelFormat
        Size and layout of the pixels.
    syntax : str
        One of `SYNTAXES`.
    source : Path
        The file that sentences name.

    Raises
    ------
    UnusableInputError
        The encoder cannot take the pixels.
    """
    if syntax == NATIVE:
        _write_native(stream, frames, pixels)
    else:
        _write_encapsulated(stream, frames, pixels, _Encoder(pixels, syntax, source))


def _little(cells: Containers) -> bytes:
    return cells.astype(cells.dtype.newbyteorder("<")).tobytes()


def _write_native(stream: BinaryIO, frames: Iterable[Containers], pixels: PixelFormat) -> None:
    size = pixels.frame_bytes * pixels.frames
    vr = "OB" if pixels.field.container.itemsize == 1 else "OW"
    stream.write(element_header(PIXELS, vr, size + size % 2))
    stream.writelines(_little(cells) for cells in frames)
    stream.write(bytes(size % 2))


def _write_encapsulated(stream: BinaryIO, frames: Iterable[Containers], pixels: PixelFormat, encoder: _Encoder) -> None:
    """One fragment a frame, behind an offset table that is filled in afterwards."""
    extended = pixels.frame_bytes * pixels.frames > _BASIC_REACH
    start, unknown = stream.tell(), [0] * pixels.frames
    stream.write(_opening(unknown, unknown, extended=extended))
    first, offsets, lengths = stream.tell(), list[int](), list[int]()
    for cells in frames:
        code = encoder.code(cells)
        offsets.append(stream.tell() - first)
        lengths.append(len(code))
        stream.write(item_header(ITEM, len(code)))
        stream.write(code)
    stream.write(item_header(SEQUENCE_END, 0))
    with encoder.refusing():
        opening = _opening(offsets, lengths, extended=extended)
    stream.seek(start)
    stream.write(opening)
    stream.seek(0, os.SEEK_END)


def _opening(offsets: Sequence[int], lengths: Sequence[int], *, extended: bool) -> bytes:
    """What stands before the first fragment: extended offset table (PS3.3 C.7.6.3.1.8) or basic one."""
    count, head = len(offsets), element_header(PIXELS, "OB", UNDEFINED)
    if not extended:
        return head + item_header(ITEM, 4 * count) + pack(f"<{count}L", *offsets)
    tables = [
        element_header(element, "OV", 8 * count) + pack(f"<{count}Q", *values)
        for element, values in ((_TABLE, offsets), (_LENGTHS, lengths))
    ]
    return b"".join(tables) + head + item_header(ITEM, 0)


class _Encoder:
    """Frames through an encoder of pydicom's."""

    def __init__(self, pixels: PixelFormat, syntax: str, source: Path) -> None:
        self._encoder, self._source, self._syntax = get_encoder(SYNTAXES[syntax]), source, syntax
        self._described = pixels.described
        if SYNTAXES[syntax] == RLELossless:  # runs of whole containers (PS3.5 G.2); pydicom takes bytes of the field
            self._described |= {"bits_stored": pixels.field.bits_allocated, "pixel_representation": 0}
        with self.refusing():
            self._described["encoding_plugin"] = chosen_plugin(self._encoder.available_plugins, SYNTAXES[self._syntax])

    def refusing(self) -> AbstractContextManager[None]:
        """Turn what encoders raise into a sentence."""
        return naming(self._source, f"the pixels do not fit the transfer syntax {self._syntax!r}; ask for 'explicit'.")

    def code(self, cells: Containers) -> bytes:
        """Codestream of a frame, of even length."""
        with self.refusing():
            code = self._encoder.encode(_little(cells), index=0, **self._described)
        return code + bytes(len(code) % 2)
