"""Dummy values fit their VR, are never empty, and dciodvfy objects to none of them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pydicom
import pytest
from pydicom import Dataset, config
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.valuerep import STANDARD_VR, VR, validate_value

from StegoMedLib.identity.dummies import WORD, dummy
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from StegoMedLib.resources import read_table

if TYPE_CHECKING:
    from pathlib import Path

OF_PRESENCE = ("Missing attribute", "Attribute present when condition unsatisfied")
"""A lone attribute calls for others of its module."""
WITHOUT = {VR.UI, VR.SQ}
NEEDED = {
    int(row["tag"], 16)
    for row in read_table("e1_1.csv")
    if "D" in row["basic"].split("/") and dictionary_VR(int(row["tag"], 16)) not in WITHOUT
}


@pytest.mark.parametrize("vr", sorted(STANDARD_VR - WITHOUT))
def test_every_vr_has_a_dummy_that_fits(vr: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        validate_value(vr, dummy(0x00091001, vr), config.RAISE)
        element = DataElement(0x00091001, vr, dummy(0x00091001, vr))
    assert not element.is_empty


@pytest.mark.parametrize("vr", [*sorted(WITHOUT), "XX", ""])
def test_other_vrs_are_refused(vr: str) -> None:
    with pytest.raises(ValueError, match="no dummy"):
        dummy(0x00091001, vr)


@pytest.mark.parametrize(("tag", "count"), [(0x00200032, 3), (0x00280030, 2), (0x00080008, 2), (0x00100010, 1)])
def test_as_many_values_as_the_dictionary_asks_for(tag: int, count: int) -> None:
    value = dummy(tag, dictionary_VR(tag))
    assert (len(value) if isinstance(value, list) else 1) == count


def test_text_says_that_it_is_none() -> None:
    assert {dummy(0, vr) for vr in ("PN", "LO", "SH", "CS", "AE", "UT")} == {WORD}


def test_dciodvfy_finds_nothing_wrong_with_any_dummy(make_image: Any, tmp_path: Path, need_tool: Any) -> None:
    need_tool("dciodvfy")
    source = make_image()
    dataset = pydicom.dcmread(source)
    fill(dataset)
    fill_item = Dataset()
    fill(fill_item)
    dataset.ContributingEquipmentSequence = [fill_item]
    dataset.save_as(tmp_path / "filled.dcm")
    new = errors_of(tmp_path / "filled.dcm") - errors_of(source)
    assert not {line for line in new if not any(phrase in line for phrase in OF_PRESENCE)}


def fill(dataset: Dataset) -> None:
    for tag in NEEDED:
        vr = dictionary_VR(tag)
        dataset.add_new(tag, vr, dummy(tag, vr))
