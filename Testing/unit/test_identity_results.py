"""Results get patient, study and references of a nameless study back, and nothing else of them changes."""

from __future__ import annotations

from typing import Any

import pytest

from StegoMedLib.dicom import CharacterSet, Node, Tree, character_set
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.deidentifier import text_of
from StegoMedLib.identity.markers import marked
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.results import Belonging, Home, belonging, brought_home

CHARSET, KIND, OWN, STUDY, SERIES, PLACE = 0x0008_0005, 0x0008_0016, 0x0008_0018, 0x0020_000D, 0x0020_000E, 0x0020_0052
NAME, ID, SEX, STUDY_DATE, SERIES_DATE, ACCESSION = (
    *(0x0010_0010, 0x0010_0020, 0x0010_0040),
    *(0x0008_0020, 0x0008_0021, 0x0008_0050),
)
DESCRIPTION, ADDRESS, WEIGHT = 0x0008_103E, 0x0010_1040, 0x0010_1030
REMOVED, METHOD, TRIAL, SITE = 0x0012_0062, 0x0012_0063, 0x0012_0020, 0x0012_0030
EVIDENCE, REFERENCED, REFERENCES = 0x0040_A375, 0x0008_1155, 0x0008_1199
CT = "1.2.840.10008.5.1.4.1.1.2"


def text(vr: str, value: str, codec: str = "ascii") -> Node:
    return Node(vr, value.encode(codec))


def uid(value: str) -> Node:
    return text("UI", value)


def nameless(**more: Any) -> Tree:
    made = {
        KIND: uid(CT),
        OWN: uid("2.25.1"),
        STUDY: uid("2.25.2"),
        SERIES: uid("2.25.3"),
        PLACE: uid("2.25.4"),
        NAME: text("PN", "SM1"),
        ID: text("LO", "SM1"),
        **{int(tag, 16): node for tag, node in more.items()},
    }
    return marked(made, Options())


SOURCE: Tree = {
    KIND: uid(CT),
    OWN: uid("1.2.1"),
    STUDY: uid("1.2.2"),
    SERIES: uid("1.2.3"),
    PLACE: uid("1.2.4"),
    NAME: text("PN", "Doe^Jane"),
    ID: text("LO", "P-7"),
    SEX: text("CS", "F"),
    STUDY_DATE: text("DA", "20200102"),
    ADDRESS: text("LO", "Main Street 1"),
    WEIGHT: text("DS", "70"),
}


def home(source: Tree = SOURCE) -> Home:
    made = Home()
    made.add(nameless(), source)
    return made


def result(*without: int, **more: Node) -> Tree:
    """A result of the nameless study."""
    reference: Tree = {0x0008_1150: uid(CT), REFERENCED: uid("2.25.1")}
    series: Tree = {REFERENCES: Node("SQ", items=(reference,)), SERIES: uid("2.25.3")}
    made = nameless() | {
        OWN: uid("1.9.1"),
        SERIES: uid("1.9.3"),
        EVIDENCE: Node("SQ", items=({STUDY: uid("2.25.2"), 0x0008_1115: Node("SQ", items=(series,))},)),
        SERIES_DATE: text("DA", "20260101"),
        DESCRIPTION: text("LO", "Organs"),
        STUDY_DATE: text("DA", "19990101"),
        ACCESSION: text("SH", "X1"),
    }
    made |= {int(tag, 16): node for tag, node in more.items()}
    return {tag: made[tag] for tag in sorted(made) if tag not in without}


def value(tree: Tree, tag: int) -> str:
    charset = character_set(tree[CHARSET].value) if CHARSET in tree else CharacterSet()
    return text_of(tree[tag], charset)


def test_patient_and_study_are_those_of_the_series_again() -> None:
    made = brought_home(result(), home())
    assert made.patient
    for tag in (NAME, ID, SEX, STUDY_DATE, ADDRESS, WEIGHT, STUDY):
        assert made.tree[tag] == SOURCE[tag]


def test_what_the_study_does_not_say_is_empty_or_gone() -> None:
    made = brought_home(result(**{"00101090": text("LO", "wrong record")}), home()).tree
    assert made[ACCESSION].value == b""  # of type 2, so that it may not be missing
    assert 0x0010_1090 not in made


def test_dates_and_names_of_the_result_s_own_stay() -> None:
    before, made = result(), brought_home(result(), home()).tree
    for tag in (OWN, SERIES, SERIES_DATE, DESCRIPTION, KIND):
        assert made[tag] == before[tag]


def test_references_at_every_level_lead_to_the_original() -> None:
    made = brought_home(result(), home())
    (study,) = made.tree[EVIDENCE].items or ()
    (series,) = study[0x0008_1115].items or ()
    (image,) = series[REFERENCES].items or ()
    assert [value(each, tag) for each, tag in ((study, STUDY), (series, SERIES), (image, REFERENCED))] == [
        *("1.2.2", "1.2.3", "1.2.1"),
    ]
    assert value(made.tree, PLACE) == "1.2.4"
    assert made.uids == 5  # the study's own and the frame of reference with them
    assert not made.unknown


