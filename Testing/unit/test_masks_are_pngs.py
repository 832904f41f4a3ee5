"""Masks are PNG, looked at before they are decoded: whatever bears such a name is taken, or refused in a sentence."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.plane import Plane
from StegoMedLib.series import masks
from StegoMedLib.series.masks import FolderMasks, read_mask
from StegoMedLib.training.references import read_reference
from Testing.campaigns.masks import chunks_of, png_of
from Testing.slices import slice_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

GREY = (np.indices((24, 33)).sum(axis=0) % 3 * 64).astype(np.uint8)  # 0, 64, 128


def saved(path: Path, picture: Image.Image, **options: Any) -> Path:
    picture.save(path, "PNG", **options)
    return path


def png(picture: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", **options)
    return stream.getvalue()


def interlaced() -> bytes:
    """A whole interlaced picture of 1 x 1: Pillow writes none."""
    header = struct.pack(">II5B", 1, 1, 8, 0, 0, 0, 1)
    return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(b"\0\x80")), (b"IEND", b"")])


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "LA"])
def test_pictures_of_every_kind_give_the_same_mask(mode: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", Image.fromarray(GREY).convert(mode))

    assert np.array_equal(read_mask(path, (24, 33)), GREY > 0)
    assert np.array_equal(read_reference(path).unsure, GREY == 128)


def test_one_bit_and_interlaced_pictures_are_taken(tmp_path: Path) -> None:
    bits = saved(tmp_path / "bits.png", Image.fromarray(GREY > 0))
    (tmp_path / "interlaced.png").write_bytes(interlaced())

    assert np.array_equal(read_mask(bits), GREY > 0)
    assert read_reference(tmp_path / "interlaced.png").unsure.tolist() == [[True]]


@pytest.mark.parametrize("colour", [(0, 0, 1), (128, 0, 0), (128, 128, 127)])
def test_a_colour_is_not_black_however_dark_and_leaves_no_doubt(colour: tuple[int, int, int], tmp_path: Path) -> None:
    path = saved(tmp_path / "m.png", Image.new("RGB", (3, 2), colour))

    assert read_mask(path).all()
    assert read_reference(path).patient.all()


def transparent() -> bytes:
    colours = np.full((24, 33, 4), 255, dtype=np.uint8)
    colours[3, 4, 3] = 254
    return png(Image.fromarray(colours))


def with_chunk(name: bytes, inner: bytes, place: int = 1) -> bytes:
    chunks = chunks_of(png(Image.fromarray(GREY)))
    chunks.insert(place, (name, inner))
    return png_of(chunks)


def palette(change: str) -> bytes:
    chunks = chunks_of(png(Image.fromarray(GREY).quantize(3)))
    colours = next(chunk for chunk in chunks if chunk[0] == b"PLTE")
    chunks.remove(colours)
    if change == "short":
        chunks.insert(1, (b"PLTE", colours[1][:3]))
    elif change == "late":
        chunks.insert(-1, colours)
    return png_of(chunks)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 33 24\n{} loop\n", "not a PNG"),
        (b"P5 33 24 255\n" + bytes(33 * 24), "not a PNG"),
        (b"", "not a PNG"),
        (png(Image.fromarray(GREY))[:-20], "a picture that cannot be read"),
        (png(Image.fromarray(GREY.astype(np.uint16) * 256)), "16 bits a sample"),
        (transparent(), "transparent pixels"),
        (png(Image.fromarray(GREY).quantize(3), transparency=1), "transparent pixels"),
        (png(Image.fromarray(GREY), save_all=True, append_images=[Image.new("L", (33, 24))]), "animated"),
        (png(Image.new("1", (33, 25))), "33x25 pixels and its slice 33x24"),
        (with_chunk(b"IHDR", struct.pack(">II5B", 33, 24, 8, 0, 0, 0, 0)), "a picture that cannot be read"),
        (with_chunk(b"QQQQ", b""), "a picture that cannot be read"),
        (with_chunk(b"acTL", bytes(8)), "animated"),
        (palette("missing"), "a picture that cannot be read"),
        (palette("short"), "a picture that cannot be read"),
        (palette("late"), "a picture that cannot be read"),
    ],
)
def test_what_is_no_mask_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "m.png").write_bytes(content)

    with pytest.raises(UnusableInputError, match=said):
        read_mask(tmp_path / "m.png", (24, 33))


def test_texts_and_profiles_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PngImagePlugin.PngStream, "chunk_zTXt", None)  # whoever calls it fails
    bomb = zlib.compress(bytes(2**20))
    for name in (b"zTXt", b"iCCP"):
        (tmp_path / "m.png").write_bytes(with_chunk(name, b"a\0\0" + bomb))
        assert np.array_equal(read_mask(tmp_path / "m.png"), GREY > 0)


@pytest.mark.parametrize("shape", [(24, 33), None])
def test_a_huge_picture_is_refused_before_it_is_decoded(shape: tuple[int, int] | None, tmp_path: Path) -> None:
    header = struct.pack(">II5B", 2**15, 2**14, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(2**20))
    (tmp_path / "m.png").write_bytes(png_of([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]))

    tracemalloc.start()
    with pytest.raises(UnusableInputError, match="32768x16384 pixels"):
        read_mask(tmp_path / "m.png", shape)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 2**20


def test_a_mask_of_a_folder_is_held_against_its_slice(tmp_path: Path) -> None:
    saved(tmp_path / "a.png", Image.fromarray(GREY))
    source, planes = (
        FolderMasks(tmp_path),
        [Plane(np.zeros(shape, np.int32), 0, 1, ()) for shape in ((24, 33), (33, 24))],
    )

    assert np.array_equal(source.region(slice_of(planes[0])).significant, GREY > 0)
    with pytest.raises(UnusableInputError, match="33x24 pixels and its slice 24x33; name the masks of this series"):
        source.region(slice_of(planes[1]))


def test_a_mask_that_was_written_is_read(tmp_path: Path) -> None:
    mask: NDArray[np.bool_] = GREY > 0
    masks.write_mask(tmp_path / "m.png", mask)
    assert np.array_equal(read_mask(tmp_path / "m.png", mask.shape), mask)


def test_a_missing_mask_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="There is no mask"):
        read_mask(tmp_path / "m.png")
