"""Files are opened only when they are files, never waited for, and never read beyond their limit."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import open_file, read_file, read_json
from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.series.masks import FolderMasks, read_mask
from StegoMedLib.training.polygons import ViaPolygons

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READERS: list[Callable[[Path], object]] = [
    lambda path: read_file(path, 100, "do."),
    lambda path: open_file(path, 100, "do.").close(),
    lambda path: read_json(path, 100, "do."),
    read_mask,
    ViaPolygons,
    read_sidecar,
]


def pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no such pipes")
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("the system has no such sockets")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))


def device(path: Path) -> None:
    if not os.path.exists("/dev/zero"):  # noqa: PTH110 - what links are followed to
        pytest.skip("the system has no such devices")
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    try:
        path.symlink_to(path)
    except OSError:
        pytest.skip("no links may be made here")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("make", [pipe, unix_socket, device, loop, folder])
def test_what_is_no_file_is_refused_at_once(
    make: Callable[[Path], None], read: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "x.png")
    began = time.monotonic()

    with pytest.raises(UnusableInputError, match=r"x\.png (is a folder, a pipe or a device|cannot be read)"):
        read(tmp_path / "x.png")

    assert time.monotonic() - began < 2


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    try:
        (tmp_path / "b").symlink_to("a")
    except OSError:
        pytest.skip("no links may be made here")

    assert read_file(tmp_path / "b", 7, "do.") == b"content"


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2049))

    assert len(read_file(tmp_path / "a", 2049, "do.")) == 2049
    with pytest.raises(UnusableInputError, match=r"a has more than 2 KiB, too much for such a file; do\."):
        read_file(tmp_path / "a", 2048, "do.")


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="the system tells the sizes of all its files")  # noqa: PTH110
def test_a_file_that_tells_no_size_is_read_up_to_the_limit(tmp_path: Path) -> None:
    place = tmp_path.__class__("/proc/self/maps")
    assert place.stat().st_size == 0
    with pytest.raises(UnusableInputError, match="more than 0 KiB"):
        read_file(place, 10, "do.")


@pytest.mark.parametrize("name", ["missing", "a/b", "a\0b"])
def test_a_file_that_cannot_be_opened_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(UnusableInputError, match=r"cannot be read \(.*\); do\."):
        read_file(tmp_path / name, 10, "do.")
    with pytest.raises(UnusableInputError):
        read_mask(FolderMasks(tmp_path)._folder / name)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": ' * 100_000, b'{"a": 1, "b": 2, "a": 1}', b"[1] 2", b"\x00\x00"],
)
def test_what_is_no_json_is_said(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnusableInputError, match=r"a cannot be read as JSON; do\."):
        read_json(tmp_path / "a", 2**20, "do.")


def test_long_numbers_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"[123456789012345678, -7, 1234567890123456789, 1e999, " + b"9" * 3_000_000 + b"]")
    began = time.monotonic()

    found = read_json(tmp_path / "a", 2**22, "do.")

    assert found == [123456789012345678, -7, 1234567890123456789.0, float("inf"), float("inf")]
    assert isinstance(found, list)
    assert [type(each) for each in found] == [int, int, float, float, float]
    assert time.monotonic() - began < 5