def test_uids_in_private_attributes_come_back_too() -> None:
    private = {
        "00110010": text("LO", "MAKER"),
        "00111001": text("UI", "2.25.1\\1.5"),
        "00111002": Node("UN", b"2.25.3\0\0"),
        "00111003": Node("UN", bytes(range(200))),
        "00111004": Node("SQ", items=({0x0011_1001: uid("2.25.4")},)),
    }
    made = brought_home(result(**private), home()).tree
    assert made[0x0011_1001].value == b"1.2.1\\1.5"
    assert made[0x0011_1002].value == b"1.2.3"
    assert made[0x0011_1003].value == bytes(range(200))
    assert (made[0x0011_1004].items or ())[0][0x0011_1001].value == b"1.2.4"


def test_kinds_of_objects_are_never_taken_for_something_else() -> None:
    hostile = Home()
    hostile.add(nameless(**{"00081150": uid("1.2.840.10008.5.1.4.1.1.66.4")}), SOURCE | {0x0008_1150: uid(CT)})
    made = brought_home(result(**{"00080016": uid("1.2.840.10008.5.1.4.1.1.66.4")}), hostile).tree
    assert value(made, KIND) == "1.2.840.10008.5.1.4.1.1.66.4"


def test_unknown_references_stay_and_are_counted() -> None:
    strange = Node("SQ", items=({REFERENCED: uid("1.7.7")}, {REFERENCED: uid("1.7.7")}, {REFERENCED: uid("2.25.1")}))
    made = brought_home(result(**{"00082112": strange}), home())
    assert made.unknown == {"1.7.7"}
    assert [value(item, REFERENCED) for item in made.tree[0x0008_2112].items or ()] == ["1.7.7", "1.7.7", "1.2.1"]


def test_the_marks_of_de_identification_go() -> None:
    made = brought_home(result(), home()).tree
    assert value(made, REMOVED) == "NO"
    assert not {METHOD, 0x0012_0064, 0x0028_0303} & made.keys()


def test_marks_of_an_earlier_de_identification_are_those_of_the_series() -> None:
    earlier = SOURCE | {REMOVED: text("CS", "YES"), METHOD: text("LO", "by hand"), 0x0028_0303: text("CS", "MODIFIED")}
    made = brought_home(result(), home(earlier)).tree
    for tag in (REMOVED, METHOD, 0x0028_0303):
        assert made[tag] == earlier[tag]
    assert 0x0012_0064 not in made


def test_a_trial_that_others_wrote_down_stays_and_ours_comes_back() -> None:
    theirs = {"00120030": text("LO", "Site 5"), "00120020": text("LO", "dummy")}
    made = brought_home(result(**theirs), home(SOURCE | {TRIAL: text("LO", "Trial 1")})).tree
    assert value(made, SITE) == "Site 5"
    assert value(made, TRIAL) == "Trial 1"


def test_a_wrong_patient_in_a_result_of_our_study_is_put_right() -> None:
    made = brought_home(result(**{"00100010": text("PN", "Wrong^Person")}), home()).tree
    assert value(made, NAME) == "Doe^Jane"


def test_a_result_of_another_study_gets_references_but_no_patient() -> None:
    other = result(**{"0020000D": uid("1.8.8"), "00100010": text("PN", "Wrong^Person")})
    assert belonging(other, home()) is Belonging.REFERENCES
    made = brought_home(other, home())
    assert not made.patient
    assert value(made.tree, NAME) == "Wrong^Person"
    assert value(made.tree, STUDY) == "1.8.8"
    assert value(made.tree, REMOVED) == "YES"
    assert made.uids == 4


def test_what_refers_to_nothing_of_the_study_belongs_elsewhere() -> None:
    assert belonging(result(EVIDENCE, PLACE, **{"0020000D": uid("1.8.8")}), home()) is Belonging.NOTHING
    assert belonging({}, home()) is Belonging.NOTHING


def test_an_image_of_the_nameless_study_is_no_result() -> None:
    assert belonging(nameless(), home()) is Belonging.IMAGE


def test_studies_whose_uids_were_retained_are_known_as_well() -> None:
    kept = Home()
    kept.add(SOURCE | {NAME: text("PN", "SM1")}, SOURCE)
    tree = result(EVIDENCE, **{"0020000D": uid("1.2.2"), "00200052": uid("1.2.4")})
    assert belonging(tree, kept) is Belonging.STUDY
    assert belonging(SOURCE, kept) is Belonging.IMAGE
    other = Node("SQ", items=({REFERENCED: uid("1.2.1")},))
    assert brought_home(tree | {0x0008_2112: other}, kept).unknown == frozenset()


