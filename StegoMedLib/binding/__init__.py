"""Binding: what ties a record to the image it was sealed into. Arrays, numbers and bytes only."""

from StegoMedLib.binding.digest import DIGEST_BYTES, pixel_digest
from StegoMedLib.binding.features import features
from StegoMedLib.binding.geometry import Geometry
from StegoMedLib.binding.part import HEAD_BYTES, MOST_SERIES, MOST_SLICES, TILE_SIDES, Part, unpack_part
from StegoMedLib.binding.shared import Shared
from StegoMedLib.binding.signature import SIGNATURE_BITS, SIGNATURE_BYTES, Likeness, likeness, signature
from StegoMedLib.binding.tag import TAG_BYTES, compare_tags, make_tag
from StegoMedLib.binding.tiles import (
    Rectangle,
    altered_tiles,
    rectangles,
    tagged_tiles,
    tile_key,
    tile_pixels,
    tile_tags,
)

__all__ = [
    "DIGEST_BYTES",
    "HEAD_BYTES",
    "MOST_SERIES",
    "MOST_SLICES",
    "SIGNATURE_BITS",
    "SIGNATURE_BYTES",
    "TAG_BYTES",
    "TILE_SIDES",
    "Geometry",
    "Likeness",
    "Part",
    "Rectangle",
    "Shared",
    "altered_tiles",
    "compare_tags",
    "features",
    "likeness",
    "make_tag",
    "pixel_digest",
    "rectangles",
    "signature",
    "tagged_tiles",
    "tile_key",
    "tile_pixels",
    "tile_tags",
    "unpack_part",
]
