"""Headers that would keep a parser busy for minutes are refused at once, wherever their weight lies."""

from __future__ import annotations

import io
import struct
import time
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path

ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
EMPTY, UNDEFINED = ITEM + bytes(4), b"\xff\xff\xff\xff"
MANY = 1_000_000
BEFORE_PATIENT = b"\x10\x00\x10\x00PN"
FEWEST, SAMPLE = 200_000, 20_000
"""Entries of the least bomb, and of what a parser is timed on."""


def explicit(tag: tuple[int, int], vr: bytes, value: bytes, *, defined: bool) -> bytes:
    head = struct.pack("<HH2sH", *tag, vr, 0)
    return head + (struct.pack("<L", len(value)) + value if defined else UNDEFINED + value + SEQUENCE_END + bytes(4))


def implicit(tag: tuple[int, int], value: bytes, *, defined: bool) -> bytes:
    head = struct.pack("<HH", *tag)
    return head + (struct.pack("<L", len(value)) + value if defined else UNDEFINED + value + SEQUENCE_END + bytes(4))


def elements(count: int) -> bytes:
    """Empty private elements, every tag of group 0009 again and again."""
    numbers = np.arange(count) % 0xEF00 + 0x1000
    return b"".join(struct.pack("<HH2sH", 0x0009, number, b"LO", 0) for number in numbers.tolist())


PUBLIC, PRIVATE = (0x0008, 0x1140), (0x0009, 0x1010)
BOMBS = {
    "items": lambda: explicit(PUBLIC, b"SQ", EMPTY * MANY, defined=False),
    "items, defined length": lambda: explicit(PUBLIC, b"SQ", EMPTY * MANY, defined=True),
    "fewer items": lambda: explicit(PUBLIC, b"SQ", EMPTY * FEWEST, defined=False),
    "private items of unknown kind": lambda: explicit(PRIVATE, b"UN", EMPTY * MANY, defined=False),
    "private items of unknown kind, defined length": lambda: explicit(PRIVATE, b"UN", EMPTY * MANY, defined=True),
    "items in an item": lambda: explicit(
        PUBLIC, b"SQ", ITEM + UNDEFINED + explicit(PUBLIC, b"SQ", EMPTY * MANY, defined=False), defined=False
    ),
    "items that are called otherwise": lambda: explicit(PUBLIC, b"SQ", b"\x08\0\x18\0\0\0\0\0" * MANY, defined=False),
    "implicit items in an explicit one": lambda: explicit(
        PUBLIC, b"SQ", ITEM + UNDEFINED + implicit(PUBLIC, EMPTY * MANY, defined=False), defined=False
    ),
    "sequences": lambda: explicit(PUBLIC, b"SQ", b"", defined=True) * MANY,
    "elements": lambda: elements(MANY),
    "elements in an item": lambda: explicit(PUBLIC, b"SQ", ITEM + UNDEFINED + elements(MANY), defined=False),
    "fragments": lambda: explicit(PRIVATE, b"OB", EMPTY * MANY, defined=False),
}


@cache
def parsing_time() -> float:
    """Seconds of the processor that a parser takes for the least of the bombs, on this machine and at this hour."""
    start = time.process_time()
    pydicom.dcmread(io.BytesIO(explicit(PUBLIC, b"SQ", EMPTY * SAMPLE, defined=False)), force=True)
    return (time.process_time() - start) * FEWEST / SAMPLE


def refusal(path: Path) -> str:
    """The sentence, which listing and reading have in common, and which comes soon."""
    start = time.process_time()
    with pytest.raises(UnusableInputError) as listed:
        list_files(path)
    with pytest.raises(UnusableInputError) as read:
        read_instance(path)
    assert time.process_time() - start < parsing_time()
    assert str(read.value) in str(listed.value)
    return str(read.value)


def insert(path: Path, content: bytes, before: bytes = BEFORE_PATIENT) -> Path:
    whole = path.read_bytes()
    at = whole.index(before)
    path.write_bytes(whole[:at] + content + whole[at:])
    return path


@pytest.mark.parametrize("bomb", BOMBS)
def test_header_with_a_million_entries_is_refused_at_once(make_image: Any, bomb: str) -> None:
    assert "which no image needs" in refusal(insert(make_image(), BOMBS[bomb]()))


