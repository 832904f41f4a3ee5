"""PixelData of a new object, native or losslessly compressed (PS3.5 A.2, A.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from StegoMedLib.dicom.hostile import chosen_plugin, translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.pixels import PixelFormat

__all__ = ["SYNTAXES", "pixel_data"]

SYNTAXES: Mapping[str, UID] = {
    "explicit": ExplicitVRLittleEndian,
    "rle": RLELossless,
    "jpegls": JPEGLSLossless,
    "jpeg2000": JPEG2000Lossless,
}
_UNDEFINED = 0xFFFF_FFFF


def _little(cells: Containers) -> bytes:
    return cells.astype(cells.dtype.newbyteorder("<")).tobytes()


def _compressed(cells: Sequence[Containers], pixels: PixelFormat, syntax: str) -> bytes:
    """Frames through an encoder of pydicom's, encapsulated with a basic offset table."""
    encoder, field = get_encoder(SYNTAXES[syntax]), pixels.field
    described: dict[str, Any] = {
        "rows": pixels.rows,
        "columns": pixels.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "bits_allocated": field.bits_allocated,
        "bits_stored": field.bits_stored,
        "pixel_representation": int(field.signed),
        "photometric_interpretation": "MONOCHROME1" if pixels.inverted else "MONOCHROME2",
    }
    with translated(f"the pixels do not fit the transfer syntax {syntax!r}; ask for 'explicit'."):
        described["encoding_plugin"] = chosen_plugin(encoder.available_plugins, SYNTAXES[syntax])
        return encapsulate([encoder.encode(_little(frame), index=0, **described) for frame in cells])


def pixel_data(cells: Sequence[Containers], pixels: PixelFormat, syntax: str) -> RawDataElement:
    """PixelData element of an object.

    Parameters
    ----------
    cells : sequence of ndarray of uint8 or uint16, shape (H, W)
        Pixel cells of each frame.
    pixels : PixelFormat
        Size and layout of the pixels.
    syntax : str
        One of `SYNTAXES`.

    Returns
    -------
    RawDataElement
        Ready to be written in explicit VR little endian.

    Raises
    ------
    UnusableInputError
        The encoder cannot take the pixels.
    """
    tag = Tag("PixelData")
    if syntax == "explicit":
        value = b"".join(_little(frame) for frame in cells)
        vr = "OB" if pixels.field.container.itemsize == 1 else "OW"
        return RawDataElement(tag, vr, len(value), value, 0, is_implicit_VR=False, is_little_endian=True)
    value = _compressed(cells, pixels, syntax)
    return RawDataElement(tag, "OB", _UNDEFINED, value, 0, is_implicit_VR=False, is_little_endian=True)
