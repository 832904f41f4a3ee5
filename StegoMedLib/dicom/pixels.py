"""The frames of an instance as pixel containers: native ones, and compressed ones decoded.

Codestreams of compressed frames are found once and read one at a time (PS3.3 C.7.6.3, C.7.6.3.1.8, PS3.5 A.4).
"""

from __future__ import annotations

from bisect import bisect_left
from struct import unpack
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.dicom.decoding import decode_frame
from StegoMedLib.dicom.element_headers import HEADER, UNDEFINED
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydicom import FileDataset

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.parsing import Opened
    from StegoMedLib.dicom.pixel_format import PixelFormat
    from StegoMedLib.dicom.source import Bytes, Span
    from StegoMedLib.dicom.structure import Held

__all__ = ["Frames", "frames_of", "transfer_syntax"]

_END = b"\xff\xd9"
"""What the codestreams of all JPEGs end with, in the last bytes before the padding."""
_TAIL = 10


class _Codestreams:
    """Codestreams of the frames of compressed pixel data; `extended` is the table of that name, and its lengths."""

    def __init__(self, content: Bytes, pixels: Held, frames: int, extended: tuple[bytes, bytes] | None = None) -> None:
        self._content = content
        starts, behind = pixels.parts, pixels.end - HEADER
        if len(starts) <= frames:
            found = max(len(starts) - 1, 0)
            raise UnusableInputError(
                f"its header and its compressed pixel data disagree on the number of frames ({frames} and {found}); "
                "export it again."
            )
        self._starts, self._behind = [*starts[1:], behind], behind
        table = self._content.read([(starts[0] + HEADER, starts[1] - starts[0] - HEADER)])
        self._lengths: tuple[int, ...] = ()
        if extended is not None:
            self._offsets, self._lengths = (
                unpack(f"<{len(each) // 8}Q", each[: len(each) // 8 * 8]) for each in extended
            )
        else:
            self._offsets = unpack(f"<{len(table) // 4}L", table[: len(table) // 4 * 4])
        self._firsts = [] if self._offsets else self._counted(frames)

    def __call__(self, frame: int) -> bytes:
        """Codestream of a frame, with its padding; `ValueError` where the offset table is wrong."""
        return self._content.read(self._spans(frame))

    def _spans(self, frame: int) -> list[Span]:
        if self._lengths:
            at = self._starts[0] + self._offsets[frame] + HEADER
            return [(at, min(self._lengths[frame], max(self._behind - at, 0)))]
        if self._offsets:
            last = frame + 1 == len(self._offsets)
            first, end = self._fragment(frame), len(self._starts) - 1 if last else self._fragment(frame + 1)
        else:
            first, end = self._firsts[frame], self._firsts[frame + 1]
        return [
            (self._starts[part] + HEADER, self._starts[part + 1] - self._starts[part] - HEADER)
            for part in range(first, end)
        ]

    def _fragment(self, frame: int) -> int:
        """Number of the fragment that a frame begins with, by the offset table."""
        at = self._starts[0] + self._offsets[frame]
        number = bisect_left(self._starts, at)
        if number >= len(self._starts) - 1 or self._starts[number] != at:
            raise ValueError("the offset table points at no fragment")
        return number

    def _counted(self, frames: int) -> Sequence[int]:
        """Numbers of the fragments that frames begin with, where no table tells them; and one behind them all."""
        fragments = len(self._starts) - 1
        if frames == 1:
            return 0, fragments
        if fragments == frames:
            return range(frames + 1)
        tails = self._content.read([(end - _TAIL, _TAIL) for end in self._starts[1:]])
        ends = [part + 1 for part in range(fragments) if _END in tails[part * _TAIL : (part + 1) * _TAIL]]
        return [0, *ends] if ends and ends[-1] == fragments else [0, *ends, fragments]


_NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian)


Frames: TypeAlias = "Callable[[int], Containers]"
"""Access to the pixel cells of an instance, frame by frame; uint8 or uint16, shape (H, W)."""


def transfer_syntax(dataset: FileDataset) -> UID:
    """Transfer syntax; where file meta information is missing, what the data set was parsed as."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax:
        return UID(syntax)
    implicit, little = dataset.original_encoding
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian


class _NativeFrames:
    """Frames that lie uncompressed in PixelData, in either byte order."""

    def __init__(self, opened: Opened, stored: Held, pixels: PixelFormat) -> None:
        if stored.length == UNDEFINED:
            raise UnusableInputError(
                "its transfer syntax is uncompressed, but its pixels are compressed; export it again."
            )
        if min(stored.end, opened.size) - stored.value < pixels.frame_bytes * pixels.frames:
            raise UnusableInputError("its pixel data is shorter than its size says; export it again.")
        big = transfer_syntax(opened.dataset) == ExplicitVRBigEndian
        self._format, self._content, self._stored = pixels, opened.content, stored
        self._kind = pixels.field.container.newbyteorder(">" if big else "<")
        # Eight-bit pixels in big endian words lie in swapped pairs (PS3.5 A.3).
        self._swapped = big and pixels.field.container.itemsize == 1 and stored.vr == "OW"

    def __call__(self, frame: int) -> Containers:
        form = self._format
        data = self._read(frame * form.frame_bytes, form.frame_bytes)
        cells = np.frombuffer(data, self._kind).reshape(form.rows, form.columns)
        containers: Containers = cells.astype(form.field.container)
        return containers

    def _read(self, offset: int, count: int) -> bytes:
        if not self._swapped:
            return self._content.read([(self._stored.value + offset, count)])
        first, behind = offset // 2 * 2, (offset + count + 1) // 2 * 2
        words = self._content.read([(self._stored.value + first, behind - first)])
        pairs = np.frombuffer(words[: len(words) // 2 * 2], ">u2").astype("<u2").tobytes()
        return pairs[offset - first : offset - first + count]


class _CompressedFrames:
    """Frames that a decoder unpacks; the one decoded last is kept."""

    def __init__(self, opened: Opened, stored: Held, pixels: PixelFormat, syntax: UID) -> None:
        chosen_plugin(get_decoder(syntax).available_plugins, syntax)
        tables = opened.dataset.get("ExtendedOffsetTable"), opened.dataset.get("ExtendedOffsetTableLengths")
        extended = (tables[0], tables[1]) if tables[0] and tables[1] else None
        self._codes = _Codestreams(opened.content, stored, pixels.frames, extended)
        self._format, self._syntax = pixels, syntax
        self._last: tuple[int, Containers] | None = None

    def __call__(self, frame: int) -> Containers:
        if self._last is None or self._last[0] != frame:
            self._last = frame, decode_frame(self._code(frame), self._format, self._syntax)
        return self._last[1].copy()

    def _code(self, frame: int) -> bytes:
        """The frame as it lies in the file, its fragments joined."""
        with translated("its compressed pixel data cannot be decoded; export it again, uncompressed if possible."):
            return self._codes(frame)


def frames_of(opened: Opened, pixels: PixelFormat) -> Frames:
    """Access to the frames of an object.

    Raises
    ------
    UnusableInputError
        No integer pixel data, too little of it, or a transfer syntax that nothing here decodes.
    """
    dataset, stored = opened.dataset, opened.pixels
    floats = "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset
    if stored is None or floats:
        found = "floating-point pixel data" if floats else "no pixel data"
        raise UnusableInputError(f"it holds {found}; give CT or MR images with integer pixels.")
    syntax = transfer_syntax(dataset)
    if syntax in _NATIVE:
        return _NativeFrames(opened, stored, pixels)
    with translated(f"StegoMed cannot decode its transfer syntax {syntax.name}; export it uncompressed."):
        frames = _CompressedFrames(opened, stored, pixels, syntax)
    frames(0)
    return frames
