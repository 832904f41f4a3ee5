"""The record takes identifying header values as plain strings."""

from __future__ import annotations

import pydicom
import pytest

from StegoMedLib.dicom import DEFAULT_ATTRIBUTES, header_record
from StegoMedLib.errors import UsageError


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
    expected = {"PatientName": "Müller^Zoë", "PatientID": "4711", "PatientBirthDate": "19700131"}
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
