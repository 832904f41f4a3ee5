"""Whatever a header nests in whatever encoding, it is read as pydicom reads it, and the pixels are found behind it."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pydicom
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom import new_series, read_instance
from StegoMedLib.dicom.structure import PER_FRAME

VOLUME = np.random.default_rng(4).integers(0, 500, (1, 33, 32))
TAGS = [(0x0008, 0x1140), (0x0008, 0x2112), (0x0009, 0x1010), (0x0010, 0x1002), (0x0021, 0x1040)]
LONG = {"SQ", "UN", "OB"}

Leaf = tuple[str, bytes]
Branch = tuple[str, list[list[object]], bool, bool]


def element(tag: tuple[int, int], vr: str, value: bytes, *, implicit: bool, defined: bool) -> bytes:
    end = b"" if defined else b"\xfe\xff\xdd\xe0\0\0\0\0"
    length = len(value) if defined else 0xFFFF_FFFF
    if implicit:
        return struct.pack("<HHL", *tag, length) + value + end
    if vr in LONG:
        return struct.pack("<HH2sHL", *tag, vr.encode(), 0, length) + value + end
    return struct.pack("<HH2sH", *tag, vr.encode(), length) + value


LEAVES = st.tuples(
    st.tuples(st.sampled_from([0x0008, 0x0009, 0x0018, 0x0029]), st.sampled_from([0x0010, 0x0050, 0x1002, 0x9008])),
    st.sampled_from(["LO", "UN", "OB", "US"]),
    st.binary(max_size=9).map(lambda value: value + bytes(len(value) % 2)),
)


def encoded_items(items: list[bytes], defined: list[bool]) -> bytes:
    parts = []
    for content, is_defined in zip(items, defined, strict=True):
        head = struct.pack("<HHL", 0xFFFE, 0xE000, len(content) if is_defined else 0xFFFF_FFFF)
        parts.append(head + content + (b"" if is_defined else b"\xfe\xff\x0d\xe0\0\0\0\0"))
    return b"".join(parts)


@st.composite
def contents(draw: st.DrawFn, depth: int, implicit: bool) -> bytes:  # noqa: FBT001
    """Elements of an item or of the data set, encoded."""
    parts = [
        element(tag, vr, value, implicit=implicit, defined=True)
        for tag, vr, value in draw(st.lists(LEAVES, max_size=3))
    ]
    if depth:
        parts += [draw(sequences(depth, implicit)) for _ in range(draw(st.integers(0, 2)))]
    return b"".join(draw(st.permutations(parts)))


@st.composite
def sequences(draw: st.DrawFn, depth: int, implicit: bool, tag: tuple[int, int] | None = None) -> bytes:  # noqa: FBT001
    count = draw(st.integers(0, 3))
    inner = [draw(contents(depth - 1, implicit or draw(st.integers(0, 4)) == 0)) for _ in range(count)]
    value = encoded_items(inner, draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    place = tag or draw(st.sampled_from(TAGS))
    return element(
        place, draw(st.sampled_from(["SQ", "SQ", "UN"])), value, implicit=implicit, defined=draw(st.booleans())
    )


@st.composite
def files(draw: st.DrawFn) -> tuple[bool, bytes, bytes, bytes]:
    implicit = draw(st.booleans())
    groups = sequences(2, implicit, (PER_FRAME >> 16, PER_FRAME & 0xFFFF))
    return (
        implicit,
        draw(contents(3, implicit)),
        draw(groups) if draw(st.booleans()) else b"",
        draw(sequences(2, implicit, (0xFFFA, 0xFFFA))) if draw(st.booleans()) else b"",
    )


def source(folder: Path, case: tuple[bool, bytes, bytes, bytes]) -> Path:
    implicit, header, groups, behind = case
    (path,) = new_series(folder, VOLUME)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=True)
    whole = path.read_bytes()
    at, pixels = whole.index(b"\x10\x00\x10\x00"), whole.index(b"\xe0\x7f\x10\x00")
    path.write_bytes(whole[:at] + header + whole[at:pixels] + groups + whole[pixels:] + behind)
    return path


def told(dataset: pydicom.Dataset) -> list[object]:
    """A data set's elements, decoded as far as they can be."""
    found: list[object] = []
    for tag in sorted(dataset.keys()):
        if tag == 0x7FE0_0010:
            continue
        try:
            value = dataset[tag].value
        except Exception as error:  # noqa: BLE001 both readers have to fail alike
            found.append((tag, type(error)))
            continue
        found.append((tag, dataset[tag].VR, [told(item) for item in value] if dataset[tag].VR == "SQ" else str(value)))
    return found


@settings(max_examples=100, deadline=None, derandomize=True)
@given(files())
def test_header_is_read_as_pydicom_reads_it(case: tuple[bool, bytes, bytes, bytes]) -> None:
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = source(Path(name), case)
        instance, expected = read_instance(path), pydicom.dcmread(path)
        assert told(instance.dataset) == told(expected)
        assert np.array_equal(instance.containers(0).view(np.int16), VOLUME[0])
