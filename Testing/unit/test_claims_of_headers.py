"""A record contradicts a header only where the header claims to be somebody's."""

from __future__ import annotations

import pydicom
import pytest

from StegoMedLib.envelope import HeaderRecord, TextRecord
from StegoMedLib.pipeline.header_records import claimed_patient, contradicts

OURS = HeaderRecord({"PatientName": "Mustermann^Erika", "PatientID": "4711"})


def header(**values: object) -> pydicom.Dataset:
    dataset = pydicom.Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        pytest.param(header(PatientID="0815"), True, id="another patient"),
        pytest.param(header(PatientID="0815", PatientIdentityRemoved="NO"), True, id="another, identity not removed"),
        pytest.param(header(PatientID="4711"), False, id="the same"),
        pytest.param(header(PatientID=" 4711 "), False, id="the same, padded"),
        pytest.param(header(PatientID=""), False, id="empty"),
        pytest.param(header(PatientID="  "), False, id="blank"),
        pytest.param(header(), False, id="missing"),
        pytest.param(header(PatientID="ANON1", PatientIdentityRemoved="YES"), False, id="pseudonym"),
        pytest.param(None, False, id="no header"),
    ],
)
def test_what_contradicts(dataset: pydicom.Dataset | None, *, expected: bool) -> None:
    assert contradicts(OURS, claimed_patient(dataset)) is expected


def test_a_record_that_names_nobody_contradicts_nothing() -> None:
    claimed = claimed_patient(header(PatientID="0815"))

    assert not contradicts(TextRecord("4711"), claimed)
    assert not contradicts(HeaderRecord({"StudyID": "1"}), claimed)
    assert not contradicts(HeaderRecord({"PatientID": " "}), claimed)
