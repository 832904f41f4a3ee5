"""Any tree is read as it was written, what differs between two is enough to have one again, and bytes do no harm."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from StegoMedLib.dicom import Style, Tree, read_tree
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.changes import applied, changes
from Testing.trees import STYLES, as_bytes, read_in, trees

EXPLICIT = [style for style in STYLES if not style.implicit]


@given(trees(), st.sampled_from(EXPLICIT))
def test_any_tree_is_read_as_it_was_written(tree: Tree, style: Style) -> None:
    assert read_in(as_bytes(tree, style), style) == tree


@given(trees(lawful=True), st.sampled_from(STYLES))
def test_a_lawful_tree_is_read_as_it_was_written_without_vrs_too(tree: Tree, style: Style) -> None:
    assert read_in(as_bytes(tree, style), style) == tree


@given(trees(), trees())
def test_changes_give_back_what_was_before(before: Tree, after: Tree) -> None:
    assert applied(after, changes(before, after)) == (before, [])


@given(trees(), trees(), trees())
def test_changes_put_into_any_other_header_do_no_harm(before: Tree, after: Tree, other: Tree) -> None:
    made = changes(before, after)
    tree, lost = applied(other, made)
    assert set(lost) <= set(made)
    assert list(tree) == sorted(tree)


@given(trees())
def test_nothing_changes_where_nothing_differs(tree: Tree) -> None:
    assert changes(tree, tree) == {}
    assert applied(tree, {}) == (tree, [])


@given(trees().map(as_bytes), st.data())
def test_damaged_bytes_are_refused_or_written_again_as_they_are(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4)) if content else 0):
        damaged[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnusableInputError):
        assert as_bytes(read_tree(bytes(damaged))) == damaged


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_written_again_as_they_are(content: bytes) -> None:
    with suppress(UnusableInputError):
        assert as_bytes(read_tree(content)) == content
