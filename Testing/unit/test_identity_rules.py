"""Every row of Table E.1-1 under every option gives the action of the standard, read from the columns themselves."""

from __future__ import annotations

from itertools import combinations

import pytest
from pydicom.datadict import dictionary_VR

from StegoMedLib.choices import CLEANABLE, PRESETS, RETAINABLE
from StegoMedLib.errors import UsageError
from StegoMedLib.identity.options import CODES, Options
from StegoMedLib.identity.rules import Action, action_on, basic_action, private_action
from StegoMedLib.identity.table import row_of, rows
from StegoMedLib.identity.types import type_of
from StegoMedLib.resources import read_table

CT, SR, PET = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.11", "1.2.840.10008.5.1.4.1.1.128"
COLUMNS = {
    "uids": "retain_uids",
    "device": "retain_device",
    "institution": "retain_institution",
    "characteristics": "retain_patient_characteristics",
    "full-dates": "retain_full_dates",
    "modified-dates": "retain_modified_dates",
    "descriptors": "clean_descriptors",
}
LINES = [line for line in read_table("e1_1.csv") if line["tag"].isalnum() and "X" not in line["tag"]]
LINES = [line for line in LINES if line["tag"] != "private"]
SINGLE = {"X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.REPLACE, "U": Action.MAP}
# PS3.15 Table E.1-1a: what a compound action does for an attribute of a type, "" for one that the object has not.
COMPOUND = {
    "X/Z": {"1": "D", "1C": "D", "2": "Z", "2C": "Z", "3": "X", "": "X"},
    "X/D": {"1": "D", "1C": "D", "2": "D", "2C": "D", "3": "X", "": "X"},
    "X/Z/D": {"1": "D", "1C": "D", "2": "Z", "2C": "Z", "3": "X", "": "X"},
    "X/Z/U*": {"1": "U", "1C": "U", "2": "Z", "2C": "Z", "3": "X", "": "X"},
    "Z/D": {"1": "D", "1C": "D", "2": "Z", "2C": "Z", "3": "Z", "": "Z"},
}


def vr_of(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "LO"


def of(*names: str) -> Options:
    return Options(frozenset(names))


def expected(line: dict[str, str], tag: int, sop_class: str) -> Action:
    basic = line["basic"]
    if tag >> 16 in (0x0000, 0x0002, 0x0004):
        return Action.REMOVE  # they are written anew, or of no object
    kind = type_of(sop_class, (tag,)) or ""
    return SINGLE[COMPOUND[basic][kind]] if basic in COMPOUND else SINGLE[basic]


@pytest.mark.parametrize("sop_class", [CT, SR, PET, "1.2.3"])
def test_every_row_has_the_action_of_the_basic_profile(sop_class: str) -> None:
    assert len(LINES) > 600
    for line in LINES:
        tag = int(line["tag"], 16)
        assert action_on(tag, vr_of(tag), of(), sop_class, ()) is expected(line, tag, sop_class), line


@pytest.mark.parametrize("option", COLUMNS)
def test_every_row_has_the_action_of_the_option(option: str) -> None:
    seen = set()
    for line in LINES:
        tag = int(line["tag"], 16)
        vr, does = vr_of(tag), line[COLUMNS[option]]
        wanted = expected(line, tag, CT)
        if tag >> 16 not in (0x0000, 0x0002, 0x0004) and does:
            cleaned = Action.MOVE if vr in ("DA", "DT", "TM") else Action.CLEAN
            wanted = Action.KEEP if does == "K" else cleaned
        assert action_on(tag, vr, of(option), CT, ()) is wanted, line
        seen.add(does)
    assert len(seen) > 1


@pytest.mark.parametrize("pair", list(combinations(COLUMNS, 2)))
def test_what_one_option_keeps_another_does_not_take_but_dates_move_together(pair: tuple[str, str]) -> None:
    if set(pair) == {"full-dates", "modified-dates"}:
        return
    for line in LINES:
        tag, does = int(line["tag"], 16), {line[COLUMNS[option]] for option in pair}
        if "K" not in does or tag >> 16 in (0x0000, 0x0002, 0x0004):
            continue
        moved = "modified-dates" in pair and line["retain_modified_dates"] and vr_of(tag) in ("DA", "DT", "TM")
        assert action_on(tag, vr_of(tag), of(*pair), CT, ()) is (Action.MOVE if moved else Action.KEEP), line


def test_the_preset_and_option_names_are_those_of_the_table() -> None:
    assert set(COLUMNS) | {"safe-private"} == {*RETAINABLE, *CLEANABLE}
    assert all(of(*options).chosen == set(options) for options in PRESETS.values())
    assert set(CODES) == {"basic", *RETAINABLE, *CLEANABLE}


@pytest.mark.parametrize(("basic", "kinds"), COMPOUND.items())
def test_compound_actions_follow_the_type(basic: str, kinds: dict[str, str]) -> None:
    """Wherever an object knows the attribute, at every level of nesting."""
    seen = set()
    for line in read_table("types.csv"):
        path = tuple(int(tag, 16) for tag in line["path"].split("/"))
        row = row_of(path[-1])
        assert row is not None
        if row.basic != basic:
            continue
        sop_class = "1.2.840.10008.5.1.4." + line["sop_classes"].split()[0]
        action = action_on(path[-1], vr_of(path[-1]), of(), sop_class, path[:-1])
        assert action is SINGLE[kinds[line["type"]]], line
        seen.add(line["type"])
    assert seen


@pytest.mark.parametrize(
    ("tag", "vr", "action"),
    [
        (0x00180050, "DS", Action.KEEP),  # slice thickness
        (0x00081155, "UI", Action.MAP),
        (0x00081150, "UI", Action.KEEP),  # which class, not which instance
        (0x00143050, "OB", Action.KEEP),  # known, and not in the table
        (0x00200051, "US", Action.REMOVE),  # nobody knows it
        (0x00181111, "PN", Action.REMOVE),  # a name by its VR
        (0x00181111, "AE", Action.REMOVE),
        (0x00080000, "UL", Action.REMOVE),  # group length
        (0x00041220, "SQ", Action.REMOVE),
        (0x00000002, "UI", Action.REMOVE),
        (0x00020010, "UI", Action.REMOVE),
        (0x4FFE0001, "SQ", Action.REMOVE),
        (0xFFFAFFFA, "SQ", Action.REMOVE),
        (0xFFFCFFFC, "OB", Action.REMOVE),
        (0x50003000, "OW", Action.REMOVE),
        (0x50060010, "US", Action.REMOVE),
        (0x60000010, "US", Action.REMOVE),
        (0x60023000, "OW", Action.REMOVE),
        (0x60FE4000, "LT", Action.REMOVE),
    ],
)
def test_what_the_table_does_not_know_by_row(tag: int, vr: str, action: Action) -> None:
    assert action_on(tag, vr, of(), CT, ()) is action


def test_unlisted_uids_stay_where_uids_stay() -> None:
    unlisted = 0x00209312  # VolumeFrameOfReferenceUID
    assert row_of(unlisted) is None
    assert action_on(unlisted, "UI", of(), CT, ()) is Action.MAP
    assert action_on(unlisted, "UI", of("uids"), CT, ()) is Action.KEEP


def test_an_attribute_to_remove_goes_whatever_is_kept() -> None:
    options = Options.of(["device"], ["DeviceSerialNumber", "SliceThickness"])
    assert action_on(0x00181000, "LO", options, CT, ()) is Action.REMOVE
    assert action_on(0x00180050, "DS", options, CT, (0x52009229,)) is Action.REMOVE


def test_where_there_is_nothing_to_clean_the_basic_profile_decides() -> None:
    assert basic_action(0x00081030, CT, ()) is Action.REMOVE
    assert basic_action(0x00080104, CT, (0x00400275,)) is Action.REPLACE


def test_private_elements_go_unless_they_are_safe_and_wanted() -> None:
    creator, tag = "Philips PET Private Group", 0x70531009
    assert private_action(creator, tag, of()) is Action.REMOVE
    assert private_action(creator, tag, of("safe-private")) is Action.KEEP
    assert private_action("ACME", tag, of("safe-private")) is Action.REMOVE
    assert private_action("", tag, of("safe-private")) is Action.REMOVE
    assert private_action(creator, 0x70531055, of("safe-private")) is Action.REMOVE
    assert private_action(creator, tag, Options(frozenset({"safe-private"}), frozenset({tag}))) is Action.REMOVE


def test_rows_of_repeating_groups_are_found() -> None:
    assert row_of(0x60024000) is row_of(0x60FE4000)
    assert row_of(0x50021234) == next(row for row in rows() if row.tag == "50XXXXXX")
    assert row_of(0x00091001) == next(row for row in rows() if row.tag == "private")


@pytest.mark.parametrize(
    ("chosen", "remove", "word"),
    [
        (["nonsense"], [], "no option 'nonsense'"),
        (["full-dates", "modified-dates"], [], "either kept"),
        ([], ["Patient Name"], "keyword"),
        ([], [""], "keyword"),
    ],
)
def test_options_that_make_no_sense_are_refused(chosen: list[str], remove: list[str], word: str) -> None:
    with pytest.raises(UsageError, match=word) as error:
        Options.of(chosen, remove)
    assert str(error.value).endswith(".")
