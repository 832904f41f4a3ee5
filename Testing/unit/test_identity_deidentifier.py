"""Headers lose the identity at every level and in every disguise, and keep what makes them useful."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import UID

from StegoMedLib.dicom import CharacterSet, Node, Style, Tree, tree_of
from StegoMedLib.identity.deidentifier import Deidentifier, leaves, patient_of, text_of, value_in
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Patient, Pseudonyms
from Testing.trees import as_bytes, tree_in

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY = "1.2.3.4.5.6"
PSEUDONYMS = Pseudonyms(bytes(range(32)))
CREATOR = "Philips PET Private Group"


def header(**attributes: Any) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.StudyInstanceUID = CT, "1.2.3.4.5.7", STUDY
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "Doe^Jane", "4711-0815", "19700131"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def item(**attributes: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def nameless(source: Dataset | Tree, *options: str, remove: tuple[str, ...] = (), pseudonyms: Any = PSEUDONYMS) -> Tree:
    tree = tree_in(source) if isinstance(source, Dataset) else source
    return Deidentifier(Options.of(options, remove), pseudonyms).nameless(tree).tree


def text(tree: Tree, tag: int) -> str | None:
    return text_of(tree[tag], CharacterSet()) if tag in tree else None


# Who it is


def test_name_id_and_study_id_are_never_empty() -> None:
    for source in (header(), Dataset(), header(PatientName="", PatientID="", StudyInstanceUID="")):
        made = nameless(source)
        assert value_in(made, "PatientName") == value_in(made, "PatientID") != ""
        assert value_in(made, "StudyID")
        assert list(made) == sorted(made)


def test_the_patient_is_the_same_in_every_image_and_another_one_is_not() -> None:
    one = nameless(header())
    same = nameless(header(PatientName="DOE^JANE^^", SOPInstanceUID="1.9", StudyInstanceUID="1.8"))
    other = nameless(header(PatientID="4711-0816"))
    assert value_in(one, "PatientID") == value_in(same, "PatientID") != value_in(other, "PatientID")


def test_a_patient_without_an_id_is_known_by_the_name() -> None:
    assert patient_of(tree_in(header(PatientID=""))) == Patient("", "", "Doe^Jane")
    assert patient_of(tree_in(header(IssuerOfPatientID="A"))) == Patient("4711-0815", "A")
    assert nameless(header(PatientID=""))[0x00100020] != nameless(header(PatientID="", PatientName="Roe"))[0x00100020]


def test_a_prescribed_pseudonym_is_used() -> None:
    made = nameless(header(), pseudonyms=Pseudonyms(bytes(32), {"4711-0815": "Trial 7"}))
    assert value_in(made, "PatientName") == value_in(made, "PatientID") == "Trial 7"


# UIDs


def test_uids_are_the_same_everywhere_also_where_they_are_referenced() -> None:
    reference = item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID="1.2.3.4.5.7")
    made = nameless(header(ReferencedSeriesSequence=[reference], ReferencedInstanceSequence=[reference]))
    uid = value_in(made, "SOPInstanceUID")
    for tag in (0x00081115, 0x0008114A):
        (inner,) = made[tag].items or ()
        assert value_in(inner, "ReferencedSOPInstanceUID") == uid
        assert value_in(inner, "ReferencedSOPClassUID") == CT
    assert UID(uid).is_valid
    assert uid.startswith("2.25.")
    assert len(uid) <= 64


def test_several_uids_in_one_value_are_mapped_one_by_one() -> None:
    tree = tree_in(header()) | {0x00080058: Node("UI", b"1.2.3.4.5.7\\1.2.9\0")}
    made = nameless(tree)
    first, second = value_in(made, "FailedSOPInstanceUIDList").split("\\")
    assert first == value_in(made, "SOPInstanceUID") != second


def test_uids_of_the_standard_stay() -> None:
    talairach = "1.2.840.10008.1.4.1.1"
    assert value_in(nameless(header(FrameOfReferenceUID=talairach)), "FrameOfReferenceUID") == talairach
    nearly = talairach + ".77"
    assert value_in(nameless(header(FrameOfReferenceUID=nearly)), "FrameOfReferenceUID") != nearly


def test_uids_stay_where_that_is_wanted() -> None:
    made = nameless(header(FrameOfReferenceUID="1.2.3"), "uids")
    assert value_in(made, "SOPInstanceUID") == "1.2.3.4.5.7"
    assert value_in(made, "FrameOfReferenceUID") == "1.2.3"


# Dates


def test_dates_are_moved_by_whole_weeks_and_keep_their_distances() -> None:
    source = header(StudyDate="20240229", ContentDate="20240307", AcquisitionDateTime="20240229103000.5+0100")
    made = nameless(source, "modified-dates")
    before, after = dt.date(2024, 2, 29), dt.datetime.strptime(value_in(made, "StudyDate"), "%Y%m%d").date()  # noqa: DTZ007
    assert (before - after).days % 7 == 0
    assert 7 <= (before - after).days <= 7 * 260
    assert before.weekday() == after.weekday()
    other = dt.datetime.strptime(value_in(made, "ContentDate"), "%Y%m%d").date()  # noqa: DTZ007
    assert other - after == dt.timedelta(days=7)
    assert value_in(made, "AcquisitionDateTime") == f"{after:%Y%m%d}103000.5+0100"


def test_dates_in_a_sequence_move_with_the_others() -> None:
    made = nameless(
        header(StudyDate="20240229", ReferencedSeriesSequence=[item(StudyDate="20240229")]), "modified-dates"
    )
    (inner,) = made[0x00081115].items or ()
    assert value_in(inner, "StudyDate") == value_in(made, "StudyDate") != "20240229"


def test_a_birth_date_is_not_only_moved() -> None:
    assert value_in(nameless(header(), "modified-dates"), "PatientBirthDate") == ""


def test_dates_and_times_go_without_an_option_and_stay_with_one() -> None:
    source = header(StudyDate="20240229", StudyTime="103000", InstanceCreationDate="20240229")
    made = nameless(source)
    assert (value_in(made, "StudyDate"), value_in(made, "StudyTime")) == ("", "")
    assert 0x00080012 not in made
    made = nameless(source, "full-dates")
    assert (value_in(made, "StudyDate"), value_in(made, "StudyTime")) == ("20240229", "103000")


@pytest.mark.parametrize(
    "value", [b"20240229 Doe^Jane ", b"20240229-20240301 ", b"202402", b"2024.02.29", b"29/02/24", b"\xb2024"]
)
def test_a_date_that_is_none_leaves_nothing(value: bytes) -> None:
    for tag, vr in ((0x00080020, "DA"), (0x0008002A, "DT")):
        made = nameless(tree_in(header()) | {tag: Node(vr, value)}, "modified-dates")
        assert (text(made, tag) or "") in ("", "19000101", "19000101000000")


@pytest.mark.parametrize("value", [b"Doe^Jane", b"20240229", b"1030; Doe "])
def test_a_time_that_is_none_leaves_nothing(value: bytes) -> None:
    made = nameless(tree_in(header()) | {0x00080030: Node("TM", value)}, "modified-dates")
    assert (text(made, 0x00080030) or "") == ""


def test_times_and_several_dates_are_understood() -> None:
    calibrations = {0x00181200: Node("DA", b"20240229\\\\20240307 "), 0x00181201: Node("TM", b"10:30:00\\103000 ")}
    made = nameless(tree_in(header(StudyDate="20240229", StudyTime="103000.123456")) | calibrations, "modified-dates")
    assert value_in(made, "TimeOfLastCalibration") == "10:30:00\\103000"
    assert value_in(made, "StudyTime") == "103000.123456"
    first, none, second = value_in(made, "DateOfLastCalibration").split("\\")
    assert first == value_in(made, "StudyDate")
    assert none == ""
    assert second != "20240307"


@pytest.mark.parametrize("vr", ["LO", "OB", "UN", "CS", "TM", "DS"])
def test_a_date_of_a_wrong_vr_does_not_slip_through(vr: str) -> None:
    made = nameless(tree_in(header()) | {0x00080020: Node(vr, b"20240229")}, "modified-dates", "descriptors")
    assert b"20240229" not in as_bytes(made)


# Private elements, groups and disguises


def private(dataset: Dataset) -> Dataset:
    block = dataset.private_block(0x7053, CREATOR, create=True)
    block.add_new(0x00, "DS", "1.5")
    block.add_new(0x55, "LO", "Doe")
    dataset.private_block(0x0009, "ACME", create=True).add_new(0x01, "PN", "Doe^Jane")
    dataset.add_new(0x00291010, "LO", "nobody's block")
    return dataset


def test_private_elements_go_at_every_level() -> None:
    source = private(header(ReferencedSeriesSequence=[private(item(ReferencedSOPInstanceUID="1.2"))]))
    made = nameless(source)
    assert not [leaf for leaf in leaves(made) if any((tag >> 16) % 2 for tag in leaf.path[::2])]


def test_safe_private_elements_stay_with_their_creator_and_nothing_else() -> None:
    made = nameless(private(header(ReferencedSeriesSequence=[private(item())])), "safe-private")
    kept = {tag: text(made, tag) for tag in made if (tag >> 16) % 2}
    assert kept == {0x70530010: CREATOR, 0x70531000: "1.5"}
    (inner,) = made[0x00081115].items or ()
    assert {tag for tag in inner if (tag >> 16) % 2} == set(kept)


def test_a_uid_in_a_safe_private_element_stands_for_the_same_as_elsewhere() -> None:
    source = header(SeriesInstanceUID="1.2.3.4.99")
    source.private_block(0x0099, "NQHeader", create=True).add_new(0x02, "UI", "1.2.3.4.99")
    made = nameless(source, "safe-private")
    assert text(made, 0x00991002) == value_in(made, "SeriesInstanceUID") != "1.2.3.4.99"
    assert text(nameless(source, "safe-private", "uids"), 0x00991002) == "1.2.3.4.99"


def test_a_sequence_in_a_safe_private_element_is_made_nameless() -> None:
    source = header()
    inner = item(PatientName="Doe^Jane", SliceThickness="3")
    source.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x5F, "SQ", [inner])
    made = nameless(source, "safe-private")
    kept = [leaf for leaf in leaves(made) if leaf.path[0] == 0x2001105F]
    assert b"Doe" not in as_bytes(made)
    assert not kept or all(leaf.path[-1] != 0x00100010 or not leaf.node.value.strip() for leaf in kept)


@pytest.mark.parametrize("tag", [0x00081115, 0x0008114A])
def test_a_sequence_that_was_written_as_unknown_is_made_nameless(tag: int) -> None:
    content: Tree = {0x00080005: Node("CS", b"ISO_IR 100"), 0x00100010: Node("PN", b"Doe^Jane")}
    value = as_bytes({tag: Node("SQ", items=(content,))}, Style(implicit=True, open_sequences=False))[8:]
    unknown = RawDataElement(Tag(tag), "UN", len(value), value, 0, False, True)  # noqa: FBT003
    made = nameless(tree_in(header()) | tree_of({Tag(tag): unknown}, ["iso8859"]))
    assert made[tag].items
    assert b"Doe" not in as_bytes(made)


@pytest.mark.parametrize("vr", ["UN", "OB", "LT"])
def test_bytes_where_a_sequence_should_be_go(vr: str) -> None:
    made = nameless(tree_in(header()) | {0x00081115: Node(vr, b"Doe^Jane")})
    assert 0x00081115 not in made


def test_what_is_no_part_of_a_data_set_goes() -> None:
    tree = tree_in(header()) | {
        0x00000002: Node("UI", b"1.2"),
        0x00020016: Node("AE", b"DOE "),
        0x00041220: Node("SQ", items=({0x00100010: Node("PN", b"Doe^Jane")},)),
        0x00080000: Node("UL", bytes(4)),
        0x4FFE0001: Node("SQ", items=({0x04000005: Node("US", b"\1\0")},)),
        0x50003000: Node("OW", b"Doe^Jane"),
        0x60000010: Node("US", b"\1\0"),
        0x60023000: Node("OW", b"Doe^Jane"),
        0xFFFAFFFA: Node("SQ", items=({0x04000005: Node("US", b"\1\0")},)),
        0xFFFCFFFC: Node("OB", b"Doe^Jane"),
    }
    assert set(nameless(tree)) == {0x00080016, 0x00080018, 0x00100010, 0x00100020, 0x00100030, 0x0020000D, 0x00200010}


def test_what_goes_stays_away_at_every_level() -> None:
    inner = tree_in(header()) | {0x60003000: Node("OW", b"Doe^Jane"), 0x00080000: Node("UL", bytes(4))}
    made = nameless(tree_in(header()) | {0x00081115: Node("SQ", items=(inner,))})
    assert b"Doe" not in as_bytes(made)
    assert {leaf.path[-1] for leaf in leaves(made)} & {0x60003000, 0x00080000} == set()


def test_a_sequence_that_is_replaced_says_nothing_at_any_level() -> None:
    inner = item(CodeValue="DOE", CodingSchemeDesignator="99DOE", CodeMeaning="Doe, Jane", DigitalSignatureUID="1.2.3")
    code = private(
        item(CodeValue="DOE", CodeMeaning="Doe, Jane", EquivalentCodeSequence=[inner], ContentDate="20240229")
    )
    tree = tree_in(header()) | {0x00401101: Node("SQ", items=(tree_in(code) | {0x00080000: Node("UL", bytes(4))},))}
    made = nameless(tree)
    (left,) = made[0x00401101].items or ()
    assert value_in(left, "CodeValue") == "REMOVED"
    assert {tag for tag in left if (tag >> 16) % 2 or not tag & 0xFFFF} == set()
    assert all(word not in as_bytes(made).upper() for word in (b"DOE", b"20240229", b"1.2.3\0"))


# Descriptions


def test_cleaned_descriptions_keep_what_names_nobody() -> None:
    source = header(StudyDescription="CT chest, Jane DOE, Dr. Zitzelsberger", SeriesDescription="T2 sag 3mm 4711-0815")
    made = nameless(source, "descriptors")
    assert value_in(made, "StudyDescription") == "CT chest Dr"
    assert value_in(made, "SeriesDescription") == "T2 sag 3mm"


def test_a_name_that_is_a_word_of_medicine_goes_too() -> None:
    source = header(PatientName="Lung^Chest", StudyDescription="CT chest lung", OperatorsName="Head^Ann")
    assert value_in(nameless(source, "descriptors"), "StudyDescription") == "CT"


def test_a_description_with_nothing_harmless_goes() -> None:
    assert 0x00081030 not in nameless(header(StudyDescription="Zitzelsberger"), "descriptors")
    assert (
        value_in(nameless(header(StructureSetLabel="Zitzelsberger"), "descriptors"), "StructureSetLabel") == "REMOVED"
    )


@pytest.mark.parametrize("vr", ["UN", "OB", "CS", "PN", "UR", "AE"])
def test_a_description_of_a_wrong_vr_does_not_slip_through(vr: str) -> None:
    made = nameless(tree_in(header()) | {0x00081030: Node(vr, b"DOE JANE")}, "descriptors")
    assert b"DOE" not in as_bytes(made)


def test_codes_in_a_cleaned_sequence_stay_if_everybody_uses_them() -> None:
    known = item(CodeValue="77477000", CodingSchemeDesignator="SCT", CodeMeaning="Computed tomography")
    own = item(CodeValue="DOE7", CodingSchemeDesignator="99DOE", CodeMeaning="Doe, Jane")
    request = item(RequestedProcedureDescription="Doe head", RequestedProcedureCodeSequence=[known, own])
    made = nameless(header(RequestAttributesSequence=[request]), "descriptors")
    (kept,) = made[0x00400275].items or ()
    assert value_in(kept, "RequestedProcedureDescription") == "head"
    first, second = kept[0x00321064].items or ()
    assert value_in(first, "CodeValue") == "77477000"
    assert value_in(first, "CodeMeaning") == "Computed tomography"
    assert value_in(second, "CodeMeaning") == "REMOVED"
    assert b"DOE" not in as_bytes(made).upper()


# Character sets


@pytest.mark.parametrize(
    ("charset", "codec", "name"),
    [
        ("ISO_IR 100", "latin-1", "Schüßlinger^Wülfhild"),
        ("ISO_IR 192", "utf-8", "Щукин^Пётр"),
        ("ISO_IR 144", "iso8859-5", "Щукин^Пётр"),
        ("GB18030", "gb18030", "王^小东"),
        ("\\ISO 2022 IR 87", "iso2022_jp", "山田^太郎"),
    ],
)
def test_names_in_any_character_set_go_and_are_known(charset: str, codec: str, name: str) -> None:
    encoded = name.encode(codec)
    tree = tree_in(header()) | {0x00080005: Node("CS", charset.encode()), 0x00100010: Node("PN", encoded)}
    tree |= {0x00081030: Node("LO", b"CT " + encoded), 0x00100020: Node("LO", b"")}
    made = nameless({tag: tree[tag] for tag in sorted(tree)}, "descriptors")
    assert patient_of(tree).name.partition("^")[0] == name.partition("^")[0]
    assert value_in(made, "StudyDescription") == "CT"
    assert not any(part in as_bytes(made) for part in encoded.split(b"^") if len(part) > 2)


def test_an_item_has_a_character_set_of_its_own() -> None:
    inner = {0x00080005: Node("CS", b"ISO_IR 192"), 0x00081030: Node("LO", "Müller CT".encode())}
    tree = tree_in(header()) | {0x00080005: Node("CS", b"ISO_IR 100"), 0x00081110: Node("SQ", items=(inner,))}
    found = {leaf.path: leaf.text for leaf in leaves(tree)}
    assert found[0x00081110, 0, 0x00081030] == "Müller CT"


# What is told of it


def test_everything_that_is_not_as_it_was_is_told() -> None:
    source = tree_in(private(header(ReferencedSeriesSequence=[item(StudyDate="20240229", PatientName="Doe")])))
    found = Deidentifier(Options(), PSEUDONYMS).nameless(source)
    gone = {leaf.path for leaf in found.gone}
    left = {leaf.path: leaf.node for leaf in leaves(found.tree)}
    assert gone == {leaf.path for leaf in leaves(source) if left.get(leaf.path) != leaf.node}
    assert (0x00100010,) in gone
    assert (0x00091001,) in gone


def test_the_source_stays_as_it_is() -> None:
    source = tree_in(private(header(ReferencedSeriesSequence=[item(StudyDate="20240229")])))
    before = as_bytes(source)
    nameless(source, "modified-dates")
    assert as_bytes(source) == before


def test_attributes_may_be_removed_besides() -> None:
    source = header(SliceThickness="3", ReferencedStudySequence=[item(SliceThickness="3")])
    made = nameless(source, remove=("SliceThickness",))
    assert not [leaf for leaf in leaves(made) if leaf.path[-1] == 0x00180050]
    assert value_in(nameless(source), "SliceThickness") == "3"


def test_nothing_of_a_value_is_shown() -> None:
    found = Deidentifier(Options(), PSEUDONYMS).nameless(tree_in(header()))
    assert "Doe" not in repr(found) + repr(found.gone) + repr(patient_of(tree_in(header())))


def test_unknown_vrs_do_no_harm() -> None:
    tree: Tree = {0x00080018: Node("ZZ", b"1.2.3.44"), 0x00100010: Node("QQ", b"Doe"), 0x00321033: Node("ZZ", b"Doe ")}
    assert b"Doe" not in as_bytes(nameless(tree))
    assert tree_of({}, ["iso8859"]) == {}
