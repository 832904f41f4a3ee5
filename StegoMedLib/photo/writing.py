"""Pictures as files, without loss."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from StegoMedLib.png_chunks import chunks_of, png_of

if TYPE_CHECKING:
    from PIL import Image

    from StegoMedLib.photo.metadata import Metadata

__all__ = ["written"]

_LEVEL = 4
"""Of deflate: the highest takes four times as long, and saves nothing here; the lowest takes half, and a tenth more."""
_QUICKLY = 1
_TIFF_COMPRESSIONS = {"": "raw", "raw": "raw", "tiff_lzw": "tiff_lzw", "packbits": "packbits"}


def written(image: Image.Image, kind: str, metadata: Metadata) -> bytes:
    """A file of a picture.

    Parameters
    ----------
    image : Image
    kind : str
        ``PNG``, ``WEBP`` or ``TIFF``.
    metadata : Metadata
        All that is written beside it.
    """
    stream = io.BytesIO()
    beside: dict[str, Any] = {"exif": metadata.exif or None, "icc_profile": metadata.profile or None}
    if kind == "WEBP":
        # "exact": colours below full transparency are samples, too. "quality" is the effort, where there is no loss.
        image.save(stream, kind, lossless=True, exact=True, quality=_QUICKLY, xmp=metadata.xmp, **_without_none(beside))
        return stream.getvalue()
    if kind == "TIFF":
        compression = _TIFF_COMPRESSIONS.get(metadata.compression, "tiff_adobe_deflate")
        beside = {"compression": compression, "icc_profile": metadata.profile or None, "tiffinfo": _tags(metadata)}
        image.save(stream, kind, **_without_none(beside))
        return stream.getvalue()
    image.save(stream, kind, compress_level=_LEVEL, **_without_none(beside))
    return _with_chunks(stream.getvalue(), metadata) if metadata.chunks else stream.getvalue()


def _without_none(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _tags(metadata: Metadata) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2()
    for tag, value in metadata.tags.items():
        directory[tag] = value
    return directory


def _with_chunks(png: bytes, metadata: Metadata) -> bytes:
    """A PNG with further chunks behind the header, where all of them may stand (ISO/IEC 15948, section 5.6)."""
    own = list(chunks_of(png))
    return png_of([own[0], *metadata.chunks, *own[1:]])
