"""Photographs as files: what they have to be, their samples, and the same file with other samples.

Taken are pictures of 8 bits a sample, grey or in colour, with or without opacity, that are stored without loss. One
that was stored with loss is refused unless somebody insists: its samples still show how it was compressed, and changes
show against that.
"""

from __future__ import annotations

import io
import struct
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from StegoMedLib.errors import LossyPhotographError, UnusableInputError
from StegoMedLib.opening import read_file
from StegoMedLib.photo.metadata import Metadata, metadata_of
from StegoMedLib.photo.writing import written
from StegoMedLib.png_chunks import SIGNATURE, chunks_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["ENDINGS", "Photograph", "read_photograph", "read_pixels"]

ENDINGS = {"PNG": ".png", "WEBP": ".webp", "TIFF": ".tif"}
"""Formats that are written, and the endings of their names."""

_FORMATS = ("PNG", "WEBP", "TIFF", "BMP", "PPM", "JPEG")
_LARGEST_FILE = 1 << 31
_MOST_PIXELS = 1 << 28
_MODES = {"L": 1, "LA": 1, "RGB": 3, "RGBA": 3}
_REMEDY = "save the photograph again, as PNG with 8 bits a channel."
_BITS_AT, _BITS = 8, 8
_BITS_TAG, _COMPRESSION_TAG = 258, 259
_LOSSLESS_TIFF = frozenset({1, 5, 8, 32773, 32946})  # none, LZW, deflate, packed bits, deflate by its old number


@dataclass(frozen=True)
class Photograph:
    """One photograph.

    Attributes
    ----------
    path : Path
    format : str
        Of what is written: one of `ENDINGS`.
    pixels : ndarray of uint8, shape (H, W, C)
        One or three channels.
    opacity : ndarray of uint8, shape (H, W), optional
    lossy : bool
        Whether it was stored with loss.
    """

    path: Path
    format: str
    pixels: NDArray[np.uint8]
    opacity: NDArray[np.uint8] | None
    lossy: bool
    _metadata: Metadata = field(repr=False)

    def with_pixels(self, pixels: NDArray[np.uint8], *, metadata: bool) -> bytes:
        """The file with other pixels, and with or without what it says beside them; colours stay as they are."""
        layers = [*np.moveaxis(pixels, 2, 0), *(() if self.opacity is None else (self.opacity,))]
        image = Image.fromarray(np.dstack(layers) if len(layers) > 1 else layers[0])
        return written(image, self.format, self._metadata.chosen(image, everything=metadata))


def read_photograph(path: Path, *, decode_lossy: bool) -> Photograph:
    """Read a photograph.

    Parameters
    ----------
    path : Path
    decode_lossy : bool
        Take one that was stored with loss, too.

    Raises
    ------
    UnusableInputError
        It is none, or none that is taken.
    """
    content = read_file(path, _LARGEST_FILE, _REMEDY)
    with _opened(path, content) as image:
        lossy = _is_lossy(image, content)
        if lossy and not decode_lossy:
            raise LossyPhotographError(str(path))
        _check(path, image, content)
        levels = np.asarray(image, dtype=np.uint8)
        metadata = metadata_of(image, content)
        kind = image.format if image.format in ENDINGS and not lossy else "PNG"
    channels = _MODES[image.mode]
    levels = levels.reshape(*levels.shape[:2], -1)
    opacity = levels[..., channels] if levels.shape[2] > channels else None
    return Photograph(path, kind, np.ascontiguousarray(levels[..., :channels]), opacity, lossy, metadata)


def read_pixels(path: Path) -> NDArray[np.uint8] | None:
    """Pixels of anything, shape (H, W, C); None where it is no photograph in which anything could lie."""
    try:
        photograph = read_photograph(path, decode_lossy=False)
    except UnusableInputError:
        return None
    return photograph.pixels


@contextmanager
def _opened(path: Path, content: bytes) -> Iterator[Image.Image]:
    """The picture, of which nothing is decoded yet; whatever Pillow says of it, then or later, is one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise UnusableInputError(f"{path} has more than {_MOST_PIXELS >> 20} megapixels; scale it down.")
                yield image
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error, EOFError):
        raise UnusableInputError(f"{path} cannot be read as a photograph; {_REMEDY}") from None
    except Image.DecompressionBombError:
        raise UnusableInputError(f"{path} is too large a picture; scale it down.") from None


def _is_lossy(image: Image.Image, content: bytes) -> bool:
    if image.format == "WEBP":
        return b"VP8L" not in _riff_chunks(content)
    if image.format == "TIFF":
        return _tag(image, _COMPRESSION_TAG, 1) not in _LOSSLESS_TIFF
    return image.format == "JPEG"


def _riff_chunks(content: bytes) -> list[bytes]:
    """Names of the chunks of a WebP file (RFC 9649, section 2.3)."""
    found, at = list[bytes](), 12
    while at + 8 <= len(content):
        found.append(content[at : at + 4])
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return found


def _check(path: Path, image: Image.Image, content: bytes) -> None:
    """Refuse what would not be the same picture with other samples."""
    if getattr(image, "n_frames", 1) != 1:
        raise UnusableInputError(f"{path} holds several pictures; save one of them as PNG.")
    if image.mode not in _MODES or _bits(image, content) != _BITS:
        raise UnusableInputError(
            f"{path} is neither grey nor RGB with 8 bits a channel; save the photograph as such, as PNG."
        )
    if "transparency" in image.info:
        raise UnusableInputError(f"{path} has one colour that is transparent; save the photograph without that.")


def _bits(image: Image.Image, content: bytes) -> int:
    """Bits a sample, of which Pillow makes 8 where there are more."""
    if image.format == "PNG" and content.startswith(SIGNATURE):
        _, header = next(chunks_of(content))
        return header[_BITS_AT]
    if image.format == "TIFF":
        bits = _tag(image, _BITS_TAG, (1,))
        return _BITS if isinstance(bits, tuple) and set(bits) == {_BITS} else 0
    return _BITS


def _tag(image: Image.Image, tag: int, default: object) -> object:
    """Value of a tag of TIFF."""
    tags = getattr(image, "tag_v2", {})
    return tags.get(tag, default)
