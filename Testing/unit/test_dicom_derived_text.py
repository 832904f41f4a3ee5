"""Descriptions of a derived instance are lawful text of the source's character set, and of lawful length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from StegoMedLib.dicom import DerivedSeries, read_instance
from StegoMedLib.dicom.charsets import character_set
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom import FileDataset


def derive(make_image: Any, tmp_path: Path, charset: bytes, **values: bytes) -> tuple[FileDataset, list[str]]:
    """The derived data set, undecoded, and what was taken out of it."""

    def edit(dataset: FileDataset) -> None:
        for keyword, value in {"SpecificCharacterSet": charset, **values}.items():
            tag, vr = Tag(keyword), pydicom.datadict.dictionary_VR(keyword)
            padded = value + b" " * (len(value) % 2)
            dataset._dict[tag] = RawDataElement(tag, vr, len(padded), padded, 0, False, True)  # noqa: FBT003
        dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003

    target = tmp_path / "derived.dcm"
    written = write_derived(read_instance(make_image(edit)), {}, target, DerivedSeries("a test"))
    return pydicom.dcmread(target), [each.attribute for each in written.removed]


def raw(dataset: FileDataset, keyword: str) -> bytes:
    return bytes(dataset.get_item(keyword).value)


@pytest.mark.parametrize(
    ("charset", "before", "after"),
    [
        (b"ISO_IR 192", "HEAD\\NECK", "HEAD/NECK StegoMed"),
        (b"ISO_IR 13", "ｱｲｳ", "ｱｲｳ StegoMed"),
        (b"ISO_IR 13", "ｱ" * 64, "ｱ" * 55 + " StegoMed"),
        (b"\\ISO 2022 IR 87", "山" * 64, "山" * 55 + " StegoMed"),
        (b"\\ISO 2022 IR 149", "洪 吉洞", "洪 吉洞 StegoMed"),
        (b"ISO 2022 IR 100\\ISO 2022 IR 144", "Лю é", "Лю é StegoMed"),
        (b"GB18030", "俓" * 70, "俓" * 55 + " StegoMed"),
        (b"ISO_IR 192", "a\nb\x00c", "a b c StegoMed"),
        (b"ISO_IR 192", "   ", "StegoMed"),
        (b"ISO_IR 192", "", "StegoMed"),
        (b"ISO_IR 999", "Thorax", "Thorax StegoMed"),
    ],
)
def test_series_description_is_one_lawful_value(
    make_image: Any, tmp_path: Path, charset: bytes, before: str, after: str
) -> None:
    described = character_set(charset).encode(before)
    assert described is not None
    dataset, removed = derive(make_image, tmp_path, charset, SeriesDescription=described)
    value = raw(dataset, "SeriesDescription").removesuffix(b" ")
    assert character_set(charset).decode(value) == after
    assert len(after) <= 64
    assert removed == []


@pytest.mark.parametrize("keyword", ["SeriesDescription", "DerivationDescription"])
def test_bytes_that_are_no_text_are_replaced_and_named(make_image: Any, tmp_path: Path, keyword: str) -> None:
    dataset, removed = derive(make_image, tmp_path, b"ISO_IR 192", **{keyword: b"K\xf6ln"})
    assert raw(dataset, keyword).startswith(b"K?ln")
    assert removed == [keyword]


def test_earlier_derivations_keep_their_backslashes_and_lines(make_image: Any, tmp_path: Path) -> None:
    dataset, _ = derive(make_image, tmp_path, b"ISO_IR 100", DerivationDescription=b"C:\\a\r\n\xfc\x07")
    assert raw(dataset, "DerivationDescription").rstrip(b" ") == b"C:\\a\r\n\xfc; a test"
