"""What a person states in place of what the source says: lawful, in the source's character set, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydicom
import pytest

from StegoMedLib.dicom import DerivedSeries, read_instance
from StegoMedLib.errors import UsageError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path


def written(make_image: Any, folder: Path, charset: str, **texts: str) -> pydicom.FileDataset:
    def edit(dataset: pydicom.FileDataset) -> None:
        dataset.SpecificCharacterSet = charset
        dataset.PatientName, dataset.PatientID = "Doe^Jane", "4711"

    source, target = make_image(edit), folder / "out.dcm"
    write_derived(read_instance(source), {}, target, DerivedSeries("a test", mark="StegoMed 2", texts=texts))
    return pydicom.dcmread(target)


def test_names_come_in_the_source_s_character_set(make_image: Any, tmp_path: Path) -> None:
    dataset = written(make_image, tmp_path, "ISO_IR 100", PatientName="M\u00fcller^J\u00f6rg", PatientID="")
    assert dataset.PatientName == "M\u00fcller^J\u00f6rg"
    assert dataset.PatientID == ""
    assert dataset.SpecificCharacterSet == "ISO_IR 100"


def test_the_mark_tells_sister_series_apart(make_image: Any, tmp_path: Path) -> None:
    dataset = written(make_image, tmp_path, "ISO_IR 192", SeriesNumber="12")
    assert dataset.SeriesDescription.endswith("StegoMed 2")
    assert dataset.SeriesNumber == 12


def test_a_stated_description_goes_over_the_marked_one(make_image: Any, tmp_path: Path) -> None:
    dataset = written(make_image, tmp_path, "ISO_IR 192", SeriesDescription="\u68ee")
    assert dataset.SeriesDescription == "\u68ee"


@pytest.mark.parametrize(
    ("charset", "texts", "sentence"),
    [
        ("ISO_IR 100", {"PatientName": "\u68ee^\u9dd7\u5916"}, "PatientName has characters"),
        ("ISO_IR 192", {"StudyDate": "yesterday"}, "StudyDate cannot hold"),
        ("ISO_IR 192", {"SeriesDescription": "one\\\\two"}, "SeriesDescription cannot hold"),
        ("ISO_IR 192", {"PatientID": "x" * 65}, "PatientID cannot hold"),
        ("ISO_IR 192", {"SeriesNumber": "1.5"}, "SeriesNumber cannot hold"),
        ("ISO_IR 192", {"PatientSex": "unknown, really"}, "PatientSex cannot hold"),
    ],
)
def test_what_cannot_be_written_is_refused_without_a_file(
    make_image: Any, tmp_path: Path, charset: str, texts: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        written(make_image, tmp_path, charset, **texts)
    assert not (tmp_path / "out.dcm").exists()
