"""Data sets as trees of values: read as they lie in a file, compared, changed, and written again byte for byte."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING, TypeAlias

from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset, read_sequence
from pydicom.filewriter import write_data_element
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

from StegoMedLib.dicom.element_headers import (
    HEADER,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    element_header,
    item_header,
    vr_in_dictionary,
)
from StegoMedLib.dicom.encoding import TEXT, swapped, vr_of
from StegoMedLib.dicom.hostile import translated
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydicom import DataElement, Dataset

    from StegoMedLib.dicom.encoding import Element

__all__ = ["Node", "Style", "Tree", "read_tree", "tree_of", "write_tree"]

_PAIR = 4
"""Bytes of a tag."""


@dataclass(frozen=True)
class Node:
    """Value of an element.

    Attributes
    ----------
    vr : str
        Value representation, ``UN`` where nobody knows.
    value : bytes
        Value field in little endian; none where there are items, unless they lie in a value of VR UN.
    items : tuple of Tree or None
        Of a sequence.
    fragments : bool
        The value consists of fragments, and a delimiter ends it (PS3.5 A.4).
    """

    vr: str
    value: bytes = b""
    items: tuple[Tree, ...] | None = None
    fragments: bool = False

    def __repr__(self) -> str:
        """Show nothing of a value."""
        return f"Node({self.vr})"


Tree: TypeAlias = "dict[int, Node]"
"""Values by tag."""


@dataclass(frozen=True)
class Style:
    """How a data set lies in a file, little endian in any case (PS3.5 7.1, 7.5).

    Attributes
    ----------
    implicit : bool
        VRs are not written.
    open_sequences, open_items : bool
        Sequences, and items, have no length, and are ended by delimiters.
    """

    implicit: bool = False
    open_sequences: bool = True
    open_items: bool = False


def tree_of(elements: Mapping[int, Element], charset: Sequence[str], *, signed: bool = False) -> Tree:
    """The tree of some elements.

    Parameters
    ----------
    elements : mapping of tag to DataElement or RawDataElement
        As :meth:`pydicom.Dataset.get_item` gives them; those that are undecoded stay byte for byte.
    charset : sequence of str
        Python encodings for the text elements that are decoded.
    signed : bool
        Pixels are signed, which decides the VR of "US or SS" attributes from implicit sources.

    Raises
    ------
    UnusableInputError
        An element is malformed; the sentence has its file as its unnamed subject ("it").
    """
    with translated("one of its attributes is malformed; export it again."):
        return {int(tag): _node(elements[tag], charset, signed=signed) for tag in sorted(elements)}


def _node(element: Element, charset: Sequence[str], *, signed: bool) -> Node:
    if isinstance(element, RawDataElement):
        vr = vr_of(element, signed=signed)
        if vr == "SQ":
            element = convert_raw_data_element(element._replace(VR="SQ"), encoding=list(charset))
        elif vr == "UN" and (vr_in_dictionary(element.tag) or _may_be_items(element)):
            return _unknown(element, charset, signed=signed)
        else:
            vr = vr if vr.isascii() else "UN"  # which could not be written again
            value = element.value or b""
            value = value if element.is_little_endian else swapped(value, vr)
            return Node(vr, value, fragments=element.length == UNDEFINED)
    if element.VR == "SQ":
        return Node("SQ", items=_items(element.value or (), charset, signed=signed))
    return _decoded(element, charset)


def _may_be_items(element: RawDataElement) -> bool:
    return (element.value or b"").startswith(item_header(ITEM, 0)[:_PAIR])


def _items(items: Iterable[Dataset], charset: Sequence[str], *, signed: bool) -> tuple[Tree, ...]:
    return tuple(tree_of(dict(item.items()), charset, signed=signed) for item in items)


def _unknown(element: RawDataElement, charset: Sequence[str], *, signed: bool) -> Node:
    """A value of VR UN; the VR is what the dictionary says; what holds items is looked into, and stays as it is.

    A sequence in there is implicit VR little endian whatever the file is (PS3.5 6.2.2).
    """
    value, vr = element.value or b"", vr_in_dictionary(element.tag)
    if _may_be_items(element):
        with suppress(UnusableInputError), translated("it is not a sequence."):
            items = read_sequence(BytesIO(value), True, True, len(value), list(charset))  # noqa: FBT003 pydicom's
            if _length(items) in (len(value), len(value) - HEADER):  # pydicom passes over what it cannot read
                return Node("UN", value, items=_items(items, charset, signed=signed))
    known = vr is not None and vr != "SQ" and len(vr) == len("UN")
    return Node(vr if known and vr else "UN", value, fragments=element.length == UNDEFINED)


def _length(items: Iterable[Dataset]) -> int:
    """Bytes of items as they were read in implicit VR; a delimiter behind them is not counted."""
    total = 0
    for item in items:
        total += HEADER * (2 if getattr(item, "is_undefined_length_sequence_item", False) else 1)
        for element in dict(item.items()).values():
            total += HEADER
            if not isinstance(element, RawDataElement):
                total += _length(element.value or ()) + HEADER * element.is_undefined_length
            elif element.length == UNDEFINED:
                total += len(element.value or b"") + HEADER
            else:
                total += element.length
    return total


def _decoded(element: DataElement, charset: Sequence[str]) -> Node:
    """Element that somebody set or looked at, through pydicom's own writer."""
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_data_element(buffer, element, list(charset))
    content = buffer.getvalue()
    vr = content[_PAIR : _PAIR + len(element.VR)].decode("ascii")  # UN where the value is longer than its VR takes
    return Node(vr, content[len(element_header(element.tag, vr, 0)) :])


