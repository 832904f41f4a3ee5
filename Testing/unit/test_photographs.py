"""Photographs as files: read as they are, and written with other samples and the same look."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.photo.metadata import Metadata
from StegoMedLib.photo.photographs import ENDINGS, read_photograph
from StegoMedLib.photo.thumbnails import with_thumbnail
from StegoMedLib.png_chunks import chunks_of
from Testing.photographs import scaled

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = Image.fromarray(scaled("coffee", 90, 70))
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf/></x:xmpmeta>"


def with_opacity() -> Image.Image:
    picture = PICTURE.convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    return picture


def exif_with_thumbnail(order: str, length: int = 9000) -> bytes:
    """EXIF data by hand: a maker, and a small picture that shows something else."""
    small = bytes(length)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    first = struct.pack(f"{order}HHHI4sI", 1, 271, 2, 4, b"abc\0", 26)
    second = struct.pack(f"{order}HHHIIHHIII", 2, 0x0201, 4, 1, 56, 0x0202, 4, 1, length, 0)
    return head + first + second + small


def rewritten(path: Path, *, metadata: bool = True, decode_lossy: bool = False) -> tuple[Image.Image, bytes]:
    """The picture with one sample changed, from the file that is written; it has all other samples."""
    photograph = read_photograph(path, decode_lossy=decode_lossy)
    pixels = photograph.pixels.copy()
    pixels[3, 4] ^= 1
    content = photograph.with_pixels(pixels, metadata=metadata)
    target = path.with_name("written" + ENDINGS[photograph.format])
    target.write_bytes(content)
    again = read_photograph(target, decode_lossy=False)
    assert np.array_equal(again.pixels, pixels)
    if photograph.opacity is None:
        assert again.opacity is None
    else:
        assert again.opacity is not None
        assert np.array_equal(again.opacity, photograph.opacity)
    return Image.open(target), content


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.webp", {"lossless": True, "exact": True}),
        ("a.tif", {}),
        ("b.tif", {"compression": "tiff_lzw"}),
        ("c.tif", {"compression": "tiff_adobe_deflate"}),
        ("a.bmp", {}),
        ("a.ppm", {}),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
def test_samples_and_opacity_are_kept(tmp_path: Path, name: str, options: dict[str, Any], mode: str) -> None:
    if mode in ("RGBA", "LA") and name[2:] in ("bmp", "ppm"):
        pytest.skip("the format has no opacity")
    with_opacity().convert(mode).save(tmp_path / name, **options)
    written, _ = rewritten(tmp_path / name)
    assert written.format == {"png": "PNG", "webp": "WEBP", "tif": "TIFF"}.get(name[2:], "PNG")


def test_what_a_png_says_is_kept_or_removed(tmp_path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "at the lake")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add(b"gAMA", struct.pack(">I", 45455))
    exif = Image.Exif()
    exif[271] = "Maker"
    PICTURE.save(tmp_path / "a.png", pnginfo=texts, exif=exif, dpi=(72, 72))
    before = dict(chunks_of((tmp_path / "a.png").read_bytes()))
    kept = dict(chunks_of(rewritten(tmp_path / "a.png")[1]))
    assert {name: kept[name] for name in before if name not in (b"IDAT", b"eXIf")} == {
        name: data for name, data in before.items() if name not in (b"IDAT", b"eXIf")
    }
    assert kept[b"eXIf"] == before[b"eXIf"]
    removed = dict(chunks_of(rewritten(tmp_path / "a.png", metadata=False)[1]))
    assert set(removed) == {b"IHDR", b"gAMA", b"IDAT"}


@pytest.mark.parametrize("name", ["a.webp", "a.tif"])
def test_what_others_say_is_kept_or_removed(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[271] = "Maker"
    options = {"lossless": True, "exif": exif, "xmp": XMP} if name == "a.webp" else {"exif": exif}
    PICTURE.save(tmp_path / name, **options)
    kept, _ = rewritten(tmp_path / name)
    assert kept.getexif()[271] == "Maker"
    removed, content = rewritten(tmp_path / name, metadata=False)
    assert 271 not in removed.getexif()
    assert b"Maker" not in content
    assert b"xmpmeta" not in content


def test_a_jpeg_keeps_what_it_says_as_a_png(tmp_path: Path) -> None:
    PICTURE.save(tmp_path / "a.jpg", exif=b"Exif\0\0" + exif_with_thumbnail("<"))
    with pytest.raises(UnusableInputError, match="--decode-jpeg"):
        read_photograph(tmp_path / "a.jpg", decode_lossy=False)
    written, _ = rewritten(tmp_path / "a.jpg", decode_lossy=True)
    assert written.getexif()[271] == "abc"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_small_picture_inside_shows_what_is_written(order: str, prefix: bytes) -> None:
    made = with_thumbnail(prefix + exif_with_thumbnail(order), PICTURE)
    assert len(made) == len(prefix) + len(exif_with_thumbnail(order))
    small = np.asarray(Image.open(io.BytesIO(made[len(prefix) + 56 :])))
    shown = np.asarray(PICTURE.resize((small.shape[1], small.shape[0])))
    assert np.abs(small.astype(int) - shown).mean() < 12


def test_a_small_picture_that_does_not_fit_goes() -> None:
    made = with_thumbnail(exif_with_thumbnail("<", 500), PICTURE)
    assert Image.open(io.BytesIO(exif_image(made))).getexif()[271] == "abc"
    assert made[56:] == bytes(500)


def exif_image(exif: bytes) -> bytes:
    stream = io.BytesIO()
    PICTURE.save(stream, "JPEG", exif=b"Exif\0\0" + exif)
    return stream.getvalue()


@pytest.mark.parametrize("zipped", [False, True])
def test_pictures_inside_texts_go_and_other_texts_stay(tmp_path: Path, *, zipped: bool) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", "<xmpGImg:image>abc</xmpGImg:image>", zip=zipped)
    texts.add_itxt("Title", "the lake", zip=zipped)
    texts.add_text("Raw profile type exif", "45786966", zip=zipped)
    texts.add_text("Comment", "on the way", zip=zipped)
    PICTURE.save(tmp_path / "a.png", pnginfo=texts)
    assert len(Image.open(tmp_path / "a.png").text) == 4  # type: ignore[attr-defined]
    written, _ = rewritten(tmp_path / "a.png")
    assert dict(written.text) == {"Title": "the lake", "Comment": "on the way"}  # type: ignore[attr-defined]


def test_a_text_that_cannot_be_read_goes() -> None:
    damaged = [(b"eXIf", b"II*\0\xff"), (b"zTXt", b"Comment\0\0no deflate"), (b"iTXt", b"Comment\0\1\0\0\0cut")]
    metadata = Metadata(chunks=(*damaged, (b"tEXt", b"Comment\0kept")))
    kept = metadata.chosen(PICTURE, everything=True).chunks
    assert kept == ((b"tEXt", b"Comment\0kept"),)


@pytest.mark.parametrize("bits", ["I;16", "1"])
def test_other_depths_are_refused(tmp_path: Path, bits: str) -> None:
    kind = np.uint16 if bits == "I;16" else np.bool_
    Image.fromarray(np.zeros((90, 90), kind)).save(tmp_path / "a.png")
    with pytest.raises(UnusableInputError, match="8 bits a channel"):
        read_photograph(tmp_path / "a.png", decode_lossy=False)


def test_16_bits_a_channel_are_not_made_8_of(tmp_path: Path) -> None:
    """Pillow would."""
    import zlib  # noqa: PLC0415

    from StegoMedLib.png_chunks import png_of  # noqa: PLC0415

    header = struct.pack(">II5B", 90, 90, 16, 2, 0, 0, 0)
    rows = zlib.compress(bytes(90 * (1 + 90 * 6)))
    (tmp_path / "a.png").write_bytes(png_of([(b"IHDR", header), (b"IDAT", rows)]))
    with pytest.raises(UnusableInputError, match="8 bits a channel"):
        read_photograph(tmp_path / "a.png", decode_lossy=False)
