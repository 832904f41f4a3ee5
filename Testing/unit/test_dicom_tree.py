"""Trees give back the bytes that they were read from, and anything malformed is refused in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pydicom
import pytest
from pydicom import Dataset
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.tag import Tag

from StegoMedLib.dicom import Node, Style, read_instance, read_tree, tree_of, write_tree
from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.nameless import source_tree
from StegoMedLib.identity.originals import NO_STYLE, digest_of, file_bytes, read_beginning, style_of
from Testing.trees import STYLES, as_bytes, read_in, tree_in

if TYPE_CHECKING:
    from pathlib import Path

NATIVE = {pydicom.uid.ImplicitVRLittleEndian, pydicom.uid.ExplicitVRLittleEndian}
DEEP = 2000


def raw(tag: int, vr: str | None, value: bytes, *, little: bool = True) -> RawDataElement:
    return RawDataElement(Tag(tag), vr, len(value), value, 0, vr is None, little)


def node_of(element: DataElement | RawDataElement) -> Node:
    return tree_of({element.tag: element}, ["iso8859"])[element.tag]


def nested() -> Dataset:
    dataset, item, inner = Dataset(), Dataset(), Dataset()
    inner.PatientName = "Inner^Name"
    item.ReferencedSOPInstanceUID, item.OtherPatientIDsSequence = "1.2.3", [inner, Dataset()]
    dataset.PatientID, dataset.Rows, dataset.ReferencedImageSequence = "odd", 12, [item, item]
    dataset.OtherPatientNames, dataset.RequestAttributesSequence = ["A^B", "C"], []
    return dataset


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_read_as_what_was_written(style: Style) -> None:
    tree = tree_in(nested())
    assert read_in(as_bytes(tree, style), style) == tree
    assert as_bytes(read_in(as_bytes(tree, style), style), style) == as_bytes(tree, style)


def test_odd_values_are_padded_as_their_vr_wants() -> None:
    tree = {0x00080018: Node("UI", b"1.2"), 0x00100020: Node("LO", b"abc"), 0x00091001: Node("UN", b"x")}
    assert [content[-1:] for content in write_tree(tree).values()] == [b"\0", b"\0", b" "]


def test_big_endian_numbers_are_turned_and_unknown_bytes_are_not() -> None:
    assert node_of(raw(0x00280010, "US", b"\x01\x02", little=False)) == Node("US", b"\x02\x01")
    assert node_of(raw(0x00091001, "UN", b"\x01\x02", little=False)) == Node("UN", b"\x01\x02")


def test_a_known_attribute_of_unknown_vr_gets_that_of_the_dictionary() -> None:
    assert node_of(raw(0x00100010, "UN", b"Doe^Jane")) == Node("PN", b"Doe^Jane")
    assert node_of(raw(0x00100010, None, b"Doe^Jane")) == Node("PN", b"Doe^Jane")


@pytest.mark.parametrize("tag", [0x00081140, 0x00091001])
def test_a_sequence_that_was_written_as_unknown_is_looked_into_and_written_as_it_was(tag: int) -> None:
    item = {0x00100010: Node("PN", b"Doe^Jane")}
    value = as_bytes({tag: Node("SQ", items=(item,))}, Style(implicit=True, open_sequences=False))[8:]
    node = node_of(raw(tag, "UN", value))
    assert node == Node("UN", value, items=(item,))
    assert as_bytes({tag: node}).endswith(value)


def test_what_only_begins_as_a_sequence_stays_bytes() -> None:
    value = b"\xfe\xff\x00\xe0\xff\xff\x00\x00rubbish!"
    assert node_of(raw(0x00091001, "UN", value)).value == value


def test_a_value_longer_than_its_vr_takes_keeps_all_its_bytes() -> None:
    text = "x" * 70_000
    node = node_of(DataElement(0x00104000, "LT", text))
    assert node.value == text.encode()
    assert read_tree(as_bytes({0x00104000: node}))[0x00104000].value == text.encode()


def test_a_vr_that_is_no_text_can_be_written_again() -> None:
    node = node_of(raw(0x00100020, "A\xff", b"abcd"))
    assert node == Node("UN", b"abcd")
    assert as_bytes({0x00100020: node})[-4:] == b"abcd"


@pytest.mark.parametrize(
    "content", [b"\x10\x00", b"\x10\x00\x10\x00PN\xff\x00abc", b"\x08\x00\x40\x11SQ\0\0\x08\0\0\0abcdefgh"]
)
def test_damaged_data_sets_are_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UnusableInputError, match=r"^its data set is damaged\.|^one of its attributes is malformed"):
        read_tree(content)


def test_nesting_without_end_is_refused_in_a_sentence() -> None:
    content = b""
    for _ in range(DEEP):
        content = (
            b"\x08\x00\x40\x11SQ\0\0"
            + (len(content) + 8).to_bytes(4, "little")
            + (b"\xfe\xff\x00\xe0" + len(content).to_bytes(4, "little") + content)
        )
    with pytest.raises(UnusableInputError):
        read_tree(content)


def test_a_value_shows_nothing_of_itself() -> None:
    assert "Doe" not in repr({0x00100010: Node("PN", b"Doe^Jane")})


def readable(folder: Path) -> list[Path]:
    curated = [min(each.rglob("*.dcm")) for each in sorted((folder / "curated").iterdir()) if each.is_dir()]
    return curated + sorted((folder / "odd").glob("*.dcm"))


@pytest.mark.data
def test_real_headers_are_the_same_in_every_style(data_dir: Path) -> None:
    for path in readable(data_dir):
        tree = source_tree(open_object(path).dataset)
        for style in STYLES:
            read = read_in(as_bytes(tree, style), style)
            assert as_bytes(read_in(as_bytes(read, style), style), style) == as_bytes(read, style), path.name
            if not style.implicit:  # which forgets what private elements are
                assert read == tree, path.name


@pytest.mark.data
def test_real_native_files_come_back_byte_by_byte(data_dir: Path) -> None:
    came, native = 0, 0
    for path in readable(data_dir):
        instance = read_instance(path, accept_lossy=True)
        if instance.dataset.file_meta.TransferSyntaxUID not in NATIVE:
            continue
        native += 1
        beginning, tree = read_beginning(path), source_tree(instance.dataset)
        style, whole = style_of(instance, beginning, tree)
        if style != NO_STYLE:
            came += 1
            cells = (instance.containers(frame) for frame in range(instance.frames))
            assert digest_of(file_bytes(cells, instance.format, beginning, tree, style)) == whole
            made = b"".join(
                file_bytes(map(instance.containers, range(instance.frames)), instance.format, beginning, tree, style)
            )
            assert made == path.read_bytes()
    assert came >= 0.8 * native > 0