def read_tree(content: bytes) -> Tree:
    """The tree of a data set in explicit VR little endian, as `write_tree` writes it.

    Raises
    ------
    UnusableInputError
        It is none; the sentence has it as its unnamed subject ("it").
    """
    with translated("its data set is damaged."):
        dataset = read_dataset(BytesIO(content), is_implicit_VR=False, is_little_endian=True)
        tree = tree_of(dict(dataset.items()), ["iso8859"])
    if b"".join(write_tree(tree).values()) != content:  # pydicom passes over what it cannot read
        raise UnusableInputError("its data set is damaged.")
    return tree


def write_tree(tree: Tree, style: Style = Style()) -> dict[int, bytes]:
    """Elements of a tree as bytes, in the order of their tags."""
    return {tag: _written(tag, tree[tag], style) for tag in sorted(tree)}


def _written(tag: int, node: Node, style: Style) -> bytes:
    if node.items is not None and not node.value:
        return _sequence(tag, node.items, style)
    value = node.value + (b" " if node.vr in TEXT else b"\0") * (len(node.value) % 2)
    head = _header(tag, node.vr, UNDEFINED if node.fragments else len(value), style)
    return head + value + (item_header(SEQUENCE_END, 0) if node.fragments else b"")


def _sequence(tag: int, items: tuple[Tree, ...], style: Style) -> bytes:
    parts = []
    for item in items:
        content = b"".join(write_tree(item, style).values())
        end = item_header(ITEM_END, 0) if style.open_items else b""
        parts += [item_header(ITEM, UNDEFINED if style.open_items else len(content)), content, end]
    value = b"".join(parts)
    length = UNDEFINED if style.open_sequences else len(value)
    return _header(tag, "SQ", length, style) + value + (item_header(SEQUENCE_END, 0) if style.open_sequences else b"")


def _header(tag: int, vr: str, length: int, style: Style) -> bytes:
    if style.implicit:
        return pack("<HHL", tag >> 16, tag & 0xFFFF, length)
    if length == UNDEFINED and vr not in EXPLICIT_VR_LENGTH_32:
        vr = "UN"
    return element_header(tag, vr, length)
