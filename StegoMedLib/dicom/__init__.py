"""Reads DICOM instances, and writes instances derived from them."""

from StegoMedLib.dicom.attributes import DEFAULT_ATTRIBUTES, header_record
from StegoMedLib.dicom.charsets import CharacterSet, character_set
from StegoMedLib.dicom.compressing import SYNTAXES
from StegoMedLib.dicom.creating import SeriesGeometry, new_series
from StegoMedLib.dicom.derivation import MARK, DerivedSeries, new_uid
from StegoMedLib.dicom.listing import Head, Listing, head_of, list_files, list_these, nothing_usable
from StegoMedLib.dicom.padding import declared_padding
from StegoMedLib.dicom.places import Number, Placed, numbers_of, place_of
from StegoMedLib.dicom.reading import Instance, read_instance
from StegoMedLib.dicom.removal import SIGNATURES, SIGNED, Removed
from StegoMedLib.dicom.retouching import AnyObject, read_any, write_any
from StegoMedLib.dicom.tree import Node, Style, Tree, read_tree, tree_of, write_tree
from StegoMedLib.dicom.values import codes_of
from StegoMedLib.dicom.walking import LeftOut
from StegoMedLib.dicom.writing import Headers, Written, write_frames

__all__ = [
    "DEFAULT_ATTRIBUTES",
    "MARK",
    "SIGNATURES",
    "SIGNED",
    "SYNTAXES",
    "AnyObject",
    "CharacterSet",
    "DerivedSeries",
    "Head",
    "Headers",
    "Instance",
    "LeftOut",
    "Listing",
    "Node",
    "Number",
    "Placed",
    "Removed",
    "SeriesGeometry",
    "Style",
    "Tree",
    "Written",
    "character_set",
    "codes_of",
    "declared_padding",
    "head_of",
    "header_record",
    "list_files",
    "list_these",
    "new_series",
    "new_uid",
    "nothing_usable",
    "numbers_of",
    "place_of",
    "read_any",
    "read_instance",
    "read_tree",
    "tree_of",
    "write_any",
    "write_frames",
    "write_tree",
]
