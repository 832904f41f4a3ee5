"""Pictures of masks: PNG alone, by content, looked at before anything is decoded.

Taken are 1 to 8 bits a sample, grey, palette or colour, interlaced or not. Refused are 16 bits, which readers make 8 of
in ways of their own, pictures with a transparent pixel, which show what lies behind them, and animated ones. Chunks
beside the picture (texts, profiles, times) are not looked at: some of them are packed and unpack to gigabytes.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_file
from StegoMedLib.png_chunks import SIGNATURE, chunks_of, png_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["read_levels"]

_HEADER = struct.Struct(">II5B")
_LARGEST_FILE = 64 * 2**20
_MOST_PIXELS = 2**26
"""Where it is not known how large the picture has to be."""
_MOST_BITS = 8
_KEPT = (b"PLTE", b"tRNS")  # what else changes the picture
_ANIMATED = b"acTL"
_OPAQUE = 255
_COLOUR_BYTES = 3
_REMEDY = "write the mask again as PNG."


@dataclass
class _Picture:
    """A PNG file taken apart."""

    header: bytes = b""
    kept: dict[bytes, bytes] = field(default_factory=dict)
    data: list[bytes] = field(default_factory=list)

    def as_png(self) -> bytes:
        """Put together what makes the picture, its data in one piece."""
        return png_of([(b"IHDR", self.header), *self.kept.items(), (b"IDAT", b"".join(self.data))])


def read_levels(path: Path, shape: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Read a picture's grey values; uint8, shape (H, W). What is no grey is 255: it is not black.

    Parameters
    ----------
    path : Path
    shape : tuple of (int, int), optional
        Rows and columns that the picture has to have; without it at most 2**26 pixels.

    Raises
    ------
    UnusableInputError
        The file is no such picture, or damaged.
    """
    content = read_file(path, _LARGEST_FILE, _REMEDY)
    if not content.startswith(SIGNATURE):
        raise UnusableInputError(f"{path} is not a PNG; save the mask as PNG.")
    try:
        picture = _taken_apart(path, content, shape)
        with Image.open(io.BytesIO(picture.as_png()), formats=["PNG"]) as opened:
            _check_palette(opened, picture)
            colours = np.asarray(opened.convert("RGBA"))
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):  # as Pillow says "damaged"
        raise UnusableInputError(f"{path} is a picture that cannot be read; {_REMEDY}") from None
    if (colours[..., 3] != _OPAQUE).any():
        raise UnusableInputError(
            f"{path} has transparent pixels; put it on a black background and save it without alpha."
        )
    grey = (colours[..., 0] == colours[..., 1]) & (colours[..., 1] == colours[..., 2])
    return np.where(grey, colours[..., 0], np.uint8(255))


def _taken_apart(path: Path, content: bytes, shape: tuple[int, int] | None) -> _Picture:
    picture = _Picture()
    for name, inner in chunks_of(content):
        if (name == b"IHDR") == bool(picture.header):  # the header stands first, and once
            raise ValueError("the header is missing, or there twice")
        if name == b"IHDR":
            _check_header(path, inner, shape)
            picture.header = inner
        elif name == _ANIMATED:
            raise UnusableInputError(f"{path} is animated; save the mask as a PNG of one picture.")
        elif name == b"IDAT":
            picture.data.append(inner)
        elif name in picture.kept or (name in _KEPT and picture.data) or (name not in _KEPT and name[:1].isupper()):
            raise ValueError("a chunk is there twice or too late, or unknown and needed")
        elif name in _KEPT:
            picture.kept[name] = inner
    return picture


def _check_palette(opened: Image.Image, picture: _Picture) -> None:
    """Refuse colours that the palette does not have; they would be black, which is air."""
    if opened.mode == "P" and int(np.asarray(opened).max()) >= len(picture.kept.get(b"PLTE", b"")) // _COLOUR_BYTES:
        raise ValueError("a colour is not in the palette")


def _check_header(path: Path, header: bytes, shape: tuple[int, int] | None) -> None:
    columns, rows, bits, *_ = _HEADER.unpack(header)
    if shape is not None and (rows, columns) != shape:
        raise UnusableInputError(
            f"{path} has {columns}x{rows} pixels and its slice {shape[1]}x{shape[0]}; name the masks of this series."
        )
    if not 1 <= rows * columns <= _MOST_PIXELS and shape is None:
        raise UnusableInputError(f"{path} has {columns}x{rows} pixels, which is not the size of a mask; {_REMEDY}")
    if bits > _MOST_BITS:
        raise UnusableInputError(f"{path} has {bits} bits a sample; save the mask with 8 bits.")
