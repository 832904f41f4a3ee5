"""Markers say what was done and by which options, and only ours go again."""

from __future__ import annotations

import pytest
from pydicom.sr.codedict import codes

from StegoMedLib.choices import PRESETS
from StegoMedLib.dicom import Node, Tree
from StegoMedLib.identity.deidentifier import value_in
from StegoMedLib.identity.markers import is_ours, marked, unmarked
from StegoMedLib.identity.options import CODES, Options
from Testing.trees import STYLES, as_bytes, read_in

CODE, SCHEME, MEANING = 0x00080100, 0x00080102, 0x00080104
METHOD, METHOD_CODES = 0x00120063, 0x00120064
OTHER: Tree = {
    CODE: Node("SH", b"113100"),
    SCHEME: Node("SH", b"DCM"),
    MEANING: Node("LO", b"Basic Application Confidentiality Profile"),
}


def said(tree: Tree) -> list[str]:
    return [value_in(item, "CodeValue") for item in tree[METHOD_CODES].items or ()]


@pytest.mark.parametrize("options", [*PRESETS.values(), ("full-dates",), ("uids", "device", "institution")])
def test_markers_say_by_which_options(options: tuple[str, ...]) -> None:
    made = marked({}, Options.of(options))
    assert value_in(made, "PatientIdentityRemoved") == "YES"
    assert value_in(made, "DeidentificationMethod").startswith("StegoMed ")
    assert set(said(made)) == {CODES["basic"][0], *(CODES[name][0] for name in options)}
    wanted = {"full-dates": "UNMODIFIED", "modified-dates": "MODIFIED"}
    dates = next((wanted[name] for name in options if name in wanted), "REMOVED")
    assert value_in(made, "LongitudinalTemporalInformationModified") == dates
    assert as_bytes(read_in(as_bytes(made), STYLES[2])) == as_bytes(made)


def test_codes_are_those_of_the_context_group() -> None:
    known = {getattr(codes.cid7050, word).value: getattr(codes.cid7050, word).meaning for word in codes.cid7050.dir()}
    assert dict(CODES.values()).items() <= known.items()


def test_a_second_deidentification_keeps_the_methods_of_the_first() -> None:
    first = {METHOD: Node("LO", b"CTP "), METHOD_CODES: Node("SQ", items=(OTHER,))}
    made = marked(marked(first, Options()), Options.of(["device"]))
    first_method, *ours = value_in(made, "DeidentificationMethod").split("\\")
    assert first_method == "CTP"
    assert len(ours) == 2
    assert said(made) == ["113100", "113100", "113100", "113109"]


def test_markers_go_again() -> None:
    source = {0x00100020: Node("LO", b"1 ")}
    made = unmarked(marked(source, Options.of(["device", "full-dates"])), "NO")
    assert value_in(made, "PatientIdentityRemoved") == "NO"
    assert set(made) == {0x00100020, 0x00120062}


def test_only_the_last_method_goes_where_somebody_removed_the_identity_before() -> None:
    first = {METHOD: Node("LO", b"CTP "), METHOD_CODES: Node("SQ", items=(OTHER,)), 0x00120062: Node("CS", b"YES ")}
    made = unmarked(marked(first, Options.of(["device"])), "YES ")
    assert value_in(made, "DeidentificationMethod") == "CTP"
    assert said(made) == ["113100"]
    twice = unmarked(marked(marked(first, Options()), Options.of(["device"])), "YES")
    assert said(twice) == ["113100", "113100"]
    assert len(value_in(twice, "DeidentificationMethod").split("\\")) == 2


def test_a_method_of_another_version_is_ours_too() -> None:
    tree = {METHOD: Node("LO", b"CTP\\StegoMed 9.7 PS3.15 E.1")}
    assert value_in(unmarked(tree, "YES"), "DeidentificationMethod") == "CTP"
    assert is_ours(Node("LO", b"StegoMed 9.7 PS3.15 E.1 "))
    assert is_ours(Node("LO", b"Retain Device Identity Option"))
    assert not is_ours(Node("LO", b"StegoMed by Doe"))
