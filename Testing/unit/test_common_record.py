"""Records that tell images of one study apart, and nothing else, are of one patient."""

from __future__ import annotations

import pytest

from StegoMedLib.cli.records import show_records
from StegoMedLib.envelope import HeaderRecord, Record, TextRecord
from StegoMedLib.pipeline.extract_report import ExtractReport
from StegoMedLib.pipeline.header_records import common_record

ANNA = {"PatientID": "1", "StudyInstanceUID": "1.2"}


def of(*uids: str, **more: str) -> list[Record]:
    return [HeaderRecord({**ANNA, "SeriesInstanceUID": "1.3", "SOPInstanceUID": uid, **more}) for uid in uids]


def test_what_all_images_of_a_study_say() -> None:
    records = [*of("1.4", "1.5"), *of("1.6", SeriesInstanceUID="1.7")]
    assert common_record(records) == HeaderRecord(ANNA)
    report = ExtractReport("fidelity", records)
    assert report.common == HeaderRecord(ANNA)
    assert not any("different records" in sentence for sentence in report.must_look)
    assert report.record is None


@pytest.mark.parametrize(
    "other",
    [
        HeaderRecord({**ANNA, "PatientID": "2"}),
        HeaderRecord({**ANNA, "StudyInstanceUID": "1.9"}),
        HeaderRecord({"PatientID": "1"}),
        TextRecord("1"),
    ],
)
def test_other_patients_and_studies_are_different(other: Record) -> None:
    records = [*of("1.4"), other]
    assert common_record(records) is None
    assert "2 different records" in " ".join(ExtractReport("fidelity", records).must_look)


def test_one_record_is_no_several() -> None:
    assert common_record(of("1.4")) is None
    assert common_record([]) is None


def test_uids_alone_name_nobody() -> None:
    assert common_record([HeaderRecord({"SOPInstanceUID": each}) for each in ("1", "2")]) is None


def test_it_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    show_records(ExtractReport("fidelity", of("1.4", "1.5", PatientName="Anna")), "Record")
    shown = "".join(capsys.readouterr())
    assert shown.count("Anna") == 1
    assert "1.4" not in shown
