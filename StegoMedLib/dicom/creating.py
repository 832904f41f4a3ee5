"""Complete new series from arrays that did not come from DICOM (PS3.3 A.3, A.4), and where they lie (C.7.6.2)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from pydicom import Dataset
from pydicom.uid import CTImageStorage, MRImageStorage, SecondaryCaptureImageStorage
from pydicom.valuerep import DSfloat

from StegoMedLib.dicom.compressing import NATIVE, SYNTAXES, write_pixels
from StegoMedLib.dicom.derivation import new_uid
from StegoMedLib.dicom.encoding import encoded
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from StegoMedLib.dicom.writing import file_meta, write_object
from StegoMedLib.errors import UsageError
from StegoMedLib.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["SeriesGeometry", "new_series"]

Vector = tuple[float, float, float]

_SHEAR = 1e-4  # cosine: the tolerance of PS3.3 C.7.6.2.1.1 for orthogonal directions

_CLASSES = {"CT": CTImageStorage, "MR": MRImageStorage, "OT": SecondaryCaptureImageStorage}
# Attributes of the image modules that must be there, as empty or as neutral as the standard lets them be.
_ACQUISITION: dict[str, dict[str, object]] = {
    "CT": {"KVP": None, "AcquisitionNumber": None, "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"]},
    "MR": {
        "ScanningSequence": "RM",
        "SequenceVariant": "NONE",
        "ScanOptions": None,
        "MRAcquisitionType": None,
        "EchoTime": None,
        "EchoTrainLength": None,
        "RepetitionTime": None,
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
    },
    "OT": {"ConversionType": "WSD", "ImageType": ["DERIVED", "SECONDARY"]},
}
# Type 2: must be there, may be empty.
_IDENTIFICATION = dict.fromkeys(
    ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "ReferringPhysicianName")
)


@dataclass(frozen=True)
class SeriesGeometry:
    """Place of a regular stack of slices, in mm and DICOM's patient coordinates (x to the left, y to the back, z up).

    Attributes
    ----------
    origin : tuple of three float
        Centre of the first voxel of the first slice.
    across, down, through : tuple of three float
        From a voxel to the next one of its row, to the next one of its column, and to the one in the next slice.

    Raises
    ------
    UsageError
        The voxels have no extent, or rows and columns are not at right angles.
    """

    origin: Vector
    across: Vector
    down: Vector
    through: Vector

    def __post_init__(self) -> None:
        """Refuse what DICOM cannot express."""
        lengths = [math.hypot(*vector) for vector in (self.across, self.down, self.through)]
        if not all(math.isfinite(length) and length > 0 for length in lengths):
            raise UsageError("The voxels of a series need a size above zero in every direction.")
        if abs(sum(a * b for a, b in zip(self.across, self.down, strict=True))) > _SHEAR * lengths[0] * lengths[1]:
            raise UsageError(
                "Rows and columns are not at right angles, which DICOM cannot express; resample the volume."
            )

    @classmethod
    def of_spacing(cls, spacing: tuple[float, float, float]) -> SeriesGeometry:
        """Axial slices from feet to head, with distances of slices, rows and columns in mm."""
        slices, rows, columns = spacing
        return cls((0.0, 0.0, 0.0), (columns, 0.0, 0.0), (0.0, rows, 0.0), (0.0, 0.0, slices))

    @property
    def pixel_spacing(self) -> list[DSfloat]:
        """Distance of rows, then of columns."""
        return _decimal(math.hypot(*self.down), math.hypot(*self.across))

    @property
    def slice_distance(self) -> DSfloat:
        """Distance of slices, along their step."""
        return _decimal(math.hypot(*self.through))[0]

    @property
    def orientation(self) -> list[DSfloat]:
        """Direction cosines of rows and columns."""
        cosines = [part / math.hypot(*vector) for vector in (self.across, self.down) for part in vector]
        return _decimal(*cosines)

    def position(self, index: int) -> list[DSfloat]:
        """Centre of the first voxel of a slice."""
        return _decimal(*(start + index * step for start, step in zip(self.origin, self.through, strict=True)))


def _decimal(*numbers: float) -> list[DSfloat]:
    """Decimal strings of at most 16 characters (PS3.5 6.2)."""
    return [DSfloat(number + 0.0, auto_format=True) for number in numbers]


def _check(volume: NDArray[np.integer], modality: str, field: StoredField) -> None:
    if modality not in _CLASSES:
        raise UsageError(f"New series can be CT, MR or OT (secondary capture), not {modality!r}.")
    if volume.ndim != 3 or not volume.size:  # noqa: PLR2004 three axes
        raise UsageError(f"A series needs an array of slices, rows and columns; this one has shape {volume.shape}.")
    if volume.min() < field.low or volume.max() > field.high:
        raise UsageError(f"Stored values must be within {field.low}..{field.high}; rescale them first.")


def _common(modality: str, geometry: SeriesGeometry, attributes: Mapping[str, str]) -> Dataset:
    """Header that all slices share."""
    common = Dataset()
    common.SpecificCharacterSet = "ISO_IR 192"
    common.SOPClassUID, common.Modality = _CLASSES[modality], modality
    common.StudyInstanceUID, common.SeriesInstanceUID, common.FrameOfReferenceUID = new_uid(), new_uid(), new_uid()
    common.SeriesNumber, common.Manufacturer, common.PatientPosition = 1, "StegoMed", "HFS"
    common.PositionReferenceIndicator, common.StudyID = None, "1"
    now = dt.datetime.now().astimezone()
    common.StudyDate = common.ContentDate = now.strftime("%Y%m%d")
    common.StudyTime = common.ContentTime = now.strftime("%H%M%S")
    common.SliceThickness, common.PixelSpacing = geometry.slice_distance, geometry.pixel_spacing
    common.ImageOrientationPatient = geometry.orientation
    for keyword, value in {**_IDENTIFICATION, **_ACQUISITION[modality], **attributes}.items():
        setattr(common, keyword, value)
    if "BodyPartExamined" not in common:
        common.Laterality = None  # type 2C: must be there unless the body part is known to be unpaired
    return common


def _pixel_module(common: Dataset, pixels: PixelFormat, rescale: tuple[float, float], padding: int | None) -> None:
    """Image pixel and rescale attributes (PS3.3 C.7.6.3, C.8.2.1); MR Image has no rescale of its own."""
    field = pixels.field
    common.SamplesPerPixel, common.PhotometricInterpretation = 1, "MONOCHROME2"
    common.Rows, common.Columns = pixels.rows, pixels.columns
    common.BitsAllocated, common.BitsStored, common.HighBit = field.bits_allocated, field.bits_stored, field.high_bit
    common.PixelRepresentation = int(field.signed)
    if common.Modality == "CT":
        common.RescaleSlope, common.RescaleIntercept, common.RescaleType = *rescale, "HU"
    if padding is not None:
        common.add_new("PixelPaddingValue", "SS" if field.signed else "US", padding)


def _write_slice(target: Path, header: Dataset, values: NDArray[np.integer], pixels: PixelFormat) -> None:
    cells = values.astype(np.int32).astype(np.uint16)
    elements = encoded({element.tag: element for element in header}, ["utf_8"], signed=pixels.field.signed)
    meta = file_meta(header.SOPClassUID, header.SOPInstanceUID, SYNTAXES[NATIVE])
    with whole_file(target) as (stream, _):
        write = partial(write_pixels, frames=[cells], pixels=pixels, syntax=NATIVE, source=target)
        write_object(stream, meta, elements, write)


def new_series(
    folder: Path,
    volume: NDArray[np.integer],
    *,
    modality: str = "CT",
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
    attributes: Mapping[str, str] | None = None,
    rescale: tuple[float, float] = (1.0, -1024.0),
    bits_stored: int = 16,
    signed: bool = True,
    padding: int | None = None,
    geometry: SeriesGeometry | None = None,
    written: Callable[[int], None] | None = None,
) -> tuple[Path, ...]:
    """Write an array as a complete new CT, MR or secondary capture series in a study of its own.

    Parameters
    ----------
    folder : Path
        Where the files ``slice_0001.dcm``, ``slice_0002.dcm``, … shall be; made where it is missing.
    volume : ndarray of integer, shape (S, H, W)
        Stored values, slices from feet to head, rows from front to back, columns from the patient's right to left,
        unless `geometry` says otherwise.
    modality : {"CT", "MR", "OT"}, optional
        Kind of image; OT is a secondary capture.
    spacing : tuple of three float, optional
        Distance of slices, rows and columns in millimetres.
    attributes : mapping of str to str, optional
        Further header values by keyword, such as PatientName and PatientID; text may hold any Unicode character.
    rescale : tuple of two float, optional
        Slope and intercept from stored values to Hounsfield units; CT alone has them.
    bits_stored : int, optional
        9 to 16, in 16 bits allocated.
    signed : bool, optional
        Two's complement pixels.
    padding : int, optional
        PixelPaddingValue, in stored values.
    geometry : SeriesGeometry, optional
        Where the voxels lie in the patient; counts instead of `spacing`.
    written : callable, optional
        Told the number of files written so far, before each file; may raise to stop the work.

    Returns
    -------
    tuple of Path
        The files, in the order of the slices.

    Raises
    ------
    UsageError
        Unknown modality, wrong shape, values beyond the bits stored, or a geometry that DICOM cannot express.
    UnusableInputError
        The folder cannot be written.
    """
    field = StoredField(16, bits_stored, bits_stored - 1, signed)
    _check(volume, modality, field)
    rows, columns = volume.shape[1:]
    pixels = PixelFormat(rows, columns, 1, field, inverted=False)
    place = geometry or SeriesGeometry.of_spacing(spacing)
    header = _common(modality, place, attributes or {})
    _pixel_module(header, pixels, rescale, padding)
    targets = tuple(folder / f"slice_{number:04d}.dcm" for number in range(1, len(volume) + 1))
    for index, (target, values) in enumerate(zip(targets, volume, strict=True)):
        if written is not None:
            written(index)
        header.SOPInstanceUID, header.InstanceNumber = new_uid(), index + 1
        header.ImagePositionPatient = place.position(index)
        _write_slice(target, header, values, pixels)
    return targets
