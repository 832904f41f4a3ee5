"""The record takes identifying header values as they are: text where that is exact, else the very bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from StegoMedLib.dicom import DEFAULT_ATTRIBUTES, header_record, read_instance
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom import FileDataset


def patient() -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Müller^Zoë"
    dataset.PatientID = " 4711 "
    dataset.PatientBirthDate = "19700131"
    dataset.PatientSex = ""
    dataset.StudyDate = None
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.PixelSpacing = [0.5, 0.25]
    return dataset


def test_empty_and_missing_values_are_left_out() -> None:
    expected = {"PatientName": "Müller^Zoë", "PatientID": " 4711", "PatientBirthDate": "19700131"}
    assert header_record(patient()) == expected
    assert list(header_record(patient())) == list(expected)


def test_several_values_are_joined_as_dicom_writes_them() -> None:
    record = header_record(patient(), ["ImageType", "PixelSpacing"])
    assert record == {"ImageType": "ORIGINAL\\PRIMARY", "PixelSpacing": "0.5\\0.25"}


@pytest.mark.parametrize("keyword", ["PatientsName", "", "patientname", "0010,0010"])
def test_unknown_keyword_is_a_usage_error(keyword: str) -> None:
    with pytest.raises(UsageError, match="keyword"):
        header_record(patient(), [keyword])


@pytest.mark.parametrize("keyword", ["PixelData", "SourceImageSequence"])
def test_attribute_without_text_is_a_usage_error(keyword: str) -> None:
    with pytest.raises(UsageError, match="no text"):
        header_record(patient(), [keyword])


def test_default_attributes_are_few_hold_no_uid_and_give_reasons() -> None:
    assert {"PatientName", "PatientID", "PatientBirthDate", "AccessionNumber"} <= set(DEFAULT_ATTRIBUTES)
    assert len(DEFAULT_ATTRIBUTES) <= 10
    assert not any(keyword.endswith("UID") for keyword in DEFAULT_ATTRIBUTES)
    assert all(DEFAULT_ATTRIBUTES.values())
    assert all(pydicom.datadict.tag_for_keyword(keyword) for keyword in DEFAULT_ATTRIBUTES)


def holding(**values: tuple[str, bytes]) -> Callable[[FileDataset], None]:
    """Puts VR and bytes into a header, without regard to what they mean."""

    def edit(dataset: FileDataset) -> None:
        for keyword, (vr, value) in values.items():
            tag = Tag(keyword)
            dataset._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)  # noqa: FBT003
        dataset.set_original_encoding(False, True, dataset._character_set)  # noqa: FBT003

    return edit


def test_bytes_that_the_declared_set_does_not_have_stay_bytes_beside_its_name(make_image: Any) -> None:
    edit = holding(PatientName=("PN", b"M\xfcller^J\xf6rg "), PatientID=("LO", b"4711"))
    record = header_record(read_instance(make_image(edit)).dataset)
    assert record["PatientName"] == b"M\xfcller^J\xf6rg"
    assert record["PatientID"] == "4711"
    assert record["SpecificCharacterSet"] == "ISO_IR 192"


def test_values_are_read_from_the_bytes_also_after_somebody_looked_at_them(make_image: Any) -> None:
    instance = read_instance(make_image(holding(PatientName=("PN", b"M\xfcller"))))
    assert "\ufffd" in str(instance.dataset.PatientName)
    assert header_record(instance.dataset)["PatientName"] == b"M\xfcller"


def test_two_patients_of_the_same_undecodable_look_have_two_keys(make_image: Any) -> None:
    instances = [
        read_instance(make_image(holding(PatientName=("PN", b"M" + letter + b"ller "))))
        for letter in (b"\xfc", b"\xf6")
    ]
    assert instances[0].patient_key != instances[1].patient_key
    assert header_record(instances[0].dataset) != header_record(instances[1].dataset)


def test_blanks_before_a_value_are_a_part_of_it(make_image: Any) -> None:
    edit = holding(PatientName=("PN", b"  Doe^Jane"), PatientID=("LO", b"   7"), StudyID=("SH", b"a   "))
    record = header_record(read_instance(make_image(edit)).dataset)
    assert (record["PatientName"], record["PatientID"], record["StudyID"]) == ("  Doe^Jane", "   7", "a  ")


def test_blank_values_are_left_out(make_image: Any) -> None:
    record = header_record(
        read_instance(make_image(holding(PatientID=("LO", b"    "), StudyID=("SH", b"\0\0")))).dataset
    )
    assert "PatientID" not in record
    assert "StudyID" not in record


def test_a_header_without_a_declared_set_has_none_in_the_record(make_image: Any) -> None:
    edit = holding(PatientName=("PN", b"M\xfcller"), SpecificCharacterSet=("CS", b""))
    record = header_record(read_instance(make_image(edit)).dataset, ["PatientName"])
    assert record == {"PatientName": b"M\xfcller"}


def test_code_strings_and_numbers_with_foreign_bytes_stay_bytes(make_image: Any) -> None:
    edit = holding(
        PatientSex=("CS", b"\xfc "),
        PatientWeight=("DS", b" 70.50"),
        PatientComments=("UN", "ü ".encode()),
        PixelPaddingValue=("SS", b"\1\0\2\0"),
    )
    keywords = ["PatientSex", "PatientWeight", "PatientComments", "Rows", "PixelPaddingValue"]
    record = header_record(read_instance(make_image(edit)).dataset, keywords)
    assert record["PatientSex"] == b"\xfc"
    assert record["PatientWeight"] == " 70.50"
    assert record["PatientComments"] == "ü "
    assert record["Rows"] == "40"
    assert record["PixelPaddingValue"] == "1\\2"
