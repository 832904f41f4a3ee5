"""A sequence that lies in a value of VR UN is looked into, and written again as it lay there (PS3.5 6.2.2)."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest

from StegoMedLib.dicom import Node, Style, read_tree, write_tree
from StegoMedLib.identity.changes import applied, changes

TAG = 0x00091005
NAME = 0x00100010
ITEM = b"\xfe\xff\x00\xe0\x10\x00\x00\x00" + b"\x10\x00\x10\x00\x08\x00\x00\x00Doe^Jane"
AS_UN = b"\x09\x00\x05\x10UN\x00\x00\x18\x00\x00\x00" + ITEM


def test_its_items_are_known() -> None:
    (item,) = read_tree(AS_UN)[TAG].items or ()
    assert item == {NAME: Node("PN", b"Doe^Jane")}


@pytest.mark.parametrize("style", [Style(), Style(open_sequences=False), Style(open_items=True)])
def test_it_is_written_as_it_was_read(style: Style) -> None:
    assert write_tree(read_tree(AS_UN), style) == {TAG: AS_UN}


def test_it_comes_back_where_it_was_removed_or_changed() -> None:
    before = read_tree(AS_UN)
    for after in ({}, {TAG: Node("SQ", items=({NAME: Node("PN", b"NOBODY")},))}, {TAG: Node("SQ", items=({},))}):
        made, lost = applied(after, changes(before, after))
        assert (made, lost) == (before, [])
        assert write_tree(made) == {TAG: AS_UN}


def test_it_comes_back_where_only_its_form_was_changed() -> None:
    before = read_tree(AS_UN)
    after = {TAG: Node("SQ", items=before[TAG].items)}
    assert applied(after, changes(before, after)) == (before, [])


def test_an_emptied_one_is_an_empty_sequence() -> None:
    (content,) = write_tree({TAG: Node("UN", items=())}).values()
    element = pydicom.dcmread(BytesIO(content), force=True)[TAG]
    assert (element.VR, len(element.value)) == ("SQ", 0)
