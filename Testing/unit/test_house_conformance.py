"""The conformance statement is current, and says of every row and option what the rules do."""

from __future__ import annotations

import re

import pytest

from StegoMedLib.identity.options import CODES
from StegoMedLib.identity.table import rows
from StegoMedLib.resources import read_table
from Testing.docs import conformance

PAGE = conformance.PAGE.read_text(encoding="utf-8")
LINES = re.findall(
    r"^\| (\([0-9A-FX]{4},[0-9A-FX]{4}\)|any odd group) \| (.+) \| (.+) \| (.+) \| (.*) \|$", PAGE, re.MULTILINE
)


def test_the_statement_is_current() -> None:
    assert conformance.page() == PAGE, "run: make conformance"


def test_nothing_is_left_to_be_filled_in() -> None:
    assert "{{" not in PAGE


def test_every_row_is_there_once() -> None:
    assert len(LINES) == len(rows()) == len(read_table("e1_1.csv"))
    assert len({tag for tag, *_ in LINES}) == len(LINES)


@pytest.mark.parametrize(
    ("option", "column"),
    [
        ("uids", "retain_uids"),
        ("device", "retain_device"),
        ("institution", "retain_institution"),
        ("characteristics", "retain_patient_characteristics"),
        ("full-dates", "retain_full_dates"),
        ("modified-dates", "retain_modified_dates"),
        ("descriptors", "clean_descriptors"),
    ],
)
def test_every_option_is_named_where_the_standard_has_it(option: str, column: str) -> None:
    anew = ("0000", "0002", "0004")
    of_standard = {line["tag"] for line in read_table("e1_1.csv") if line[column] and not line["tag"].startswith(anew)}
    named = {tag.strip("()").replace(",", "") for tag, *_, said in LINES if f"`{option}`" in said}
    assert named == of_standard


def test_every_code_is_there() -> None:
    assert all(f"| {value} | {meaning} |" in PAGE for value, meaning in CODES.values())
