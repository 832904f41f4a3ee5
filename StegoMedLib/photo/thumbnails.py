"""The small picture inside EXIF data (JEITA CP-3451, section 4.5): made anew from the photograph that is written."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["with_thumbnail"]

_PREFIX = b"Exif\0\0"
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ENTRY_BYTES = 12
_START_TAG, _LENGTH_TAG = 0x0201, 0x0202
_LARGEST_SIDE = 160
_QUALITIES = (85, 70, 50, 30, 10)


def with_thumbnail(exif: bytes, image: Image.Image) -> bytes:
    """EXIF data whose small picture shows `image`; without one, where none is so small that it takes its place.

    Parameters
    ----------
    exif : bytes
        With or without the prefix of JPEG; may be anything.
    image : Image
    """
    prefix = exif[: len(_PREFIX)] if exif.startswith(_PREFIX) else b""
    data = bytearray(exif[len(prefix) :])
    try:
        _replace(data, image)
    except struct.error:
        return b""  # it leads out of itself, so that nobody can tell what it holds
    return prefix + bytes(data)


def _replace(data: bytearray, image: Image.Image) -> None:
    order = _ORDERS.get(bytes(data[:4]))
    if order is None:
        return
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, first)
    link = first + 2 + count * _ENTRY_BYTES
    (second,) = struct.unpack_from(f"{order}I", data, link)
    if not second:
        return
    values = _values(data, second, order)
    if _START_TAG not in values or _LENGTH_TAG not in values:
        struct.pack_into(f"{order}I", data, link, 0)  # a picture that is no JPEG: nothing leads to it any more
        return
    (start,), (length,) = (struct.unpack_from(f"{order}I", data, values[tag]) for tag in (_START_TAG, _LENGTH_TAG))
    if start + length > len(data):
        raise struct.error
    small = _small(image, length)
    data[start : start + length] = small.ljust(length, b"\0")
    struct.pack_into(f"{order}I", data, values[_LENGTH_TAG], len(small))
    if not small:
        struct.pack_into(f"{order}I", data, link, 0)


def _values(data: bytearray, at: int, order: str) -> dict[int, int]:
    """Where the values of the entries of a directory stand, by their tags."""
    (count,) = struct.unpack_from(f"{order}H", data, at)
    places = range(at + 2, at + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES)
    return {struct.unpack_from(f"{order}H", data, place)[0]: place + 8 for place in places}


def _small(image: Image.Image, most: int) -> bytes:
    """A JPEG of at most so many bytes; empty where none is so small."""
    small = image.convert("RGB")
    small.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    for quality in _QUALITIES:
        stream = io.BytesIO()
        small.save(stream, "JPEG", quality=quality)
        if stream.tell() <= most:
            return stream.getvalue()
    return b""