@pytest.mark.parametrize("defined", [True, False], ids=["defined length", "undefined length"])
@pytest.mark.parametrize("tag", [PUBLIC, PRIVATE], ids=["public", "private"])
def test_implicit_header_with_a_million_items_is_refused_at_once(
    make_image: Any,
    tag: tuple[int, int],
    defined: bool,  # noqa: FBT001
) -> None:
    path = make_image()
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=True, little_endian=True)
    bomb = implicit(tag, EMPTY * MANY, defined=defined)
    assert "which no image needs" in refusal(insert(path, bomb, before=b"\x10\x00\x10\x00"))


def test_big_endian_header_with_a_million_items_is_refused_at_once(make_image: Any) -> None:
    path = make_image()
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False)
    bomb = struct.pack(">HH2sHL", *PUBLIC, b"SQ", 0, 0xFFFF_FFFF) + b"\xff\xfe\xe0\x00\0\0\0\0" * MANY
    assert "which no image needs" in refusal(insert(path, bomb, before=b"\x00\x10\x00\x10PN"))


def test_deflated_header_with_a_million_items_is_refused_at_once(make_image: Any) -> None:
    path = insert(make_image(), BOMBS["items"]())
    whole = path.read_bytes()
    meta = pydicom.filereader.read_file_meta_info(path)
    size = 132 + 12 + meta.FileMetaInformationGroupLength
    meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = pydicom.filebase.DicomBytesIO()
    pydicom.filewriter.write_file_meta_info(head, meta)
    squeezer = zlib.compressobj(wbits=-15)
    path.write_bytes(whole[:132] + head.getvalue() + squeezer.compress(whole[size:]) + squeezer.flush())
    assert "which no image needs" in refusal(path)


def test_meta_information_with_a_million_elements_is_refused_at_once(make_image: Any) -> None:
    bomb = struct.pack("<HH2sH", 0x0002, 0x0100, b"UI", 0) * MANY
    assert "which no image needs" in refusal(insert(make_image(), bomb, before=b"\x08\x00\x05\x00CS"))


def test_items_behind_the_pixels_are_refused_when_they_are_met(make_image: Any) -> None:
    path = make_image()
    with path.open("ab") as stream:
        stream.write(explicit((0xFFFA, 0xFFFA), b"SQ", EMPTY * MANY, defined=False))
    list_files(path)
    start = time.process_time()
    with pytest.raises(UnusableInputError, match="which no image needs"):
        read_instance(path)
    assert time.process_time() - start < parsing_time()


def test_frames_that_are_not_there_excuse_no_items(make_image: Any) -> None:
    def lying(dataset: pydicom.FileDataset) -> None:
        dataset.NumberOfFrames = 100_000

    bomb = explicit((0x0028, 0x9145), b"SQ", EMPTY * MANY, defined=False)
    assert "which no image needs" in refusal(insert(make_image(lying), bomb, before=b"\xe0\x7f\x10\x00"))


@pytest.mark.parametrize("defined", [True, False], ids=["defined length", "undefined length"])
@pytest.mark.parametrize("depth", [40, 3000])
def test_sequences_in_sequences_without_end_are_refused(make_image: Any, depth: int, defined: bool) -> None:  # noqa: FBT001
    deep = b""
    for _ in range(depth):
        deep = explicit(PUBLIC, b"SQ", ITEM + struct.pack("<L", len(deep)) + deep, defined=defined)
    assert "nests sequences more than" in refusal(insert(make_image(), deep))


def test_enhanced_object_with_rich_functional_groups_is_read(make_image: Any) -> None:
    frames = 600

    def enhance(dataset: pydicom.FileDataset) -> None:
        group = Dataset()
        for number in range(30):
            group.add_new(0x0018_9000 + 0x20 * number, "SQ", [Dataset()])
            group[0x0018_9000 + 0x20 * number].value[0].FrameComments = "one"
        dataset.PerFrameFunctionalGroupsSequence = [group] * frames
        dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 64, 64, frames
        dataset.PixelData = np.arange(64 * 64 * frames, dtype="<u2").tobytes()

    instance = read_instance(make_image(enhance))
    groups = instance.dataset.PerFrameFunctionalGroupsSequence
    assert len(groups) == frames
    assert len(groups[-1]) == 30
    assert instance.plane(599).pixels[0, 0] == np.array(64 * 64 * 599).astype(np.int16)
