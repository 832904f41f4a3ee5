"""Derived instances: the source with other stored values, written so that everything else survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom.charset import convert_encodings
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID

from StegoMedLib.dicom.compressing import SYNTAXES, pixel_data
from StegoMedLib.dicom.derivation import derived_elements
from StegoMedLib.dicom.encoding import encoded
from StegoMedLib.dicom.hostile import naming
from StegoMedLib.dicom.reading import Instance, read_instance
from StegoMedLib.dicom.uids import DerivedSeries, new_uid
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.files import permissions, whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom.field import Containers

__all__ = ["file_meta", "write_derived", "write_object"]


def _new_containers(instance: Instance, changed: Mapping[int, NDArray[np.int32]]) -> Iterator[Containers]:
    """Pixel cells of the derived instance, frame by frame."""
    for frame in range(instance.frames):
        cells = instance.containers(frame)
        yield instance.format.field.pack(cells, changed[frame]) if frame in changed else cells


def _extremes(instance: Instance, cells: list[Containers]) -> tuple[int, int] | None:
    """Smallest and largest stored value that is no padding."""
    if "SmallestImagePixelValue" not in instance.dataset and "LargestImagePixelValue" not in instance.dataset:
        return None
    found: list[int] = []
    for frame, containers in enumerate(cells):
        values = instance.format.field.unpack(containers)[~instance.plane(frame).padding_mask]
        found += [int(values.min()), int(values.max())] if values.size else []
    return (min(found), max(found)) if found else None


def file_meta(sop_class: str, uid: str, syntax: UID) -> FileMetaDataset:
    """File meta information of a new file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    meta.ImplementationVersionName = "STEGOMED_0.1"
    return meta


def write_object(stream: BinaryIO, meta: FileMetaDataset, content: Iterable[bytes]) -> None:
    """Write a DICOM file: preamble, file meta information, data set (PS3.10 section 7.1).

    Parameters
    ----------
    stream : BinaryIO
        Open for writing, at its beginning.
    meta : FileMetaDataset
        File meta information.
    content : iterable of bytes
        Pieces of the encoded data set.
    """
    head = DicomBytesIO()
    write_file_meta_info(head, meta, enforce_standard=True)
    stream.write(bytes(128) + b"DICM" + head.getvalue())
    stream.writelines(content)


def _charset(dataset: Dataset) -> list[str]:
    """Python encodings of the data set's text."""
    return convert_encodings(dataset.get("SpecificCharacterSet") or "")


def _check_copy(copy: Path, cells: list[Containers], syntax: str) -> None:
    """Make sure that what was written decodes to what was meant."""
    written = read_instance(copy, accept_lossy=True)
    if not all(np.array_equal(written.containers(frame), meant) for frame, meant in enumerate(cells)):
        raise UnusableInputError(f"the pixels do not survive the transfer syntax {syntax!r}; ask for 'explicit'.")


def _check_request(instance: Instance, changed: Mapping[int, object], target: Path, syntax: str) -> None:
    if syntax not in SYNTAXES:
        raise UsageError(f"The transfer syntax {syntax!r} is unknown; choose one of {', '.join(SYNTAXES)}.")
    if set(changed) - set(range(instance.frames)):
        raise ValueError(f"frames {sorted(changed)} were changed, but the object has {instance.frames}")
    if target.exists() and target.samefile(instance.path):
        raise UsageError(f"{target} is the source itself, which is never overwritten; choose another target.")


def write_derived(
    instance: Instance,
    changed: Mapping[int, NDArray[np.int32]],
    target: Path,
    series: DerivedSeries,
    *,
    syntax: str = "explicit",
    attributes: Mapping[str, object] | None = None,
) -> str:
    """Write a new instance that differs from its source in some stored values.

    Every attribute of the source stays, with its value bytes as they are, but for those that the derivation changes
    (design: DICOM). Of the pixels, only the stored field of those that differ changes: other bits of their containers,
    and frames that are not in `changed`, stay.

    Parameters
    ----------
    instance : Instance
        The source; stays as it is.
    changed : mapping of int to ndarray of int32, shape (H, W)
        New stored values by frame index.
    target : Path
        Where the file shall be; a file there is replaced when the new one is complete.
    series : DerivedSeries
        Gives SeriesInstanceUID and DerivationDescription.
    syntax : {"explicit", "rle", "jpegls", "jpeg2000"}, optional
        Transfer syntax; all are lossless.
    attributes : mapping of str to object, optional
        Other attributes that the derivation changes, by keyword: that there was lossy compression, say.

    Returns
    -------
    str
        The new SOPInstanceUID.

    Raises
    ------
    UsageError
        Unknown syntax, or the target is the source.
    UnusableInputError
        The target cannot be written, the pixels cannot be kept in this syntax, or a frame of the source is damaged.
    ValueError
        A changed frame does not exist, has another shape, or leaves the legal range.
    """
    _check_request(instance, changed, target, syntax)
    cells = list(_new_containers(instance, changed))
    uids = new_uid(), series.uid(instance.series_key)
    with (
        whole_file(target, mode=permissions(instance.path)) as (stream, beside),
        naming(instance.path, "its header cannot be written; export it again."),
    ):
        elements = derived_elements(
            instance,
            uids=uids,
            description=series.description,
            extremes=_extremes(instance, cells),
            attributes=attributes,
        )
        pixels = pixel_data(cells, instance.format, syntax)
        elements[pixels.tag] = pixels
        meta = file_meta(instance.sop_class, uids[0], SYNTAXES[syntax])
        write_object(stream, meta, encoded(elements, _charset(instance.dataset), signed=instance.format.field.signed))
        stream.flush()
        _check_copy(beside, cells, syntax)
    return str(uids[0])
