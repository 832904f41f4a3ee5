"""Reads DICOM instances, and writes instances derived from them."""

from StegoMedLib.dicom.attributes import DEFAULT_ATTRIBUTES, header_record
from StegoMedLib.dicom.compressing import SYNTAXES
from StegoMedLib.dicom.creating import SeriesGeometry, new_series
from StegoMedLib.dicom.derivation import MARK, DerivedSeries
from StegoMedLib.dicom.listing import Listing, list_files, nothing_usable
from StegoMedLib.dicom.padding import declared_padding
from StegoMedLib.dicom.places import slices_beside
from StegoMedLib.dicom.reading import Instance, read_instance
from StegoMedLib.dicom.removal import Removed
from StegoMedLib.dicom.values import codes_of
from StegoMedLib.dicom.walking import LeftOut
from StegoMedLib.dicom.writing import Written, write_frames

__all__ = [
    "DEFAULT_ATTRIBUTES",
    "MARK",
    "SYNTAXES",
    "DerivedSeries",
    "Instance",
    "LeftOut",
    "Listing",
    "Removed",
    "SeriesGeometry",
    "Written",
    "codes_of",
    "declared_padding",
    "header_record",
    "list_files",
    "new_series",
    "nothing_usable",
    "read_instance",
    "slices_beside",
    "write_frames",
]
