"""Whatever a header holds, it comes out nameless, valid and whole enough to be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from StegoMedLib.choices import CLEANABLE, RETAINABLE
from StegoMedLib.dicom import Node, character_set
from StegoMedLib.identity.changes import applied, changes
from StegoMedLib.identity.deidentifier import Deidentifier, leaves, text_of, value_in
from StegoMedLib.identity.markers import marked
from StegoMedLib.identity.options import Options
from StegoMedLib.identity.pseudonyms import Patient, Pseudonyms
from StegoMedLib.identity.residue import Search
from StegoMedLib.identity.vocabulary import cleaned, words_of
from Testing.trees import STYLES, as_bytes, read_in, trees

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree

UTF8 = character_set(b"ISO_IR 192")
PSEUDONYMS = Pseudonyms(bytes(range(32)))
NAMES = [*RETAINABLE, *CLEANABLE]
OPTIONS = st.sets(st.sampled_from(NAMES)).filter(lambda names: not {"full-dates", "modified-dates"} <= names)
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=12)


def nameless(tree: Tree, names: set[str]) -> Tree:
    return Deidentifier(Options.of(names), PSEUDONYMS).nameless(tree).tree


@given(trees(), OPTIONS)
def test_any_header_can_be_made_nameless_and_written(tree: Tree, names: set[str]) -> None:
    made = marked(nameless(tree, names), Options.of(names))
    content = as_bytes(made)
    assert as_bytes(read_in(content, STYLES[2])) == content
    assert value_in(made, "PatientName") == value_in(made, "PatientID") != ""
    assert value_in(made, "StudyID")
    search = Search(Options.of(names))
    search.add(leaves(tree))
    search.in_tree(made)


@given(trees(lawful=True), OPTIONS)
def test_what_was_changed_gives_the_header_back(tree: Tree, names: set[str]) -> None:
    made = nameless(tree, names)
    written = read_in(as_bytes(made), STYLES[2])
    assert as_bytes(applied(written, changes(tree, made))[0]) == as_bytes(tree)


@given(trees(), OPTIONS)
def test_nothing_private_and_no_group_length_is_left(tree: Tree, names: set[str]) -> None:
    made = nameless(tree, names - {"safe-private"})
    tags = {tag for leaf in leaves(made) for tag in leaf.path[::2]}
    assert not [tag for tag in tags if (tag >> 16) % 2 or not tag & 0xFFFF]


@given(trees(lawful=True), WORDS, WORDS, OPTIONS)
def test_a_description_never_holds_a_word_of_a_name(tree: Tree, name: str, more: str, names: set[str]) -> None:
    tree = tree | {
        0x00080005: Node("CS", b"ISO_IR 192"),
        0x00081030: Node("LO", f"CT {more} {name} {name.upper()} chest".encode()),
        0x00100010: Node("PN", name.encode()),
    }
    made = nameless({tag: tree[tag] for tag in sorted(tree)}, names | {"descriptors"})
    left = {word.lower() for word in words_of(value_in(made, "StudyDescription"))}
    assert not left & {word.lower() for word in words_of(text_of(tree[0x00100010], UTF8))}


@given(WORDS, st.lists(WORDS, max_size=3))
def test_cleaned_words_are_words_of_the_text(text: str, names: list[str]) -> None:
    left = cleaned(text, {name.lower() for name in names})
    assert left.isascii()
    assert set(words_of(left)) <= set(words_of(text))
    assert not set(words_of(left.lower())) & {name.lower() for name in names}
    assert cleaned(left, {name.lower() for name in names}) == left


@given(st.text(max_size=70), st.text(max_size=70))
def test_any_uid_stands_for_a_valid_one(one: str, other: str) -> None:
    assert UID(PSEUDONYMS.uid(one)).is_valid
    assert (PSEUDONYMS.uid(one) == PSEUDONYMS.uid(other)) == (one == other)


@given(st.dates(), st.text(max_size=20), st.text(max_size=5))
def test_any_date_moves_by_whole_weeks_or_is_none(date: object, patient: str, issuer: str) -> None:
    digits = f"{date:%Y%m%d}".rjust(8, "0")
    moved = PSEUDONYMS.moved(digits, Patient(patient, issuer))
    if moved is not None:
        assert len(moved) == 8
        assert moved.isdigit()
        assert moved < digits


@given(st.text(max_size=30))
def test_any_text_is_moved_to_a_date_or_is_none(text: str) -> None:
    moved = PSEUDONYMS.moved(text, Patient("1"))
    assert moved is None or moved[:8].isdigit()
