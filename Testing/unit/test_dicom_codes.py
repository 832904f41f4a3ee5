"""Blanks around code strings are no part of them (PS3.5 section 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.dicom.values import code_of, codes_of
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom import FileDataset


def holding(**codes: bytes) -> Callable[[FileDataset], None]:
    def edit(dataset: FileDataset) -> None:
        for keyword, value in codes.items():
            tag = Tag(keyword)
            dataset._dict[tag] = RawDataElement(tag, "CS", len(value), value, 0, False, True)  # noqa: FBT003
        dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003

    return edit


@pytest.mark.parametrize(("code", "inverted"), [(b" MONOCHROME2", False), (b"  MONOCHROME1 ", True)])
def test_grey_images_are_grey_with_blanks_around(make_image: Any, code: bytes, inverted: bool) -> None:  # noqa: FBT001
    path = make_image(holding(PhotometricInterpretation=code + b" " * (len(code) % 2)))
    assert list_files(path).images == (path,)
    instance = read_instance(path)
    assert instance.format.inverted == inverted
    assert instance.plane().pixels.shape == (40, 36)


def test_modality_and_image_type_count_with_blanks_around(make_image: Any) -> None:
    edit = holding(Modality=b" CT ", ImageType=b" ORIGINAL\\PRIMARY \\ LOCALIZER")
    plane = read_instance(make_image(edit)).plane()
    assert (plane.modality, plane.projection) == ("CT", True)


def test_what_is_no_picture_is_refused_with_blanks_around(make_image: Any) -> None:
    with pytest.raises(UnusableInputError, match="segmentation"):
        read_instance(make_image(holding(Modality=b" SEG")))


def test_values_of_a_code_string() -> None:
    dataset = Dataset()
    dataset.ImageType, dataset.Modality, dataset.BodyPartExamined = [" A", "", "B "], " CT", ""
    assert codes_of(dataset, "ImageType") == ["A", "", "B"]
    assert code_of(dataset, "ImageType") == "A\\\\B"
    assert code_of(dataset, "Modality") == "CT"
    assert codes_of(dataset, "BodyPartExamined") == codes_of(dataset, "PatientSex") == []
    assert code_of(dataset, "PatientSex") == ""
