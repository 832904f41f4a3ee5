"""Derived instances: the source with other stored values, written so that everything else survives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID

from StegoMedLib.dicom.compressing import NATIVE, SYNTAXES, check_size, write_pixels
from StegoMedLib.dicom.derivation import EXTREMES, encoded_for, extreme_elements
from StegoMedLib.dicom.hostile import naming
from StegoMedLib.dicom.pixels import transfer_syntax
from StegoMedLib.dicom.reading import Instance, read_instance
from StegoMedLib.dicom.removal import Removal
from StegoMedLib.dicom.structure import PIXELS
from StegoMedLib.errors import UnusableFileError, UnusableInputError, UsageError
from StegoMedLib.files import permissions, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray
    from pydicom.tag import BaseTag

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.removal import Removed

__all__ = ["Headers", "Written", "file_meta", "write_frames", "write_object"]


class Headers(Protocol):
    """Gives the headers of what is written."""

    @property
    def fills_extremes(self) -> bool:
        """Whether smallest and largest pixel value only hold their places, to be filled in when they are known."""

    def made(
        self, instance: Instance, removal: Removal, attributes: Mapping[str, object] | None
    ) -> tuple[str, dict[BaseTag, bytes]]:
        """SOPInstanceUID of what is made of an instance, and its encoded elements but for the pixel data.

        Parameters
        ----------
        instance : Instance
        removal : Removal
            Takes out what may not come along, and is told what is lost.
        attributes : mapping of str to object, or None
            Other attributes that are set, by keyword.
        """

    def unused_bits(self, instance: Instance) -> int:
        """Bits of the pixel containers that are cleared."""


@dataclass(frozen=True)
class Written:
    """A derived instance: its SOPInstanceUID, and what of the source's header did not come along."""

    uid: str
    removed: tuple[Removed, ...] = ()


class _Frames:
    """Pixel cells of a derived instance on their way to the file, and what has to be known of them afterwards."""

    def __init__(self, instance: Instance, stored: Iterable[NDArray[np.int32] | None], cleared: int = 0) -> None:
        self._instance, self._stored, self._cleared = instance, stored, cleared
        self._wants_extremes = any(keyword in instance.dataset for keyword in EXTREMES)
        self._ends: list[tuple[int, int]] = []
        self._padding_ends: list[tuple[int, int]] = []
        self.digests: list[bytes] = []

    def __iter__(self) -> Iterator[Containers]:
        """The cells, frame by frame."""
        for frame, stored in zip(range(self._instance.frames), self._stored, strict=True):
            cells = self._instance.containers(frame)
            if stored is not None:
                cells = self._packed(cells, stored)
            if self._cleared:
                cells &= cells.dtype.type(~self._cleared & np.iinfo(cells.dtype).max)
            if self._wants_extremes:
                self._note_ends(frame, cells)
            self.digests.append(_digest(cells))
            yield cells

    def _packed(self, cells: Containers, stored: NDArray[np.int32]) -> Containers:
        """Cells with new stored values, which the receiver reads as such."""
        field = self._instance.field_of(cells)
        packed = field.pack(cells, stored)
        if self._instance.field_of(packed) != field:
            raise UnusableFileError(
                f"{self._instance.path.name} cannot be used: unused bits of its pixels could be taken for a part of "
                "their values; export it again."
            )
        return packed

    def _note_ends(self, frame: int, cells: Containers) -> None:
        values = self._instance.field_of(cells).unpack(cells)
        inside = values[~self._instance.plane(frame).padding_mask]
        noted, counted = (self._ends, inside) if inside.size else (self._padding_ends, values)
        noted.append((int(counted.min()), int(counted.max())))

    def extremes(self) -> tuple[int, int] | None:
        """Smallest and largest stored value that is no padding, or is when all is; None where the source has none."""
        found = self._ends or self._padding_ends
        return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _digest(cells: Containers) -> bytes:
    """What tells the cells of a frame from others."""
    return blake2b(cells.tobytes(), digest_size=16).digest()


