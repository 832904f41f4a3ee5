"""Values that were taken out of a header are found in texts that are no DICOM: names of nodes, paths, notes."""

from __future__ import annotations

import pytest
from pydicom import Dataset

from StegoMedLib.identity.nameless import NamelessHeaders
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Pseudonyms
from StegoMedLib.identity.residue import Search


@pytest.fixture
def search() -> Search:
    header = Dataset()
    header.SpecificCharacterSet = "ISO_IR 192"
    header.PatientName, header.PatientID, header.StudyDate = "Ross^Änne", "4711-X", "20260102"
    header.StudyInstanceUID = "1.2.3.4.5"
    made = Search()
    made.add(NamelessHeaders(Options(), Pseudonyms(bytes(32)), derived=False).of(header).gone)
    return made


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("ct_ross_2", "PatientName"),
        ("Änne", "PatientName"),
        ("/data/4711-X/ct", "PatientID"),
        ("seen on 2026-01-02", "StudyDate"),
        ("of 1.2.3.4.5", "StudyInstanceUID"),
    ],
)
def test_values_in_a_text(search: Search, text: str, of: str) -> None:
    assert search.in_text(text) == of


def test_values_inside_of_words_count_where_that_is_wanted(search: Search) -> None:
    assert search.in_text("across the lung") is None
    assert search.in_text("across the lung", in_words=True) == "PatientName"


@pytest.mark.parametrize("text", ["", "lung", "CT 1", "1.2.3.4", "\udcff"])
def test_other_texts(search: Search, text: str) -> None:
    assert search.in_text(text, in_words=True) is None
