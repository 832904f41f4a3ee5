"""What a derivation makes false or unlawful does not come along, at any level, and is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.tag import BaseTag
from pydicom.uid import ImplicitVRLittleEndian

from StegoMedLib.dicom import SYNTAXES, DerivedSeries, read_instance
from Testing.derived import write_derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pydicom import FileDataset

    Edit = Callable[[FileDataset], None]

PRIVATE = 0x0029_1010


def icon(*, compressed: bool) -> Dataset:
    item = Dataset()
    item.Rows = item.Columns = 8
    item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
    item.BitsAllocated = item.BitsStored = 8
    item.HighBit, item.PixelRepresentation = 7, 0
    item.PixelData = encapsulate([b"icon"]) if compressed else bytes(64)
    item["PixelData"].VR = "OB"
    item["PixelData"].is_undefined_length = compressed
    return item


def nested(levels: int, item: Dataset) -> Dataset:
    for _ in range(levels):
        outer = Dataset()
        outer.add_new(0x0029_0010, "LO", "ACME")
        outer.add_new(PRIVATE, "SQ", [item])
        outer.add_new(0x0029_1011, "LO", "stays")
        item = outer
    return item


def signature() -> Dataset:
    item = Dataset()
    item.MACIDNumber, item.Signature = 1, b"\1\2\3\4"
    return item


def derive(path: Path, target: Path, syntax: str = "explicit") -> tuple[FileDataset, dict[str, str]]:
    written = write_derived(read_instance(path), {}, target, DerivedSeries("a test"), syntax=syntax)
    return pydicom.dcmread(target), {each.attribute: each.reason for each in written.removed}


def all_tags(dataset: Dataset) -> Iterator[int]:
    for element in dataset:
        yield int(element.tag)
        if element.VR == "SQ":
            for item in element.value:
                yield from all_tags(item)


def fragmented(dataset: Dataset) -> int:
    """Encapsulated values at any level but the pixel data of the object."""
    found = 0
    for element in dataset:
        if element.VR == "SQ":
            found += sum(fragmented(item) for item in element.value)
            found += sum("PixelData" in item and item["PixelData"].is_undefined_length for item in element.value)
    return found


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "derived.dcm"


def compressed_with(*items: tuple[int | str, Dataset]) -> Edit:
    def edit(dataset: FileDataset) -> None:
        dataset.compress(SYNTAXES["rle"])
        for tag, item in items:
            dataset.add_new(tag, "SQ", [item])

    return edit


@pytest.mark.parametrize("levels", [1, 2, 5])
@pytest.mark.parametrize("syntax", ["explicit", "jpegls"])
def test_compressed_images_in_private_sequences_do_not_come_along(
    make_image: Any, target: Path, levels: int, syntax: str
) -> None:
    edit = compressed_with((PRIVATE, nested(levels - 1, icon(compressed=True))))
    after, removed = derive(make_image(edit), target, syntax)
    assert fragmented(after) == 0
    assert list(removed) == [".".join(["(0029,1010)"] * levels)]
    assert "compressed" in next(iter(removed.values()))
    if levels > 1:
        assert after[PRIVATE].value[0][0x0029_1011].value == "stays"


def test_icon_of_a_compressed_source_is_named(make_image: Any, target: Path) -> None:
    after, removed = derive(make_image(compressed_with(("IconImageSequence", icon(compressed=True)))), target)
    assert "IconImageSequence" not in after
    assert list(removed) == ["IconImageSequence"]


def test_images_stay_beside_one_that_has_to_go(make_image: Any, target: Path) -> None:
    def edit(dataset: FileDataset) -> None:
        dataset.compress(SYNTAXES["rle"])
        dataset.add_new(PRIVATE, "SQ", [icon(compressed=False), icon(compressed=True)])

    after, removed = derive(make_image(edit), target)
    (kept,) = after[PRIVATE].value
    assert kept.PixelData == bytes(64)
    assert list(removed) == ["(0029,1010)"]


def test_compressed_images_stay_in_a_file_of_the_same_syntax(make_image: Any, target: Path) -> None:
    after, removed = derive(make_image(compressed_with((PRIVATE, icon(compressed=True)))), target, "rle")
    assert fragmented(after) == 1
    assert removed == {}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_native_images_in_sequences_stay_as_they_are_in_every_syntax(
    make_image: Any, target: Path, syntax: str
) -> None:
    def edit(dataset: FileDataset) -> None:
        floats = Dataset()
        floats.FloatPixelData = np.arange(4, dtype="<f4").tobytes()
        dataset.IconImageSequence = [icon(compressed=False)]
        dataset.add_new(PRIVATE, "SQ", [nested(1, icon(compressed=False)), floats])

    path = make_image(edit)
    after, removed = derive(path, target, syntax)
    assert after.IconImageSequence == pydicom.dcmread(path).IconImageSequence
    assert after[PRIVATE].value[0][PRIVATE].value[0].PixelData == bytes(64)
    assert after[PRIVATE].value[1].FloatPixelData == np.arange(4, dtype="<f4").tobytes()
    assert removed == {}


@pytest.mark.parametrize("length", ["defined", "undefined"])
def test_compressed_images_in_sequences_of_unknown_vr_do_not_come_along(
    make_image: Any, target: Path, length: str
) -> None:
    """PS3.5 6.2.2: what is in there is implicit VR little endian."""
    pixels = encapsulate([b"icon"]) + b"\xfe\xff\xdd\xe0\0\0\0\0"
    item = b"\x28\0\x10\0\2\0\0\0\x08\0" + b"\xe0\x7f\x10\0\xff\xff\xff\xff" + pixels
    sequence = b"\xfe\xff\0\xe0" + len(item).to_bytes(4, "little") + item
    undefined = length == "undefined"

    def edit(dataset: FileDataset) -> None:
        dataset.compress(SYNTAXES["rle"])
        tag = BaseTag(PRIVATE)
        size = 0xFFFF_FFFF if undefined else len(sequence)
        raw = RawDataElement(tag, "UN", size, sequence, 0, is_implicit_VR=False, is_little_endian=True)
        dataset._dict[tag] = raw
        dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003

    after, removed = derive(make_image(edit), target)
    assert PRIVATE not in after
    assert list(removed) == ["(0029,1010)"]


def test_sequences_of_unknown_vr_keep_their_bytes_where_nothing_has_to_go(make_image: Any, target: Path) -> None:
    item = b"\x28\0\x10\0\2\0\0\0\x08\0" + b"\xe0\x7f\x10\0\4\0\0\0abcd"
    sequence = b"\xfe\xff\0\xe0" + len(item).to_bytes(4, "little") + item
    after, removed = derive(make_image(lambda dataset: dataset.add_new(PRIVATE, "UN", sequence)), target)
    assert after.get_item(PRIVATE).value == sequence
    assert removed == {}


def test_signatures_do_not_come_along_from_any_level(make_image: Any, target: Path) -> None:
    def edit(dataset: FileDataset) -> None:
        dataset.DigitalSignaturesSequence = [signature()]
        dataset.MACParametersSequence = [signature()]
        inner = Dataset()
        inner.DigitalSignaturesSequence = [signature()]
        inner.CodeValue = "stays"
        dataset.add_new(PRIVATE, "SQ", [nested(1, inner)])

    after, removed = derive(make_image(edit), target)
    assert not {0xFFFA_FFFA, 0x4FFE_0001} & set(all_tags(after))
    assert after[PRIVATE].value[0][PRIVATE].value[0].CodeValue == "stays"
    assert set(removed) == {
        "DigitalSignaturesSequence",
        "MACParametersSequence",
        "(0029,1010).(0029,1010).DigitalSignaturesSequence",
    }
    assert all("false" in reason for reason in removed.values())


def test_signatures_in_functional_groups_of_frames_do_not_come_along(make_image: Any, target: Path) -> None:
    def edit(dataset: FileDataset) -> None:
        group = Dataset()
        group.DigitalSignaturesSequence = [signature()]
        group.add_new(PRIVATE, "SQ", [icon(compressed=False)])
        dataset.PerFrameFunctionalGroupsSequence = [group]

    after, removed = derive(make_image(edit), target)
    assert 0xFFFA_FFFA not in set(all_tags(after))
    assert list(removed) == ["PerFrameFunctionalGroupsSequence.DigitalSignaturesSequence"]


def test_signatures_in_an_implicit_private_sequence_do_not_come_along(make_image: Any, target: Path) -> None:
    path = make_image()
    dataset = pydicom.dcmread(path)
    inner = Dataset()
    inner.DigitalSignaturesSequence = [signature()]
    inner.CodeValue = "stays"
    dataset.add_new(0x0029_0010, "LO", "ACME")
    dataset.add_new(PRIVATE, "SQ", [inner])
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=True, little_endian=True)
    after, removed = derive(path, target)
    assert b"\xfa\xff\xfa\xff" not in target.read_bytes()
    assert after[PRIVATE].value[0].CodeValue == "stays"
    assert list(removed) == ["(0029,1010).DigitalSignaturesSequence"]


def test_group_lengths_are_named(make_image: Any, target: Path) -> None:
    path = make_image()
    content = path.read_bytes()
    for first, group in ((b"\x08\0\x05\0CS", b"\x08\0"), (b"\x10\0\x10\0PN", b"\x10\0")):
        content = content.replace(first, group + b"\0\0UL\4\0\1\0\0\0" + first, 1)
    path.write_bytes(content)
    after, removed = derive(path, target)
    assert list(removed) == ["(0008,0000)", "(0010,0000)"]
    assert not {0x0008_0000, 0x0010_0000} & set(all_tags(after))
