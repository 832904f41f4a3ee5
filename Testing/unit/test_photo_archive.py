"""What is sealed: files come back byte by byte, and no archive, however it was made, writes elsewhere or breaks."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread

from StegoMedLib.dicom import new_series
from StegoMedLib.envelope import KeyFile
from StegoMedLib.errors import NothingReadableError, UnusableInputError
from StegoMedLib.photo.archive import PART, Unpacker, packed, packed_end
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of
from StegoMedLib.photo.dicom_frames import FrameLayout, frames_in
from StegoMedLib.photo.plane_codes import coded_frame, decoded_frame
from StegoMedLib.photo.sealing import PIECE, opened, seal_into

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import ImageMaker

KEY = KeyFile(bytes(range(32)))


def archive(folder: Path) -> bytes:
    return b"".join(packed(files_of(folder), lambda _: None)) + packed_end()


def unpacked(data: bytes, folder: Path, step: int = 1 << 16) -> list[str]:
    folder.mkdir(exist_ok=True)
    unpacker = Unpacker(folder)
    try:
        for at in range(0, len(data), step):
            unpacker.feed(data[at : at + step])
        unpacker.finish()
    finally:
        unpacker.leave()
    return unpacker.files


def part(kind: int, content: bytes) -> bytes:
    return PART.pack(kind, len(content)) + content


def same(one: Path, other: Path) -> bool:
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    return names == {path.relative_to(other) for path in other.rglob("*") if path.is_file()} and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in names
    )


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("shape", [(1, 40, 36), (5, 17, 23)])
def test_images_come_back_byte_by_byte(tmp_path: Path, shape: tuple[int, int, int], *, signed: bool) -> None:
    folder = tmp_path / "series"
    new_series(folder, np.random.default_rng(3).integers(-2000 if signed else 0, 2000, shape))
    packed_up = archive(folder)
    for step in (1, 1 << 16):
        unpacked(packed_up, tmp_path / f"back{step}", step)
        assert same(folder, tmp_path / f"back{step}")


def test_pixels_are_compressed_and_headers_by_those_before(tmp_path: Path, phantom_folder: Path) -> None:
    size = sum(path.stat().st_size for path in phantom_folder.iterdir())
    data = archive(phantom_folder)
    assert len(data) < 0.6 * size
    places = [at for at in range(len(data)) if data[at : at + 1] == b"\4"]
    assert len(places) >= 4
    unpacked(data, tmp_path / "back")
    assert same(phantom_folder, tmp_path / "back")


@pytest.mark.parametrize("cell", [1, 2])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("largest", [0, 1, 200, 255, 4095, 65535])
def test_frames_of_any_range_are_compressed_and_come_back(
    cell: int, samples: int, largest: int, *, signed: bool
) -> None:
    random = np.random.default_rng(largest)
    values = random.integers(0, min(largest, 256**cell - 1) + 1, (30, 20, samples)).astype(f"<u{cell}")
    layout = FrameLayout(0, 1, 30, 20, cell, samples, signed)
    code = coded_frame(values.tobytes(), layout)
    assert code is not None
    assert decoded_frame(code) == values.tobytes()


@pytest.mark.data
def test_frames_are_found_in_real_files(data_dir: Path) -> None:
    for name, frames in (("ct_enhanced_multiframe2.dcm", 2), ("t_mr_8bit.dcm", 1), ("t_ct_rle.dcm", 0)):
        path = data_dir / "odd" / name
        with path.open("rb") as stream:
            layout = frames_in(stream, path.stat().st_size)
        if not frames:
            assert layout is None
            continue
        assert layout is not None
        assert layout.count == frames == int(dcmread(path).get("NumberOfFrames", 1))
        with path.open("rb") as stream:
            stream.seek(layout.start)
            frame = stream.read(layout.frame_bytes)
        code = coded_frame(frame, layout)
        assert code is not None
        assert len(code) < len(frame)


def test_files_of_any_size_come_back(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for size in (0, 1, 1 << 20, (1 << 20) + 1, 3 << 20):
        (source / f"{size}.bin").write_bytes(random.Random(size).randbytes(size))
    (source / "zeros").write_bytes(bytes(5 << 20))
    unpacked(archive(source), tmp_path / "back")
    assert same(source, tmp_path / "back")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        ".",
        "a/",
        "\\up",
        "c:x",
        "nul\0",
        "a\nb",
        "a" * 256,
        "a/" * 2100 + "a",
    ],
)
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        unpacked(part(1, name.encode()), tmp_path / "in")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        part(0, b"x"),
        part(0, b"") + b"\0",
        part(2, b"no file"),
        part(1, b"a") + part(1, b"b"),
        part(1, b"a") + part(0, b""),
        part(1, b"a") + part(2, b"x") + part(5, struct.pack(">Q32s", 1, bytes(32))) + part(0, b""),
        part(1, b"a") + part(3, b"no deflate"),
        part(1, b"a") + part(4, b"no frame"),
        part(1, b"a") + part(4, struct.pack(">IIBBBH", 1 << 31, 1 << 31, 2, 3, 0, 0)),
        part(1, b"a") + part(7, b""),
        PART.pack(2, 1 << 30),
    ],
)
def test_no_archive_breaks_the_reader(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"part|archive|file"):
        unpacked(data, tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_a_name_comes_once_on_any_disk(tmp_path: Path) -> None:
    (tmp_path / "source" / "x").mkdir(parents=True)
    (tmp_path / "source" / "a").write_bytes(b"1")
    data = archive(tmp_path / "source")
    with pytest.raises(ValueError, match="twice"):
        unpacked(data[: -PART.size] + part(1, b"A"), tmp_path / "in")


def test_bombs_do_not_swell(tmp_path: Path) -> None:
    import zlib  # noqa: PLC0415

    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflater.compress(bytes(1 << 26)) + deflater.flush()
    with pytest.raises(ValueError, match="damaged"):
        unpacked(part(1, b"a") + part(3, bomb), tmp_path / "in")


def test_frames_that_are_damaged_are_none(make_image: ImageMaker) -> None:
    path = make_image()
    with path.open("rb") as stream:
        layout = frames_in(stream, path.stat().st_size)
        assert layout is not None
        stream.seek(layout.start)
        code = coded_frame(stream.read(layout.frame_bytes), layout)
    assert code is not None
    assert decoded_frame(code[:40]) is None
    assert decoded_frame(b"") is None


def test_names_that_others_cannot_write_are_refused_before_anything_is_sealed(tmp_path: Path) -> None:
    (tmp_path / "a:b").write_bytes(b"x")
    with pytest.raises(UnusableInputError, match="rename it"):
        files_of(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(UnusableInputError, match="holds no file"):
        files_of(tmp_path / "none")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "x").touch()
    (tmp_path / "X").touch()
    with pytest.raises(UnusableInputError, match="one name"):
        files_of(tmp_path / "one" / "x", tmp_path / "X")


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_pieces_are_sealed_in_their_order_and_to_the_last(tmp_path: Path, size: int) -> None:
    data = random.Random(size).randbytes(size)
    with (tmp_path / "sealed").open("w+b") as stream:
        length = seal_into(stream, [data[:10], data[10:]], KEY)
    sealed = (tmp_path / "sealed").read_bytes()
    assert len(sealed) == length

    def read_back(content: bytes) -> bytes:
        with (tmp_path / "changed").open("w+b") as stream:
            stream.write(content)
            stream.seek(0)
            return b"".join(opened(stream.read, len(content), KEY))

    assert read_back(sealed) == data
    begin = 4 + int.from_bytes(sealed[:4], "big")
    pieces = [sealed[at : at + PIECE + 16] for at in range(begin, length, PIECE + 16)]
    changed = [
        sealed[:-1],
        sealed + bytes(17),
        sealed[:begin],
        sealed[:begin] + bytes([sealed[begin] ^ 1]) + sealed[begin + 1 :],
    ]
    if len(pieces) > 1:
        changed += [sealed[:begin] + b"".join(pieces[::-1]), sealed[:begin] + b"".join(pieces[:-1])]
    for each in changed:
        with pytest.raises(NothingReadableError):
            read_back(each)


def test_more_photographs_than_shares_can_count_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    photographs = [tmp_path / f"{number}.png" for number in range(4097)]
    with pytest.raises(UnusableInputError, match="At most 4096"):
        conceal_files(files_of(tmp_path / "a"), photographs, tmp_path / "out", KEY, options=Concealment())
