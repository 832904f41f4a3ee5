"""Nameless headers as they are written: markers, derivation, overlays; and headers put back from what a record says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset

from StegoMedLib.dicom import CharacterSet, Node, Tree, read_instance
from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.envelope import HeaderRecord
from StegoMedLib.identity.changes import changes
from StegoMedLib.identity.deidentifier import text_of, value_in
from StegoMedLib.identity.headers import Original
from StegoMedLib.identity.nameless import GivenHeader, NamelessHeaders, source_tree
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.originals import (
    NO_STYLE,
    digest_of,
    file_bytes,
    header_digest,
    pixel_digest,
    read_beginning,
    style_of,
)
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.restoring import identified, restored, uids_between
from Testing.trees import as_bytes, tree_in

if TYPE_CHECKING:
    from pathlib import Path

PSEUDONYMS = Pseudonyms(bytes(range(32)))


def headers(*options: str, derived: bool = True) -> NamelessHeaders:
    return NamelessHeaders(Options.of(options), PSEUDONYMS, derived=derived)


def overlay(dataset: Any, position: int) -> None:
    values: dict[int, tuple[str, Any]] = {
        0x10: ("US", 40),
        0x11: ("US", 36),
        0x100: ("US", 16),
        0x102: ("US", position),
    }
    for element, (vr, value) in values.items():
        dataset.add_new(0x60000000 | element, vr, value)


# What is written


def test_the_header_says_that_pixels_were_changed_at_every_level() -> None:
    frame = Dataset()
    frame.FrameType = ["ORIGINAL", "PRIMARY"]
    groups = Dataset()
    groups.MRImageFrameTypeSequence = [frame]
    dataset = Dataset()
    dataset.ImageType, dataset.SharedFunctionalGroupsSequence = ["ORIGINAL", "PRIMARY", "AXIAL"], [groups]
    dataset.DerivationDescription = "by Doe"
    made = headers().of(dataset).nameless
    assert value_in(made, "ImageType") == "DERIVED\\PRIMARY\\AXIAL"
    assert b"DERIVED\\PRIMARY" in as_bytes(made[0x52009229].items[0])  # type: ignore[index]
    assert value_in(made, "DerivationDescription").startswith("StegoMed")
    assert value_in(made, "PatientIdentityRemoved") == "YES"
    kept = headers(derived=False).of(dataset).nameless
    assert value_in(kept, "ImageType") == "ORIGINAL\\PRIMARY\\AXIAL"
    assert 0x00082111 not in kept


def test_the_pixels_are_no_part_of_the_header(make_image: Any) -> None:
    tree = source_tree(open_object(make_image()).dataset)
    assert not [tag for tag in tree if tag >> 16 == 0x7FE0]


def test_overlays_in_the_cells_of_pixels_are_cleared(make_image: Any) -> None:
    def edit(dataset: Any) -> None:
        dataset.BitsStored, dataset.HighBit = 12, 11
        overlay(dataset, 13)

    instance = read_instance(make_image(edit))
    assert headers().unused_bits(instance) == 1 << 13
    assert GivenHeader({}).unused_bits(instance) == 0


@pytest.mark.parametrize("position", [0, 15, 16, 40_000, 65_535])
def test_overlays_that_cannot_be_there_clear_nothing_of_the_image(make_image: Any, position: int) -> None:
    instance = read_instance(make_image(lambda dataset: overlay(dataset, position)))
    assert headers().unused_bits(instance) & (instance.format.field.bits | ~0xFFFF) == 0


# Files as they were


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("closed", [False, True])
def test_a_file_comes_back_byte_by_byte(make_image: Any, tmp_path: Path, *, implicit: bool, closed: bool) -> None:
    dataset = pydicom.dcmread(make_image())
    item = Dataset()
    item.PatientName = "Doe"
    dataset.OtherPatientIDsSequence = [item, Dataset()]
    dataset["OtherPatientIDsSequence"].is_undefined_length = not closed
    syntax = pydicom.uid.ImplicitVRLittleEndian if implicit else pydicom.uid.ExplicitVRLittleEndian
    dataset.file_meta.TransferSyntaxUID, dataset.preamble = syntax, b"II*\0".ljust(128, b"x")
    dataset.save_as(path := tmp_path / "one.dcm", implicit_vr=implicit, little_endian=True)
    instance = read_instance(path)
    beginning, tree = read_beginning(path), source_tree(instance.dataset)
    style, whole = style_of(instance, beginning, tree)
    assert style != NO_STYLE
    assert whole == hashlib.sha256(path.read_bytes()).digest()[:16]
    cells = [instance.containers(frame) for frame in range(instance.frames)]
    assert b"".join(file_bytes(cells, instance.format, beginning, tree, style)) == path.read_bytes()
    assert digest_of(file_bytes(cells, instance.format, beginning, tree, style)) == whole


def test_a_file_that_cannot_be_written_so_again_has_no_style(make_image: Any, tmp_path: Path) -> None:
    path = tmp_path / "trailing.dcm"
    path.write_bytes(make_image().read_bytes() + b"\xfc\xff\xfc\xffOB\0\0\3\0\0\0abc")
    instance = read_instance(path)
    assert style_of(instance, read_beginning(path), source_tree(instance.dataset))[0] == NO_STYLE


def test_a_file_meta_of_any_size_is_read(make_image: Any, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(make_image())
    dataset.file_meta.PrivateInformationCreatorUID = pydicom.uid.UID("1.2.3")
    dataset.file_meta.PrivateInformation = bytes(200_000)
    dataset.save_as(path := tmp_path / "large.dcm")
    preamble, meta = read_beginning(path)
    assert len(preamble) == 128
    assert len(meta[0x00020102].value) == 200_000


@pytest.mark.parametrize(
    "meta",
    [
        b"",
        b"\x02\0\0\0UL\4\0\xff\xff\xff\xff",
        b"\x02\0\x10\0UI\x20\x001.2",
        b"\x02\0\1\0OB\0\0\xff\xff\xff\xffrubb",
        b"\x02\0\1\0OB\0\0\0\0\0\x70rubb",
    ],
)
def test_a_file_meta_that_is_malformed_is_read_as_far_as_it_goes(tmp_path: Path, meta: bytes) -> None:
    (path := tmp_path / "bad.dcm").write_bytes(bytes(128) + b"DICM" + meta)
    preamble, found = read_beginning(path)
    assert preamble == bytes(128)
    assert all(tag >> 16 == 0x0002 for tag in found)


def test_a_bare_data_set_has_no_beginning(tmp_path: Path) -> None:
    (path := tmp_path / "bare").write_bytes(b"\x08\0\x05\0CS\0\0")
    assert read_beginning(path) == (b"", {})


def test_digests_tell_pixels_and_headers_apart() -> None:
    frame = np.arange(12, dtype=np.int32).reshape(3, 4)
    assert pixel_digest([frame]) == pixel_digest([frame.copy()]) != pixel_digest([frame + 1])
    assert pixel_digest([frame, frame]) != pixel_digest([frame])
    assert header_digest({1: Node("LO", b"a")}) == header_digest({1: Node("LO", b"a ")}) != header_digest({})


# Headers put back


def header(**attributes: Any) -> Tree:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return tree_in(dataset)


def test_a_whole_header_comes_back_with_its_file_meta() -> None:
    source, nameless = header(PatientName="Doe", PatientID="1"), header(PatientName="SM", SliceThickness="3")
    made = changes(source, nameless) | {(0x00020016,): Node("AE", b"HERE")}
    meta, tree, lost = restored(nameless, Original(0, bytes(16), bytes(16), 0, made))
    assert meta == {0x00020016: Node("AE", b"HERE")}
    assert (tree, lost) == (source, [])


def test_places_that_are_gone_are_told() -> None:
    inner = Dataset()
    inner.PatientName = "Doe"
    other = Dataset()
    other.PatientName = "SM"
    source, nameless = header(ReferencedSeriesSequence=[inner]), header(ReferencedSeriesSequence=[other])
    original = Original(0, bytes(16), bytes(16), 0, changes(source, nameless))
    assert restored({}, original)[2] == [(0x00081115, 0, 0x00100010)]


def test_an_identity_is_put_in_and_the_markers_go() -> None:
    nameless = headers().of(_dataset(PatientName="Doe", PatientID="1", SOPInstanceUID="1.2")).nameless
    record = HeaderRecord({"PatientName": "Doe^Jane", "SOPInstanceUID": "1.2"})
    tree, lost = identified(nameless, record, {"SOPInstanceUID": "1.9"})
    assert (value_in(tree, "PatientName"), value_in(tree, "SOPInstanceUID")) == ("Doe^Jane", "1.9")
    assert value_in(tree, "PatientIdentityRemoved") == "NO"
    assert 0x00120063 not in tree
    assert lost == []
    assert 0x00080005 not in tree


def _dataset(**attributes: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def test_a_name_that_the_character_set_lacks_makes_it_unicode() -> None:
    tree, lost = identified(header(PatientName="SM", StudyDescription="CT"), HeaderRecord({"PatientName": "Щукин"}), {})
    assert value_in(tree, "SpecificCharacterSet") == "ISO_IR 192"
    assert value_in(tree, "PatientName") == "Щукин"
    assert lost == []


@pytest.mark.parametrize("nested", [False, True])
def test_other_text_is_not_garbled_by_that(*, nested: bool) -> None:
    text: Tree = {0x00081040: Node("LO", "Röntgen ".encode("latin-1"))}
    around: Tree = {0x00080005: Node("CS", b"ISO_IR 100")}
    around |= {0x00081115: Node("SQ", items=(text,))} if nested else text
    tree, lost = identified(around, HeaderRecord({"PatientName": "Щукин"}), {})
    assert value_in(tree, "SpecificCharacterSet") == "ISO_IR 100"
    assert lost == ["PatientName"]


@pytest.mark.parametrize(
    "keyword", ["NoSuchKeyword", "PixelData", "Rows", "ReferencedSeriesSequence", "TransferSyntaxUID", "FileSetID"]
)
def test_attributes_that_no_identity_has_are_lost(keyword: str) -> None:
    tree, lost = identified({}, HeaderRecord({keyword: "1.2", "PatientID": "7"}), {})
    assert lost == [keyword]
    assert set(tree) == {0x00100020, 0x00120062}


def test_bytes_are_put_in_as_they_are() -> None:
    tree, _ = identified({}, HeaderRecord({"PatientName": b"M\xfcller "}), {})
    assert tree[0x00100010].value == b"M\xfcller "


def test_uids_of_both_headers_are_paired_at_every_level() -> None:
    reference = _dataset(ReferencedSOPInstanceUID="1.2.3")
    source = _dataset(SOPInstanceUID="1.2", StudyInstanceUID="1.1", ReferencedSeriesSequence=[reference])
    both = headers().of(source)
    pairs = uids_between(both.nameless, both.source)
    for old in ("1.2", "1.1", "1.2.3"):
        assert pairs[PSEUDONYMS.uid(old)] == old


def test_several_uids_of_a_value_are_paired_one_by_one() -> None:
    one, two = {0x00080058: Node("UI", b"2.25.1\\2.25.2")}, {0x00080058: Node("UI", b"1.1\\1.2 ")}
    assert uids_between(one, two) == {"2.25.1": "1.1", "2.25.2": "1.2"}
    assert text_of(two[0x00080058], CharacterSet()) == "1.1\\1.2"
