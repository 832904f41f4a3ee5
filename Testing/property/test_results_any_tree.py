"""Any header: what UIDs stand for can be put in their place and taken out again, and nothing else ever changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.dicom import Node, Tree, character_set, read_tree, write_tree
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.patient_modules import is_of_study, said_as_in
from StegoMedLib.identity.results import Home, brought_home

if TYPE_CHECKING:
    from collections.abc import Iterator

CHARSET, NAME, TITLE = 0x0008_0005, 0x0010_0010, 0x0008_103E
KNOWN = {f"2.25.{number}": f"1.2.{number}" for number in range(4)}
BACK = {meant: uid for uid, meant in KNOWN.items()}
UIDS = st.lists(st.sampled_from([*KNOWN, "1.9.9", "1.2.840.10008.1.2", ""]), min_size=1, max_size=3)
TAGS = st.sampled_from([0x0008_0018, 0x0008_1155, 0x0011_1001, 0x0020_000E, 0x0020_0052, 0x3006_0024, 0x6001_1010])
SEQUENCES = st.sampled_from([0x0008_1140, 0x0011_1010, 0x0040_A730, 0x5200_9229])
LEAVES = st.one_of(
    st.builds(lambda uids: Node("UI", "\\".join(uids).encode()), UIDS),
    st.builds(lambda value: Node("UN", value), st.binary(max_size=70)),
    st.builds(lambda value: Node("LO", value), st.binary(max_size=20)),
)
TREES = st.recursive(
    st.dictionaries(TAGS, LEAVES, max_size=4),
    lambda inner: st.builds(
        lambda values, items: values | {tag: Node("SQ", items=tuple(each)) for tag, each in items.items()},
        st.dictionaries(TAGS, LEAVES, max_size=3),
        st.dictionaries(SEQUENCES, st.lists(inner, max_size=3), max_size=2),
    ),
    max_leaves=12,
)


def values(tree: Tree) -> Iterator[tuple[str, bytes]]:
    for tag in sorted(tree):
        node = tree[tag]
        yield f"{tag:08X}", node.value
        for item in node.items or ():
            yield from values(item)


@given(TREES)
def test_there_and_back_again_is_the_same_header(tree: Tree) -> None:
    there = brought_home(tree, Home(dict(KNOWN), {}))
    back = brought_home(there.tree, Home(dict(BACK), {}))
    assert write_tree(back.tree) == write_tree(tree)
    assert there.uids == back.uids


@given(TREES)
def test_no_known_uid_is_left_and_nothing_else_changes(tree: Tree) -> None:
    found = brought_home(tree, Home(dict(KNOWN), {}))
    expected = [
        (
            place,
            b"\\".join(KNOWN.get(uid.decode("latin-1").strip("\0 "), "").encode() or uid for uid in value.split(b"\\")),
        )
        for place, value in values(tree)
    ]
    assert [(place, value.rstrip(b"\0 ")) for place, value in values(found.tree)] == [
        (place, value.rstrip(b"\0 ")) for place, value in expected
    ]


@given(TREES)
def test_a_header_without_known_uids_is_not_even_copied(tree: Tree) -> None:
    assert brought_home(tree, Home({}, {})).tree is tree


SETS = [
    b"",
    b"ISO_IR 100",
    b"ISO_IR 144",
    b"ISO_IR 192",
    b"GB18030",
    b"\\ISO 2022 IR 87",
    b"ISO 2022 IR 100\\ISO 2022 IR 126",
]
WORDS = st.text(st.sampled_from("Doe üßЖЮ山田αΩ"), max_size=8).map(str.strip)


def header(charset: bytes, tag: int, vr: str, words: str) -> Tree | None:
    """A header with a text; None where its character set does not have it."""
    value = character_set(charset).encode(words, name=vr == "PN")
    if value is None:
        return None
    return ({CHARSET: Node("CS", charset)} if charset else {}) | {tag: Node(vr, value)}


@given(st.sampled_from(SETS), WORDS, st.sampled_from(SETS), WORDS)
def test_texts_of_any_two_headers_read_the_same_in_one(ours: bytes, title: str, theirs: bytes, name: str) -> None:
    own, study = header(ours, TITLE, "LO", title), header(theirs, NAME, "PN", name)
    if own is None or study is None:
        return
    nested = own | {0x0008_1140: Node("SQ", items=({TITLE: own[TITLE]},))}
    made = read_tree(b"".join(write_tree(said_as_in(nested, study)).values()))
    charset = character_set(made[CHARSET].value.rstrip(b" ") if CHARSET in made else b"")
    assert charset.decode(made[NAME].value.rstrip(b" "), name=True) == name
    for each in (made, *(made[0x0008_1140].items or ())):
        assert charset.decode(each[TITLE].value.rstrip(b" ")) == title


@given(TREES, TREES)
def test_of_any_two_headers_one_says_who_it_is_and_the_other_all_the_rest(tree: Tree, study: Tree) -> None:
    study = study | {NAME: Node("PN", b"Doe^Jane")}
    try:
        made = said_as_in(tree | {NAME: Node("PN", b"SM1"), 0x0010_1090: Node("LO", b"X")}, study)
    except UnusableInputError:
        return
    assert {tag: node for tag, node in made.items() if is_of_study(tag)} == {NAME: Node("PN", b"Doe^Jane")}
    rest = {tag: node for tag, node in made.items() if not is_of_study(tag) and tag >> 16 != 0x0012}
    assert rest == tree
