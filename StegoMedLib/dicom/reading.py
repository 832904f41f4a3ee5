"""Instances: one DICOM image object, its header, and its frames as planes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.uid import JPEG2000, JPEGLSNearLossless

from StegoMedLib.dicom.field import field_without
from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.dicom.padding import declared_ranges, padding_ranges
from StegoMedLib.dicom.pixel_format import PixelFormat, pixel_format
from StegoMedLib.dicom.pixels import Frames, frames_of, transfer_syntax
from StegoMedLib.dicom.rescale import rescale_of
from StegoMedLib.dicom.values import code_of, codes_of, value_of
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydicom import DataElement, Dataset, FileDataset
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import BaseTag

    from StegoMedLib.dicom.field import Containers, StoredField

__all__ = ["Instance", "read_instance"]

# Baseline, extended and the retired lossy processes of JPEG; the syntaxes that may be either, judged by their UID.
_LOSSY_SYNTAXES = {
    *(f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 52, 53, 54, 55, 56, 59, 60, 61, 62, 63, 64)),
    JPEGLSNearLossless,
    JPEG2000,
    "1.2.840.10008.1.2.4.93",
    "1.2.840.10008.1.2.4.112",
    "1.2.840.10008.1.2.4.203",
}


@dataclass(frozen=True, eq=False)
class Instance:
    """One image object, read and checked.

    Attributes
    ----------
    path : Path
        Where it was read from.
    dataset : pydicom.FileDataset
        Its header; for reading only, since writing starts from `elements`.
    elements : mapping of tag to element
        The data set's elements as they lie in the file, undecoded.
    format : PixelFormat
        Size and pixel layout.
    lossy : bool
        Its pixels went through lossy compression at some time.
    sop_class, sop_instance : str
        SOPClassUID and SOPInstanceUID, from the file meta information where the data set lacks them.
    patient_key, study_key, series_key : str
        Equal for instances of one patient, study, series; the first is never to be shown.
    """

    path: Path
    dataset: FileDataset
    elements: Mapping[BaseTag, DataElement | RawDataElement]
    format: PixelFormat
    lossy: bool
    sop_class: str
    sop_instance: str
    patient_key: str
    study_key: str
    series_key: str
    _containers: Frames

    @property
    def frames(self) -> int:
        """Number of frames; 1 for an ordinary CT or MR slice."""
        return self.format.frames

    def containers(self, frame: int) -> Containers:
        """Pixel cells of a frame (counted from 0), with all bits that lie in the file.

        Returns
        -------
        ndarray of uint8 or uint16, shape (H, W)
            A new array.

        Raises
        ------
        UnusableInputError
            The frame's compressed data is damaged, or the file is not there any more as it was.
        IndexError
            There is no such frame.
        """
        if not 0 <= frame < self.frames:
            raise IndexError(f"frame {frame} of {self.frames}")
        with naming(self.path):
            return self._containers(frame)

    def field_of(self, cells: Containers) -> StoredField:
        """The field to read the cells of a frame with: bits beside it that say nothing are ignored.

        Parameters
        ----------
        cells : ndarray of uint8 or uint16, shape (H, W)

        Raises
        ------
        UnusableInputError
            The declared padding is malformed.
        """
        with naming(self.path):
            return field_without(cells, self.format.field, declared_ranges(self.dataset, self.format.field))

    def plane(self, frame: int = 0) -> Plane:
        """One frame as a plane of stored values, with its rescale and padding; raises as `containers` does."""
        cells = self.containers(frame)
        field = self.field_of(cells)
        pixels = field.unpack(cells)
        with naming(self.path):
            rescale = rescale_of(self.dataset, frame)
            padding = padding_ranges(pixels, self.dataset, field, rescale, lossy=self.lossy)
            modality = code_of(self.dataset, "Modality")
            projection = modality == "CT" and _is_localizer(self.dataset)
        legal, scale = (field.low, field.high), (rescale.slope, rescale.intercept)
        return Plane(pixels, *legal, padding, modality, *scale, self.format.inverted, projection)


def _text(dataset: Dataset, keyword: str) -> str:
    return str(dataset.get(keyword) or "").strip()


def _is_localizer(dataset: Dataset) -> bool:
    """Whether Value 3 of ImageType, or any other, says that it is a localizer (PS3.3 C.8.2.1.1.1)."""
    return any("LOCALIZER" in value.upper() for value in codes_of(dataset, "ImageType"))


def _went_through_loss(dataset: FileDataset) -> bool:
    """Whether the pixels were ever compressed with loss (PS3.3 C.7.6.1.1.5)."""
    return code_of(dataset, "LossyImageCompression") == "01" or transfer_syntax(dataset) in _LOSSY_SYNTAXES


def _sop_uids(dataset: FileDataset) -> dict[str, str]:
    """What kind of object it is, and which; only the kind is needed."""
    kind = _text(dataset, "SOPClassUID") or _text(dataset.file_meta, "MediaStorageSOPClassUID")
    if not kind:
        raise UnusableInputError("it does not say what kind of object it is (SOP Class UID); export it again.")
    name = _text(dataset, "SOPInstanceUID") or _text(dataset.file_meta, "MediaStorageSOPInstanceUID")
    return {"sop_class": kind, "sop_instance": name}


def _keys(dataset: FileDataset) -> dict[str, str]:
    patient = (value_of(dataset, word) for word in ("PatientID", "IssuerOfPatientID", "PatientName"))
    return {
        # Trailing carets only say that the rest of a name is empty.
        "patient_key": "\0".join(part.rstrip("^ ") if isinstance(part, str) else repr(part) for part in patient),
        "study_key": _text(dataset, "StudyInstanceUID"),
        "series_key": _text(dataset, "SeriesInstanceUID"),
    }


def read_instance(path: Path, *, accept_lossy: bool = False) -> Instance:
    """Read an image object and make sure that its pixels can be worked on.

    Parameters
    ----------
    path : Path
        A DICOM file.
    accept_lossy : bool, optional
        Take pixels whose transfer syntax is a lossy one, too.

    Returns
    -------
    Instance
        Holds the header; a frame is read from the file when it is asked for, and the file is open only meanwhile. Of
        compressed ones, the first one is decoded already.

    Raises
    ------
    UnusableInputError
        The file is missing, damaged, no image, in colour, of floating point, of an unsupported depth or size, or
        stored with loss although `accept_lossy` is false.
    """
    opened = open_object(path)
    dataset = opened.dataset
    with naming(path):
        pixels = pixel_format(dataset)
        lossy = _went_through_loss(dataset)
        # Losses of the past are no reason to refuse: pixels stored without loss now are kept as they are, and so is
        # the flag. But taking pixels out of a lossy code stream changes what the file is.
        if transfer_syntax(dataset) in _LOSSY_SYNTAXES and not accept_lossy:
            raise UnusableInputError("its pixels are lossy compressed; use the original, or accept lossy images.")
        names = {**_sop_uids(dataset), **_keys(dataset)}
        frames = frames_of(opened, pixels)
    return Instance(path, dataset, dataset.undecoded, pixels, lossy, **names, _containers=frames)