def test_references_lead_to_new_instances_whoever_is_met_first() -> None:
    """An instance that got a new UID is called so, whatever other instances of the study call it."""
    pointing = nameless(**{"00082112": Node("SQ", items=({REFERENCED: uid("2.25.11")},))}) | {OWN: uid("2.25.10")}
    back = SOURCE | {OWN: uid("1.3.10"), 0x0008_2112: Node("SQ", items=({REFERENCED: uid("1.2.11")},))}
    pointed, fresh = nameless() | {OWN: uid("2.25.11")}, SOURCE | {OWN: uid("1.3.11")}
    for pairs in ([(pointing, back), (pointed, fresh)], [(pointed, fresh), (pointing, back)]):
        both = Home()
        for pair in pairs:
            both.add(*pair)
        assert both.uids["2.25.11"] == "1.3.11"


def test_signatures_and_lengths_of_what_changes_go_and_are_told() -> None:
    signed = {"FFFAFFFA": Node("SQ", items=({},)), "00080000": Node("UL", bytes(4))}
    item: Tree = {0x0008_0000: Node("UL", bytes(4)), REFERENCED: uid("2.25.1"), 0xFFFA_FFFA: Node("SQ", items=({},))}
    untouched: Tree = {REFERENCED: uid("1.7.7"), 0xFFFA_FFFA: Node("SQ", items=({},))}
    made = brought_home(result(**signed, **{"00082112": Node("SQ", items=(item, untouched))}), home())
    assert {each.attribute for each in made.removed} == {
        *("SourceImageSequence[0].DigitalSignaturesSequence", "DigitalSignaturesSequence"),
    }
    first, second = made.tree[0x0008_2112].items or ()
    assert first == {REFERENCED: uid("1.2.1")}
    assert second is untouched
    assert not {0xFFFA_FFFA, 0x0008_0000} & made.tree.keys()


CASES = {
    "both plain": (None, "Doe^Jane", None, "Organs"),
    "name needs what the result has": ("ISO_IR 100", "Müller^Jürgen", "ISO_IR 192", "Größe"),
    "name in another set, result plain": ("ISO_IR 144", "Жюля", None, "Organs"),
    "name and result in sets without common letters": ("ISO_IR 144", "Жюля", "ISO_IR 100", "Größe"),
    "name in several sets": ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎", "ISO_IR 100", "Größe"),
    "result in several sets": ("ISO_IR 100", "Müller", "\\ISO 2022 IR 87", "山田"),
    "name undeclared and plain, result declared": (None, "Doe", "ISO_IR 192", "山田"),
}
CODECS = {None: "ascii", "ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8", "ISO_IR 144": "iso8859_5"}


def node_in(declared: str | None, vr: str, words: str) -> Node:
    found = character_set((declared or "").encode()).encode(words, name=vr == "PN")
    assert found is not None
    return Node(vr, found)


@pytest.mark.parametrize("case", CASES)
def test_text_of_both_reads_the_same_in_any_character_sets(case: str) -> None:
    theirs, name, ours, description = CASES[case]
    source = SOURCE | {NAME: node_in(theirs, "PN", name)} | ({CHARSET: text("CS", theirs)} if theirs else {})
    inner = Node("SQ", items=({0x0008_0104: node_in(ours, "LO", description)},))
    own = {"0008103E": node_in(ours, "LO", description), "00081140": inner}
    made = brought_home(result(**own, **({"00080005": text("CS", ours)} if ours else {})), home(source)).tree
    charset = character_set(made[CHARSET].value) if CHARSET in made else CharacterSet()
    assert charset.decode(made[NAME].value, name=True) == name
    assert charset.decode(made[DESCRIPTION].value) == description
    (item,) = made[0x0008_1140].items or ()
    assert charset.decode(item[0x0008_0104].value) == description


def test_an_item_with_a_character_set_of_its_own_keeps_it() -> None:
    item: Tree = {CHARSET: text("CS", "ISO_IR 100"), 0x0008_0104: text("LO", "Größe", "latin-1")}
    source = SOURCE | {CHARSET: text("CS", "ISO_IR 144"), NAME: text("PN", "Жюля", "iso8859_5")}
    own = {"00080005": text("CS", "ISO_IR 101"), "0008103E": text("LO", "Łódź", "iso8859_2")}
    made = brought_home(result(**own, **{"00081140": Node("SQ", items=(item,))}), home(source)).tree
    assert made[CHARSET].value == b"ISO_IR 192"
    assert made[NAME].value.decode() == "Жюля"
    assert (made[0x0008_1140].items or ())[0] == item


def test_text_that_is_not_in_its_declared_set_is_refused_where_a_name_needs_another() -> None:
    source = SOURCE | {CHARSET: text("CS", "ISO_IR 144"), NAME: text("PN", "Жюля", "iso8859_5")}
    broken = result(**{"0008103E": text("LO", "Größe", "latin-1")})
    with pytest.raises(UnusableInputError, match="SpecificCharacterSet"):
        brought_home(broken, home(source))


def test_malformed_text_stays_as_it_is_where_no_name_needs_more() -> None:
    broken = result(**{"0008103E": text("LO", "Größe", "latin-1")})
    made = brought_home(broken, home()).tree
    assert made[DESCRIPTION] == broken[DESCRIPTION]
    assert value(made, NAME) == "Doe^Jane"
