"""Files as they were: what has to be known to write one again, byte for byte, and the writing (PS3.10 section 7.1)."""

from __future__ import annotations

import hashlib
from functools import partial
from io import BytesIO
from itertools import product
from struct import pack
from typing import TYPE_CHECKING

from pydicom.filereader import read_dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom import Style, tree_of, write_tree
from StegoMedLib.dicom.element_headers import element_header
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.identity.headers import DIGEST_BYTES, PREAMBLE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Instance, Tree
    from StegoMedLib.dicom.field import Containers
    from StegoMedLib.dicom.pixel_format import PixelFormat

__all__ = [
    "NO_STYLE",
    "Beginning",
    "digest_of",
    "file_bytes",
    "header_digest",
    "pixel_digest",
    "read_beginning",
    "style_of",
]

NO_STYLE = -1
_PREFIX = b"DICM"
_META = 0x0002
_PIXELS = 0x7FE0_0010
_USUAL_META, _LARGEST_META = 1 << 16, 1 << 24
_GROUP_LENGTH = slice(8, 12)
"""In the first element of file meta information (PS3.10 7.1)."""
_IMPLICIT, _OPEN_SEQUENCES, _OPEN_ITEMS, _BYTES = 1, 2, 4, 8
_CHUNK = 1 << 20

Beginning = tuple[bytes, "Tree"]
"""Preamble and file meta information; nothing of both for a bare data set."""


def read_beginning(path: Path) -> Beginning:
    """What stands before the data set of a file.

    Raises
    ------
    UnusableInputError
        It is malformed, or larger than 16 MiB; the sentence has the file as its unnamed subject ("it").
    """
    with path.open("rb") as stream:
        preamble, prefix, content = stream.read(PREAMBLE_BYTES), stream.read(len(_PREFIX)), stream.read(_USUAL_META)
        if prefix != _PREFIX:
            return b"", {}
        length = min(int.from_bytes(content[_GROUP_LENGTH], "little"), _LARGEST_META)
        content += stream.read(max(length - _USUAL_META, 0) + _GROUP_LENGTH.stop)
    with translated("its file meta information is malformed; export it again."):
        meta = read_dataset(
            BytesIO(content),
            is_implicit_VR=False,
            is_little_endian=True,
            stop_when=lambda tag, _vr, _length: tag >> 16 != _META,
        )
    return preamble, tree_of(dict(meta.items()), ["iso8859"])


class PixelDigest:
    """Digest of the stored values of an instance, frame by frame: SHA-256 of them as int32, little-endian, cut."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, stored: NDArray[np.int32]) -> None:
        """Count in the stored values (H, W) of the next frame."""
        self._digest.update(stored.astype("<i4").tobytes())

    @property
    def value(self) -> bytes:
        """Of all frames so far."""
        return self._digest.digest()[:DIGEST_BYTES]


def pixel_digest(frames: Iterable[NDArray[np.int32]]) -> bytes:
    """Digest of the stored values (H, W) of all frames of an instance."""
    digest = PixelDigest()
    for stored in frames:
        digest.add(stored)
    return digest.value


def header_digest(tree: Tree) -> bytes:
    """Digest of a header in explicit VR little endian, however its file has it."""
    return hashlib.sha256(b"".join(write_tree(tree).values())).digest()[:DIGEST_BYTES]


def file_bytes(
    frames: Iterable[Containers], pixels: PixelFormat, beginning: Beginning, tree: Tree, style: int
) -> Iterator[bytes]:
    """A file in native little endian, in pieces.

    Parameters
    ----------
    frames : iterable of ndarray of uint8 or uint16, shape (H, W)
        Pixel cells.
    pixels : PixelFormat
    beginning : Beginning
    tree : Tree
        Header without pixel data.
    style : int
        As `style_of` gives it.
    """
    preamble, meta = beginning
    if preamble:
        yield preamble + _PREFIX + b"".join(write_tree(meta).values())
    elements = write_tree(
        tree, Style(bool(style & _IMPLICIT), bool(style & _OPEN_SEQUENCES), bool(style & _OPEN_ITEMS))
    )
    yield b"".join(content for tag, content in elements.items() if tag < _PIXELS)
    size = pixels.frame_bytes * pixels.frames
    if style & _IMPLICIT:
        yield pack("<HHL", _PIXELS >> 16, _PIXELS & 0xFFFF, size + size % 2)
    else:
        yield element_header(_PIXELS, "OB" if style & _BYTES else "OW", size + size % 2)
    for cells in frames:
        yield cells.astype(cells.dtype.newbyteorder("<")).tobytes()
    yield bytes(size % 2)
    yield b"".join(content for tag, content in elements.items() if tag > _PIXELS)


def style_of(instance: Instance, beginning: Beginning, tree: Tree) -> tuple[int, bytes]:
    """How a file was written, and its digest (SHA-256, cut); `NO_STYLE` where no style gives it again."""
    syntax = str(instance.dataset.file_meta.get("TransferSyntaxUID") or "")
    with instance.path.open("rb") as stream:
        digest = hashlib.sha256()
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            digest.update(chunk)
    whole = digest.digest()[:DIGEST_BYTES]
    if syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian):
        implicit = _IMPLICIT if syntax == ImplicitVRLittleEndian else 0
        for parts in product((0, _OPEN_SEQUENCES), (0, _OPEN_ITEMS), (0,) if implicit else (0, _BYTES)):
            style = implicit | sum(parts)
            made = partial(file_bytes, pixels=instance.format, beginning=beginning, tree=tree, style=style)
            if _begins(instance, made(_cells(instance))) and whole == digest_of(made(_cells(instance))):
                return style, whole
    return NO_STYLE, whole


def _cells(instance: Instance) -> Iterator[Containers]:
    return (instance.containers(frame) for frame in range(instance.frames))


def _begins(instance: Instance, pieces: Iterator[bytes]) -> bool:
    """Whether the file begins as these pieces do, up to the pixels; a quick look that spares hashing them."""
    with instance.path.open("rb") as stream:
        for piece in pieces:
            if stream.read(len(piece)) != piece:
                return False
            if len(piece) >= instance.format.frame_bytes:
                return True
    return True


def digest_of(pieces: Iterable[bytes]) -> bytes:
    """SHA-256 of some pieces, cut."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()[:DIGEST_BYTES]
