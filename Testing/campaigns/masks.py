"""Pictures of masks as strangers damage them, and files of other kinds under their names.

A picture is taken only when it is a PNG of the slice's size, and then it gives what an independent reader sees in it.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, PngImagePlugin

from StegoMedLib.series.masks import read_mask
from StegoMedLib.training.references import read_reference
from Testing.campaigns.campaign import WrongResultError
from Testing.campaigns.mutators import mutate_bytes

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["CAMPAIGN", "Masks", "chunks_of", "png_of"]

_SHAPE = (24, 33)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_OTHERS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 33 24\n%%EndComments\n{} loop\n",
    b"GIF89a\x21\x00\x18\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x21\x00\x18\x00\x00\x02",
    b"P5 33 24 255\n" + bytes(33 * 24),
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    b"BM\x36\x00\x00\x00",
    b"MM\x00*\x00\x00\x00\x08\x00\x00",
    b"",
)
_SIZES = (0, 1, 24, 33, 0xFFFF, 2**26, 2**31 - 1, 2**32 - 1)
_MEGABYTE = zlib.compress(bytes(2**20))
_SHOWN = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_ODD_CHUNKS = (
    b"zTXt",
    b"iTXt",
    b"iCCP",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"sPLT",
    b"eXIf",
    b"tRNS",
    b"PLTE",
    b"QQQQ",
    b"qqqq",
)


def chunks_of(content: bytes) -> list[tuple[bytes, bytes]]:
    """Take a whole PNG apart, without what may stand behind its end."""
    chunks: list[tuple[bytes, bytes]] = []
    place = len(_SIGNATURE)
    while place < len(content) and (not chunks or chunks[-1][0] != b"IEND"):
        length, name = struct.unpack_from(">I4s", content, place)
        chunks.append((name, content[place + 8 : place + 8 + length]))
        place += 12 + length
    return chunks


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Put a PNG together, every chunk with its right checksum."""
    return _SIGNATURE + b"".join(
        struct.pack(">I4s", len(inner), name) + inner + struct.pack(">I", zlib.crc32(name + inner))
        for name, inner in chunks
    )


def _pictures() -> list[bytes]:
    """Masks of all kinds: 1 to 16 bits, grey, palette and colour, with and without alpha, animated."""
    grey = (np.indices(_SHAPE).sum(axis=0) % 5 * 60).astype(np.uint8)
    picture = Image.fromarray(grey)
    made: list[tuple[Image.Image, dict[str, object]]] = [
        *((picture.convert(mode), {}) for mode in ("1", "L", "P", "RGB", "RGBA", "LA")),
        (picture.quantize(3), {"transparency": 1}),
        (picture.quantize(3), {"bits": 2}),
        (Image.fromarray(grey.astype(np.uint16) * 256), {}),
        (picture, {"save_all": True, "append_images": [picture.rotate(90)]}),
    ]
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "x" * 1000, zip=True)
    made.append((picture, {"pnginfo": texts, "icc_profile": bytes(500), "dpi": (72, 72)}))
    contents = []
    for image, options in made:
        stream = io.BytesIO()
        image.save(stream, "PNG", **options)
        contents.append(stream.getvalue())
    return contents


class Masks:
    """See the module; an input is the content of the file."""

    name = "masks"

    def prepare(self, folder: Path) -> None:
        """Draw the originals."""
        self._place = folder / "slice.png"
        self._pictures = _pictures()

    def make(self, chance: random.Random) -> bytes:
        """Damage a picture's bytes, or its chunks with right checksums, or take another kind of file."""
        kind = chance.randrange(20)
        if kind == 0:
            return mutate_bytes(chance, chance.choice(_OTHERS), self._pictures)
        picture = chance.choice(self._pictures)
        if kind < 6:
            return mutate_bytes(chance, picture, [*self._pictures, *_OTHERS])
        chunks = chunks_of(picture)
        for _ in range(chance.randint(0, 2)):
            self._change(chance, chunks)
        return png_of(chunks)

    def _change(self, chance: random.Random, chunks: list[tuple[bytes, bytes]]) -> None:
        place = chance.randrange(len(chunks))
        name, inner = chunks[place]
        kind = chance.randrange(8)
        if kind == 0:
            chunks[place] = name, mutate_bytes(chance, inner)
        elif kind == 1:
            header = bytearray(chunks[0][1])
            struct.pack_into(">I", header, chance.choice((0, 4)), chance.choice(_SIZES)) if len(header) > 8 else None
            chunks[0] = chunks[0][0], bytes(header)
        elif kind == 2:
            chunks[0] = (
                chunks[0][0],
                chunks[0][1][:8] + bytes(chance.choice((0, 1, 2, 3, 4, 6, 8, 16)) for _ in range(5)),
            )
        elif kind == 3:
            data = chance.choice((_MEGABYTE, chance.randbytes(50), b""))
            chunks.insert(place, (chance.choice(_ODD_CHUNKS), chance.choice((b"Comment\0\0", b"")) + data))
        elif kind == 4:
            chunks[place] = b"IDAT", zlib.compress(self._rows(chance))
        elif kind == 5:
            del chunks[place:]
        elif kind == 6:
            chunks.insert(chance.randrange(len(chunks) + 1), chunks[place])
        else:
            chance.shuffle(chunks)
        if not chunks:
            chunks.append((b"IEND", b""))

    @staticmethod
    def _rows(chance: random.Random) -> bytes:
        """Rows of a grey picture with odd filters, too many or too few of them."""
        rows = chance.choice((0, 1, _SHAPE[0] - 1, _SHAPE[0], 2 * _SHAPE[0], 2**15))
        return bytes(chance.choice((0, 1, 2, 3, 4, 5, 255)) for _ in range(1)) * rows * (_SHAPE[1] + 1)

    def judge(self, content: bytes) -> str:
        """Read the file as a mask and as a reference, and compare with what another reader sees."""
        self._place.write_bytes(content)
        mask, reference = read_mask(self._place, _SHAPE), read_reference(self._place, _SHAPE)
        if mask.shape != _SHAPE or not content.startswith(_SIGNATURE):
            raise WrongResultError("a mask of another size, or of another kind of file")
        seen = _seen(content)
        if not np.array_equal(mask, seen.any(axis=2)):
            raise WrongResultError("another mask than the picture shows")
        if (
            not np.array_equal(mask, reference.patient | reference.unsure)
            or (reference.patient & reference.unsure).any()
        ):
            raise WrongResultError("a reference that contradicts the mask")
        if not np.array_equal(reference.unsure, (seen == 128).all(axis=2)):
            raise WrongResultError("other doubts than the picture shows")
        return "read"


def _seen(content: bytes) -> NDArray[np.uint8]:
    """Colours of a picture without its texts, profiles and times."""
    bare = png_of([chunk for chunk in chunks_of(content) if chunk[0] in _SHOWN])
    with Image.open(io.BytesIO(bare), formats=["PNG"]) as picture:
        return np.asarray(picture.convert("RGBA"))[..., :3]


CAMPAIGN = Masks()
