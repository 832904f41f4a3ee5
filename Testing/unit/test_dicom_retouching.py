"""Objects of any kind are written with other attributes, and every byte of what stays is as it was."""

from __future__ import annotations

import struct
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    SegmentationStorage,
)

from StegoMedLib.dicom import Node, read_any, write_any
from StegoMedLib.errors import UnusableFileError

if TYPE_CHECKING:
    from pathlib import Path

NAME, DESCRIPTION, EVIDENCE = 0x0010_0010, 0x0008_103E, 0x0008_1115
SYNTAXES = [
    *(ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless)
]


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def made(path: Path, syntax: UID, **values: object) -> Path:
    """Write an object with sequences, private attributes, and what else is given."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPInstanceUID = syntax, UID("1.2.3")
    meta.MediaStorageSOPClassUID = SegmentationStorage
    encoding = {"is_implicit_VR": syntax.is_implicit_VR, "is_little_endian": syntax.is_little_endian}
    dataset = FileDataset(str(path), {}, b"preamble".ljust(128, b"\0"), meta, **encoding)
    dataset.SOPClassUID, dataset.SOPInstanceUID = SegmentationStorage, "1.2.3"
    dataset.PatientName, dataset.PatientWeight = "SM1", "70"
    dataset.ReferencedSeriesSequence = [item(SeriesInstanceUID="1.5"), item(SeriesInstanceUID="1.6")]
    dataset.SourceImageSequence = [item(ReferencedSOPInstanceUID="1.7", ReferencedFrameNumber=[1, 2, 3])]
    block = dataset.private_block(0x0011, "MAKER", create=True)
    block.add_new(1, "US", [1, 2, 515])
    block.add_new(2, "OB", b"\1\2\3\4")
    dataset.PerFrameFunctionalGroupsSequence = [item(FrameContentSequence=[item(StackID="1")]) for _ in range(3)]
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def pixels(syntax: UID) -> dict[str, object]:
    cells = np.arange(48, dtype=">u2" if syntax == ExplicitVRBigEndian else "<u2").tobytes()
    if syntax == RLELossless:
        cells = encapsulate([cells[:32], cells[32:64], cells[64:]])
    return {"Rows": 4, "Columns": 4, "NumberOfFrames": 3, "BitsAllocated": 16, "PixelData": cells}


def retouched(path: Path, target: Path, changes: dict[int, Node | None]) -> Dataset:
    source = read_any(path)
    tree = {tag: node for tag, node in (source.tree | changes).items() if node is not None}
    write_any(source, tree, target)
    return dcmread(target)


@pytest.mark.parametrize("syntax", [syntax for syntax in SYNTAXES if syntax != ExplicitVRBigEndian])
def test_a_file_of_which_nothing_changes_is_the_same_file(tmp_path: Path, syntax: UID) -> None:
    path = made(tmp_path / "a.dcm", syntax, **pixels(syntax))
    retouched(path, tmp_path / "b.dcm", {})
    if syntax == DeflatedExplicitVRLittleEndian:  # another packer may pack in another way
        assert dcmread(tmp_path / "b.dcm") == dcmread(path)
    else:
        assert (tmp_path / "b.dcm").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.keyword)
def test_only_what_shall_change_changes(tmp_path: Path, syntax: UID) -> None:
    path = made(tmp_path / "a.dcm", syntax, **pixels(syntax))
    inner = Node("SQ", items=({0x0020_000E: Node("UI", b"1.55")},))
    found = retouched(
        path,
        tmp_path / "b.dcm",
        {NAME: Node("PN", b"Doe^Jane"), EVIDENCE: inner, 0x0010_1030: None, DESCRIPTION: Node("LO", b"new")},
    )
    before = dcmread(path)
    assert found.PatientName == "Doe^Jane"
    assert found.SeriesDescription == "new"
    assert found.ReferencedSeriesSequence[0].SeriesInstanceUID == "1.55"
    assert "PatientWeight" not in found
    for dataset in (before, found):
        for keyword in ("PatientName", "PatientWeight", "SeriesDescription", "ReferencedSeriesSequence"):
            if keyword in dataset:
                del dataset[keyword]
    kept = ExplicitVRLittleEndian if syntax == ExplicitVRBigEndian else syntax
    assert found.file_meta.TransferSyntaxUID == kept
    assert found.preamble == before.preamble
    if syntax == ExplicitVRBigEndian:
        assert found.PixelData == np.frombuffer(before.PixelData, ">u2").astype("<u2").tobytes()
        del found.PixelData, before.PixelData
    if syntax == ImplicitVRLittleEndian:
        assert found[0x0011, 0x1001].value == struct.pack("<3H", 1, 2, 515)
    assert found == before


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_bytes_of_what_stays_lie_in_the_new_file_as_in_the_old(tmp_path: Path, syntax: UID) -> None:
    """Also where a value is malformed, has an odd encoding of its length, or where bytes lie behind all."""
    path = made(tmp_path / "a.dcm", syntax, **pixels(syntax))
    path.write_bytes(path.read_bytes() + b"\0\0")
    retouched(path, tmp_path / "b.dcm", {NAME: Node("PN", b"Doe^Jane")})
    before, after = path.read_bytes(), (tmp_path / "b.dcm").read_bytes()
    at = before.index(b"\x10\0\x10\0" + (b"PN" if syntax == ExplicitVRLittleEndian else b"\4\0"))
    assert after[:at] == before[:at]
    length = len(before) - before.index(b"SM1", at) - 4
    assert after[-length:] == before[-length:]


def test_a_document_stays_as_it_is_and_is_never_held_in_memory(tmp_path: Path) -> None:
    document = np.random.default_rng(1).bytes(64 << 20)
    path = made(
        tmp_path / "a.dcm", ExplicitVRLittleEndian, EncapsulatedDocument=document, MIMETypeOfEncapsulatedDocument="x/y"
    )
    tracemalloc.start()
    source = read_any(path)
    write_any(source, source.tree | {NAME: Node("PN", b"Doe^Jane")}, tmp_path / "b.dcm")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 24 << 20
    assert dcmread(tmp_path / "b.dcm").EncapsulatedDocument == document


def test_a_structure_set_with_very_many_contours_is_read(tmp_path: Path) -> None:
    contours = [
        item(ContourImageSequence=[item(ReferencedSOPInstanceUID=f"1.2.840.99.{number}")], ContourData=[1.5] * 12)
        for number in range(7000)
    ]
    path = made(tmp_path / "a.dcm", ExplicitVRLittleEndian, ROIContourSequence=[item(ContourSequence=contours)])
    assert len((read_any(path).tree[0x3006_0039].items or ())[0][0x3006_0040].items or ()) == 7000


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.dcm", ExplicitVRLittleEndian, **pixels(ExplicitVRLittleEndian))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnusableFileError, match="ends in the middle"):
        read_any(path)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "a.dcm", ExplicitVRLittleEndian, **pixels(ExplicitVRLittleEndian))
    source = read_any(path)
    path.write_bytes(path.read_bytes() + bytes(100))
    with pytest.raises(UnusableFileError, match="was changed"):
        write_any(source, source.tree, tmp_path / "b.dcm")
    assert not (tmp_path / "b.dcm").exists()


def test_big_endian_pixels_of_more_than_16_bits_are_refused(tmp_path: Path) -> None:
    values: dict[str, Any] = {**pixels(ExplicitVRBigEndian), "BitsAllocated": 32}
    path = made(tmp_path / "a.dcm", ExplicitVRBigEndian, **values)
    source = read_any(path)
    with pytest.raises(UnusableFileError, match="more than 16 bits"):
        write_any(source, source.tree, tmp_path / "b.dcm")


def test_a_bare_data_set_stays_bare(tmp_path: Path) -> None:
    dataset = item(SOPClassUID=EncapsulatedPDFStorage, SOPInstanceUID="1.2.3", PatientName="SM1")
    path = tmp_path / "a.dcm"
    dataset.save_as(path, implicit_vr=True, little_endian=True)
    source = read_any(path)
    write_any(source, source.tree | {NAME: Node("PN", b"Doe^Jane")}, tmp_path / "b.dcm")
    assert (tmp_path / "b.dcm").read_bytes()[:8] == path.read_bytes()[:8]
    assert dcmread(tmp_path / "b.dcm", force=True).PatientName == "Doe^Jane"


@pytest.mark.parametrize("tag", [b"\x40\x00\x30\xa7", b"\x11\x00\x02\x10"])
def test_a_header_that_would_keep_a_parser_busy_is_refused_at_once(tmp_path: Path, tag: bytes) -> None:
    path = made(tmp_path / "a.dcm", ExplicitVRLittleEndian)
    content, empty = path.read_bytes(), b"\xfe\xff\x00\xe0" + bytes(4)
    bomb = tag + b"SQ\0\0" + struct.pack("<L", 8 * 1_000_000) + empty * 1_000_000
    path.write_bytes(content + bomb)
    start = time.monotonic()
    with pytest.raises(UnusableFileError, match="items of sequences"):
        read_any(path)
    assert time.monotonic() - start < 5
