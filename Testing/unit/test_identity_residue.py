"""The search finds every kind of planted value wherever it is left, and raises no false alarm."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pydicom
import pytest
from pydicom import Dataset

from StegoMedLib.choices import PRESETS
from StegoMedLib.dicom import CharacterSet, Node, Tree
from StegoMedLib.dicom.hostile import open_object
from StegoMedLib.identity.deidentifier import Leaf, leaves
from StegoMedLib.identity.nameless import NamelessHeaders, source_tree
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Patient, Pseudonyms
from StegoMedLib.identity.residue import Residue, Search, named
from StegoMedLib.lab.benchmark.planted import plant, plant_anywhere
from Testing.trees import as_bytes, tree_in

PSEUDONYMS = Pseudonyms(bytes(range(32)))
PRIVATE = 0x00091001


def leaf(tag: int, vr: str, value: bytes, charset: CharacterSet | None = None) -> Leaf:
    return Leaf((tag,), Node(vr, value), charset or CharacterSet())


def search(*gone: Leaf, options: tuple[str, ...] = ()) -> Search:
    made = Search(Options.of(options))
    made.add(gone)
    return made


NAME = leaf(0x00100010, "PN", b"Zitzelsberger^Lee")
ID = leaf(0x00100020, "LO", b"QX-7310459")
DATE = leaf(0x00080020, "DA", b"19870302")
UID = leaf(0x0020000D, "UI", b"1.2.826.0.1.3680043.10.7713.33")


@pytest.mark.parametrize("vr", ["SH", "LO", "UN", "OB", "LT"])
@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (NAME, b"seen by dr. ZITZELSBERGER today "),
        (NAME, b"x/zitzelsberger_lee.dcm "),
        (NAME, "Zitzelsberger".encode("utf-16-le")),
        (NAME, b"\0" + "Zitzelsberger".encode("utf-16-be") + b"\0"),
        (ID, b"7310459 "),
        (ID, b"number:7310459; "),
        (DATE, b"IMG19870302T1200"),
        (DATE, b"on 1987-03-02 "),
        (DATE, b"am 02.03.1987 "),
        (DATE, b"03/02/1987"),
        (UID, b"of 1.2.826.0.1.3680043.10.7713.33 "),
    ],
)
def test_what_is_left_is_named(gone: Leaf, left: bytes, vr: str) -> None:
    found = search(gone).in_tree({0x00181210: Node(vr, left), 0x00180050: Node("DS", b"3 ")})
    assert found == [Residue("ConvolutionKernel", named(gone.path))]


def test_what_is_left_deep_down_is_named_with_its_place() -> None:
    inner: Tree = {0x00091001: Node("LO", b"Zitzelsberger ")}
    tree = {0x00081115: Node("SQ", items=({}, {0x00081199: Node("SQ", items=(inner,))}))}
    (found,) = search(NAME).in_tree(tree)
    assert found.where == "ReferencedSeriesSequence[1].ReferencedSOPSequence[0].(0009,1001)"


@pytest.mark.parametrize("codec", ["latin-1", "utf-8", "utf-16-le", "gb18030"])
def test_foreign_letters_are_found_in_any_encoding(codec: str) -> None:
    name = leaf(0x00100010, "PN", "Schüßlinger^Wülfhild".encode(), CharacterSet("utf-8"))
    assert search(name).in_tree({0x00181210: Node("SH", "bei Schüßlinger".encode(codec))})


def test_names_of_files_and_preambles_are_searched() -> None:
    assert search(NAME).in_name(PurePosixPath("001/zitzelsberger.dcm"))
    assert search(ID).in_name(PurePosixPath("7310459/00001.dcm"))
    assert search(NAME).in_bytes(b"Zitzelsberger", "the preamble")
    assert not search(NAME, ID, DATE, UID).in_name(PurePosixPath("001/00001.dcm"))


def test_a_number_in_the_name_of_a_file_is_no_patient() -> None:
    assert not search(leaf(0x00100020, "LO", b"00001 ")).in_name(PurePosixPath("001/00001.dcm"))


def test_a_long_text_is_searched_for_too() -> None:
    address = leaf(0x00080081, "ST", b"word " * 500 + b"Zitzelsberger")
    assert search(address).in_tree({0x00181210: Node("SH", b"Zitzelsberger ")})


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (leaf(0x00100010, "PN", b"The^Basic^Identity"), {0x00082111: Node("ST", b"")}),
        (leaf(0x00100030, "DA", b"19000101"), {0x00080023: Node("DA", b"19000101")}),  # a dummy
        (leaf(0x00100010, "PN", b"REMOVED"), {0x00180024: Node("SH", b"REMOVED ")}),
        (
            leaf(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.2"),
            {0x00080016: Node("UI", b"1.2.840.10008.5.1.4.1.1.2\0")},
        ),
        (DATE, {0x00200032: Node("DS", b"-0.19870302\\1\\2 ")}),
        (DATE, {0x00080018: Node("UI", b"2.25.1987030212345678901234567890123456\0")}),
        (leaf(0x00080080, "LO", b"Heart and Lung"), {0x00180015: Node("LO", b"heart lung")}),
        (leaf(0x00081030, "LO", b"Routine sequence Zulu"), {0x00180024: Node("SH", b"*zulu ")}),
        (leaf(PRIVATE, "LO", b"MEDCOM 9.1"), {0x00180024: Node("SH", b"MEDCOM")}),
        (leaf(0x00100010, "PN", b"Head"), {0x00180015: Node("CS", b"HEAD")}),
    ],
)
def test_what_names_nobody_is_no_alarm(gone: Leaf, left: Tree) -> None:
    assert search(gone).in_tree(left) == []


def header(**attributes: Any) -> Dataset:
    dataset = Dataset()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def both(dataset: Dataset, *options: str) -> tuple[Search, Tree]:
    headers = NamelessHeaders(Options.of(options), PSEUDONYMS, derived=True)
    found = headers.of(dataset)
    made = Search(Options.of(options))
    made.add(found.gone)
    return made, found.nameless


def test_our_own_words_are_no_alarm() -> None:
    made, tree = both(header(PatientName="The^Basic^Retain^Region^Identity^Stegomed^Profile"))
    assert made.in_tree(tree) == []
    earlier = header(PatientName="Zitzelsberger", DeidentificationMethod="by Zitzelsberger")
    made, tree = both(earlier)
    assert [each.where for each in made.in_tree(tree)] == ["DeidentificationMethod"]


def test_what_an_option_keeps_is_no_alarm() -> None:
    """An institution or a serial number also stands where it goes: in private elements, in sequences."""
    request = header(InstitutionName="Xantenau Spital", StationName="KELLER7", StudyDate="20240229")
    dataset = header(InstitutionName="Xantenau Spital", DeviceSerialNumber="7310459", StationName="KELLER7")
    dataset.StudyInstanceUID, dataset.StudyDate = "1.2.3.4.5.6", "20240229"
    dataset.ReferringPhysicianIdentificationSequence = [request]
    block = dataset.private_block(0x0009, "ACME", create=True)
    block.add_new(0x01, "LO", "SN 7310459")
    block.add_new(0x02, "UI", "1.2.3.4.5.6")
    block.add_new(0x03, "DA", "20240229")
    made, tree = both(dataset, "institution", "device", "uids", "full-dates")
    assert made.in_tree(tree) == []
    made, tree = both(dataset)
    assert made.in_tree(tree | {0x00181210: Node("SH", b"Xantenau 7310459")})


def test_a_date_that_was_moved_onto_another_one_is_no_alarm() -> None:
    days = PSEUDONYMS.days
    first = dt.date(2024, 2, 29)
    second = first - dt.timedelta(days=days(Patient("4711")))
    dataset = header(PatientID="4711", StudyDate=f"{first:%Y%m%d}", ContentDate=f"{second:%Y%m%d}")
    made, tree = both(dataset, "modified-dates")
    assert made.in_tree(tree) == []
    assert made.in_tree(tree | {0x00181210: Node("SH", f"{first:%Y%m%d}".encode())})


def test_every_planted_value_is_found_where_it_is_left(make_image: Any) -> None:
    """One after the other is left in place of a description."""
    dataset = pydicom.dcmread(make_image())
    planted = plant(dataset)
    dataset.save_as(path := make_image().with_name("planted.dcm"))
    opened = open_object(path).dataset
    made, tree = both(opened)
    assert made.in_tree(tree) == []
    missed = []
    for each in planted:
        if re.search(r"^(meta|preamble|private bytes|\()|Time|Weight|CertificateOf", each.where):
            continue  # what is around a header is made anew; bytes, times and weights name nobody
        if each.where == "ProtocolName":
            continue  # plain words of descriptions are those of protocols
        if not made.in_tree({0x00181210: Node("UT", each.value.encode())}):
            missed.append(each.where)
    assert missed == []


def test_a_name_where_nothing_looks_is_found(make_image: Any) -> None:
    dataset = pydicom.dcmread(make_image())
    plant(dataset)
    planted = plant_anywhere(dataset)
    dataset.save_as(path := make_image().with_name("anywhere.dcm"))
    made, tree = both(open_object(path).dataset)
    name = planted[0].value.strip("*")
    made.add([leaf(0x00100010, "PN", name.encode(), CharacterSet("utf-8"))])
    assert {each.where for each in made.in_tree(tree)} >= {"SequenceName", "ConvolutionKernel"}


def test_nothing_of_what_is_searched_is_shown() -> None:
    assert "itzels" not in repr(search(NAME)) + repr(NAME)


@pytest.mark.data
@pytest.mark.parametrize("preset", PRESETS)
def test_no_alarm_on_any_series(data_dir: Path, preset: str) -> None:
    alarms = {}
    for folder in sorted((data_dir / "curated").iterdir()):
        files = sorted(folder.rglob("*.dcm"))
        made, trees = Search(Options.of(PRESETS[preset])), []
        headers = NamelessHeaders(Options.of(PRESETS[preset]), PSEUDONYMS, derived=True)
        for path in files[:: max(1, len(files) // 6)]:
            found = headers.of(open_object(path).dataset)
            made.add(found.gone)
            trees.append(found.nameless)
        alarms[folder.name] = sorted({str(each) for tree in trees for each in made.in_tree(tree)})
    assert {name: found for name, found in alarms.items() if found} == {}


@pytest.mark.data
def test_a_header_as_it_came_is_full_of_alarms(data_dir: Path) -> None:
    path = min((data_dir / "curated" / "ct_thorax_lidc").rglob("*.dcm"))
    dataset = open_object(path).dataset
    made, _ = both(dataset)
    found = {each.where for each in made.in_tree(source_tree(dataset))}
    assert {"StudyInstanceUID", "SOPInstanceUID", "PatientID"} <= found


def test_every_leaf_of_a_tree_has_its_place_in_words() -> None:
    dataset = header(ReferencedSeriesSequence=[header(SeriesInstanceUID="1.2"), header(SeriesInstanceUID="1.3")])
    assert [named(each.path) for each in leaves(tree_in(dataset))] == [
        "ReferencedSeriesSequence[0].SeriesInstanceUID",
        "ReferencedSeriesSequence[1].SeriesInstanceUID",
    ]
    assert as_bytes(tree_in(dataset))