def file_meta(sop_class: str, uid: str, syntax: UID) -> FileMetaDataset:
    """File meta information of a new file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    meta.ImplementationVersionName = "STEGOMED_0.1"
    return meta


def write_object(
    stream: BinaryIO,
    meta: FileMetaDataset,
    header: Mapping[BaseTag, bytes],
    write: Callable[[BinaryIO], None],
) -> dict[BaseTag, int]:
    """Write a DICOM file: preamble, file meta information, data set (PS3.10 section 7.1).

    Parameters
    ----------
    stream : BinaryIO
        Open for writing, at its beginning.
    meta : FileMetaDataset
        File meta information.
    header : mapping of tag to bytes
        Encoded elements in their order, all but the pixel data.
    write : callable
        Writes the pixel data.

    Returns
    -------
    dict of tag to int
        Where each element of the header stands.
    """
    head = DicomBytesIO()
    write_file_meta_info(head, meta, enforce_standard=True)
    stream.write(bytes(128) + b"DICM" + head.getvalue())
    places: dict[BaseTag, int] = {}
    behind = [tag for tag in header if tag > PIXELS]
    for tag in [tag for tag in header if tag < PIXELS]:
        places[tag] = stream.tell()
        stream.write(header[tag])
    write(stream)
    for tag in behind:
        places[tag] = stream.tell()
        stream.write(header[tag])
    return places


def _check_copy(copy: Path, digests: Sequence[bytes], syntax: str) -> None:
    """Make sure that what was written decodes to what was meant.

    Raises
    ------
    UnusableInputError
        It does not; the sentence does not name the copy, which is there for a moment only.
    """
    try:
        written = read_instance(copy, accept_lossy=True)
        survived = all(_digest(written.containers(frame)) == meant for frame, meant in enumerate(digests))
    except UnusableInputError:
        survived = False
    if not survived:
        remedy = "export it again." if syntax == NATIVE else "ask for 'explicit'."
        raise UnusableInputError(f"the transfer syntax {syntax!r} would change the pixels; {remedy}") from None


def _check_request(instance: Instance, target: Path, syntax: str) -> None:
    if syntax not in SYNTAXES:
        raise UsageError(f"The transfer syntax {syntax!r} is unknown; choose one of {', '.join(SYNTAXES)}.")
    if target.exists() and target.samefile(instance.path):
        raise UsageError(f"{target} is the source itself, which is never overwritten; choose another target.")
    with naming(instance.path):
        check_size(instance.format, syntax)


def write_frames(
    instance: Instance,
    stored: Iterable[NDArray[np.int32] | None],
    target: Path,
    headers: Headers,
    *,
    syntax: str = NATIVE,
    attributes: Mapping[str, object] | None = None,
) -> Written:
    """Write a new instance that differs from its source in some stored values, one frame in memory at a time.

    The header is what `headers` make of the source's. Of the pixels, only the stored field of those that differ
    changes: other bits of their containers stay, but for those that `headers` clear.

    Parameters
    ----------
    instance : Instance
        The source; stays as it is.
    stored : iterable of ndarray of int32, shape (H, W), or None
        New stored values of every frame, asked for when the ones before are written; None for a frame that stays.
    target : Path
        Where the file shall be; a file there is replaced when the new one is complete.
    headers : Headers
        `DerivedSeries`, say, which gives SeriesInstanceUID and DerivationDescription.
    syntax : {"explicit", "rle", "jpegls", "jpeg2000"}, optional
        Transfer syntax; all are lossless.
    attributes : mapping of str to object, optional
        Other attributes that are set, by keyword: that there was lossy compression, say.

    Raises
    ------
    UsageError
        Unknown syntax, or the target is the source.
    UnusableInputError
        The target cannot be written, the pixels cannot be kept in this syntax, or a frame of the source is damaged.
    ValueError
        There are more or fewer frames than in the source, or one has another shape or leaves the legal range.
    """
    _check_request(instance, target, syntax)
    frames = _Frames(instance, stored, headers.unused_bits(instance))
    removal = Removal(compressed=syntax != NATIVE and transfer_syntax(instance.dataset) == SYNTAXES[syntax])
    with naming(instance.path, "its header cannot be written; export it again."):
        uid, header = headers.made(instance, removal, attributes)
    meta = file_meta(instance.sop_class, uid, SYNTAXES[syntax])
    write = partial(write_pixels, frames=frames, pixels=instance.format, syntax=syntax, source=instance.path)
    with whole_file(target, mode=permissions(instance.path)) as (stream, beside):
        places = write_object(stream, meta, header, write)
        # They stand before the pixels, and are known behind them.
        extremes = extreme_elements(instance, frames.extremes()) if headers.fills_extremes else {}
        for tag, content in encoded_for(instance, extremes).items():
            stream.seek(places[tag])
            stream.write(content)
        stream.flush()
        with naming(instance.path):
            _check_copy(beside, frames.digests, syntax)
    return Written(uid, removal.found)
