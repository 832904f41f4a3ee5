"""What a photograph says beside its samples: all of it is kept, or only what gives the colours their look.

A small picture inside (a thumbnail) may show what was cut off. In EXIF data it is made anew from the photograph that is
written; anything else that holds one, or may, is left out.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.photo.thumbnails import with_thumbnail
from StegoMedLib.png_chunks import SIGNATURE, chunks_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

__all__ = ["Metadata", "metadata_of"]

_COLOUR_CHUNKS = frozenset({b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI"})
_OF_THE_PICTURE = frozenset({b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"hIST", b"sBIT", b"bKGD", b"sPLT"})
"""Chunks that Pillow writes, or that would be of other samples."""
_EXIF_CHUNK, _PICTURE_IN_XMP = b"eXIf", b"xmpGImg"
_RAW_PROFILE = b"Raw profile type"
"""Keyword of texts that hold EXIF data or image resources in hexadecimal, as some programs write them."""
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_LARGEST_TEXT = 1 << 24
_DESCRIPTIVE_TAGS = frozenset({270, 271, 272, 274, 282, 283, 285, 296, 305, 306, 315, 316, 700, 33432, 33723})
"""Of TIFF: what is shown and who made it when with what, orientation, resolution, XMP, rights, IPTC."""
_XMP_TAG = 700


@dataclass(frozen=True)
class Metadata:
    """What stands beside the samples.

    Attributes
    ----------
    chunks : tuple of (bytes, bytes)
        Of PNG, beside the picture's own, in their order.
    profile, exif, xmp : bytes
        Colour profile, EXIF data and XMP, of other formats; empty where there are none.
    tags : mapping of int to object
        Of TIFF.
    compression : str
        Of TIFF, as Pillow names it.
    """

    chunks: tuple[tuple[bytes, bytes], ...] = ()
    profile: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    tags: Mapping[int, object] = field(default_factory=dict)
    compression: str = ""

    def chosen(self, image: Image.Image, *, everything: bool) -> Metadata:
        """What goes along with the picture that is written."""
        if not everything:
            colour = tuple(each for each in self.chunks if each[0] in _COLOUR_CHUNKS)
            return Metadata(chunks=colour, profile=self.profile, compression=self.compression)
        chunks = ((name, with_thumbnail(data, image) if name == _EXIF_CHUNK else data) for name, data in self.chunks)
        return Metadata(
            tuple((name, data) for name, data in chunks if data and not _may_hold_picture(name, data)),
            self.profile,
            with_thumbnail(self.exif, image),
            b"" if _PICTURE_IN_XMP in self.xmp else self.xmp,
            {tag: value for tag, value in self.tags.items() if tag != _XMP_TAG or _PICTURE_IN_XMP not in _bytes(value)},
            self.compression,
        )


def metadata_of(image: Image.Image, content: bytes) -> Metadata:
    """What an open picture says beside its samples; `content` is its file."""
    if content.startswith(SIGNATURE):
        return Metadata(chunks=tuple(each for each in chunks_of(content) if each[0] not in _OF_THE_PICTURE))
    info = image.info
    tags = getattr(image, "tag_v2", {})
    return Metadata(
        profile=_bytes(info.get("icc_profile")),
        exif=b"" if tags else _bytes(info.get("exif")),
        xmp=b"" if tags else _bytes(info.get("xmp")),
        tags={tag: value for tag, value in dict(tags).items() if tag in _DESCRIPTIVE_TAGS},
        compression=str(info.get("compression", "")) if tags else "",
    )


def _may_hold_picture(name: bytes, data: bytes) -> bool:
    """Whether a chunk of PNG may hold a picture, EXIF data apart; a text that cannot be read may."""
    keyword, _, rest = data.partition(b"\0")
    if name not in _TEXTS:
        return False
    if name == b"iTXt":
        compressed, rest = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    else:
        compressed, rest = name == b"zTXt", rest[name == b"zTXt" :]
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(rest, _LARGEST_TEXT) if compressed else rest
    except zlib.error:
        return True
    whole = inflater.eof or not compressed
    return not whole or keyword.startswith(_RAW_PROFILE) or _PICTURE_IN_XMP in text


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
