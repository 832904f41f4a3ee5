"""Trees of values for tests: of pydicom's data sets, and any that hypothesis thinks of."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from StegoMedLib.dicom import Node, Style, Tree, tree_of, write_tree
from StegoMedLib.dicom.element_headers import vr_in_dictionary

if TYPE_CHECKING:
    from pydicom import Dataset

STYLES = [
    Style(implicit, sequences, items)
    for implicit in (False, True)
    for sequences in (False, True)
    for items in (False, True)
]
_TEXTS = ("LO", "SH", "PN", "LT", "ST", "UT", "CS", "DA", "TM", "DT", "AS", "DS", "IS")
_BYTES = {"UI": 1, "OB": 1, "UN": 1, "US": 2, "SS": 2, "OW": 2, "UL": 4, "FL": 4, "AT": 4, "FD": 8}
_CREATORS = frozenset({0x00090010, 0x00290010})
_LAWFUL = st.sampled_from(
    [
        *(0x00080018, 0x00080020, 0x00080050, 0x00081030, 0x00081032, 0x00081111, 0x00081140, 0x00081155, 0x00082112),
        *(0x00090010, 0x00091001, 0x00091102, 0x00100010, 0x00100020, 0x00101002, 0x00101040, 0x00104000, 0x00180050),
        *(0x00200010, 0x0020000D, 0x00280010, 0x00290010, 0x00291010, 0x00400275, 0x00400555, 0x00401001, 0x0040A730),
    ]
)
_TAGS = st.builds(
    lambda group, element: group << 16 | element,
    st.sampled_from([0x0008, 0x0009, 0x0010, 0x0018, 0x0028, 0x0040, 0x0051, 0x2050]),
    st.sampled_from([0x0010, 0x0011, 0x0020, 0x0050, 0x1001, 0x1030, 0x1102, 0xA123]),
)


def tree_in(dataset: Dataset, charset: str = "iso8859") -> Tree:
    """The tree of a data set that was made with pydicom, as it is when it has been written and read."""
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = False, True
    write_dataset(stream, dataset, charset)
    return read_in(stream.getvalue(), Style())


def read_in(content: bytes, style: Style) -> Tree:
    """The tree of a data set in little endian."""
    dataset = read_dataset(BytesIO(content), is_implicit_VR=style.implicit, is_little_endian=True)
    return tree_of(dict(dataset.items()), ["iso8859"])


def as_bytes(tree: Tree, style: Style = STYLES[2]) -> bytes:
    """A tree as it lies in a file."""
    return b"".join(write_tree(tree, style).values())


@st.composite
def values(draw: st.DrawFn, vr: str) -> Node:
    """A value that is no sequence, of an even length, as DICOM has it."""
    if vr in _TEXTS:
        text = draw(st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=12)).encode("latin-1")
        return Node(vr, text + b" " * (len(text) % 2))
    size = max(2, _BYTES[vr])
    # What begins as an item does is a sequence, if nobody knows its VR.
    content = draw(st.binary(max_size=24).filter(lambda value: not value.startswith(b"\xfe\xff\x00\xe0")))
    return Node(vr, content[: len(content) // size * size])


@st.composite
def trees(draw: st.DrawFn, *, lawful: bool = False, depth: int = 2) -> Tree:
    """Any tree of a header; `lawful` ones have the VRs of the dictionary, and UN in private elements."""
    tree: Tree = {}
    for tag in sorted(draw(st.sets(_LAWFUL if lawful else _TAGS, max_size=6))):
        known = vr_in_dictionary(tag)
        lawful_vr = "LO" if tag in _CREATORS else known or "UN"
        vr = lawful_vr if lawful else draw(st.sampled_from([*_TEXTS, *_BYTES, "SQ"]))
        if vr == "UN" and known:
            vr = "OB"  # since its VR is known
        if vr == "SQ":
            items = draw(st.lists(trees(lawful=lawful, depth=depth - 1), max_size=3)) if depth else []
            tree[tag] = Node("SQ", items=tuple(items))
        else:
            tree[tag] = draw(values(vr))
    return tree
