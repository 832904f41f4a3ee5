"""The preview names every value that changes, at every level, with what is there now and what will be."""

from __future__ import annotations

import pytest
from pydicom import Dataset

from StegoMedLib.identity.nameless import NamelessHeaders
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.preview import Change, changes_shown
from StegoMedLib.identity.pseudonyms import Pseudonyms

HEADERS = NamelessHeaders(Options(), Pseudonyms(bytes(32)), derived=False)


@pytest.fixture
def header() -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    dataset.PatientName, dataset.PatientID, dataset.Rows = "Müller^Änne", "4711", 512
    request = Dataset()
    request.AccessionNumber = "A-1"
    dataset.RequestAttributesSequence = [request]
    dataset.private_block(0x0029, "MAKER", create=True).add_new(0x10, "LO", "hidden")
    return dataset


def shown(header: Dataset) -> dict[str, Change]:
    return {each.attribute: each for each in changes_shown(HEADERS.of(header))}


def test_values_now_and_afterwards(header: Dataset) -> None:
    rows = shown(header)
    assert rows["PatientName"].now == "Müller^Änne"
    pseudonym = rows["PatientName"].afterwards
    assert pseudonym is not None
    assert pseudonym.startswith("SM")
    assert rows["PatientID"].afterwards == pseudonym
    assert (rows["PatientIdentityRemoved"].now, rows["PatientIdentityRemoved"].afterwards) == (None, "YES")


def test_nested_and_private_attributes(header: Dataset) -> None:
    rows = shown(header)
    assert rows["RequestAttributesSequence[0].AccessionNumber"] == Change(
        "RequestAttributesSequence[0].AccessionNumber", "A-1", None
    )
    assert (rows["(0029,0010)"].now, rows["(0029,1010)"].now) == ("MAKER", "hidden")


def test_what_stays_is_not_in_it(header: Dataset) -> None:
    assert "Rows" not in shown(header)
    assert "SOPClassUID" not in shown(header)


def test_rows_are_in_the_order_of_the_header(header: Dataset) -> None:
    names = list(shown(header))
    assert names.index("PatientName") < names.index("PatientID") < names.index("(0029,1010)")


def test_long_values_are_cut_and_bytes_are_counted(header: Dataset) -> None:
    header.PatientComments = "x" * 500
    header.private_block(0x0029, "MAKER").add_new(0x11, "OB", b"\x00\x01\x02\x03")
    header.private_block(0x0029, "MAKER").add_new(0x12, "UN", b"readable")
    rows = shown(header)
    assert rows["PatientComments"].now == "x" * 120 + " …"
    assert rows["(0029,1011)"].now == "4 bytes"
    assert rows["(0029,1012)"].now == "readable"


def test_a_row_shows_nothing_in_a_log(header: Dataset) -> None:
    assert "Müller" not in repr(shown(header)["PatientName"])
