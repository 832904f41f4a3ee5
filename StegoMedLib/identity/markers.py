"""What a header says of its own de-identification: that it was done, how, and by which options (PS3.3 C.7.1.1)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.dicom import Node
from StegoMedLib.identity.options import CODES

if TYPE_CHECKING:
    from StegoMedLib.dicom import Tree
    from StegoMedLib.identity.options import Options

__all__ = ["MARKERS", "METHOD", "METHOD_CODES", "REMOVED", "is_ours", "marked", "says_nameless", "unmarked"]

REMOVED, METHOD, METHOD_CODES, LONGITUDINAL = 0x0012_0062, 0x0012_0063, 0x0012_0064, 0x0028_0303
MARKERS = (REMOVED, METHOD, METHOD_CODES, LONGITUDINAL)
_CODE, _SCHEME, _MEANING = 0x0008_0100, 0x0008_0102, 0x0008_0104
_METHOD = f"StegoMed {__version__} PS3.15 E.1"
_METHODS = re.compile(rb"StegoMed \S+ PS3\.15 E\.1")
"""What this and other versions write."""


def marked(tree: Tree, options: Options) -> Tree:
    """A nameless header that says so; methods of an earlier de-identification stay in front of ours."""
    earlier = tree[METHOD].value.rstrip(b"\0 ") if METHOD in tree else b""
    codes = (tree[METHOD_CODES].items or () if METHOD_CODES in tree else ()) + tuple(map(_code, options.names))
    method = b"\\".join(filter(None, (earlier, _METHOD.encode("ascii"))))
    made = tree | {
        REMOVED: Node("CS", b"YES"),
        METHOD: Node("LO", method),
        METHOD_CODES: Node("SQ", items=codes),
        LONGITUDINAL: Node("CS", options.dates.encode("ascii")),
    }
    return {tag: made[tag] for tag in sorted(made)}


def _code(name: str) -> Tree:
    value, meaning = CODES[name]
    texts = {_CODE: ("SH", value), _SCHEME: ("SH", "DCM"), _MEANING: ("LO", meaning)}
    return {tag: Node(vr, text.encode("ascii")) for tag, (vr, text) in texts.items()}


def is_ours(node: Node) -> bool:
    """Whether a value is one that `marked` writes: a method, or a part of a code."""
    value = node.value.strip(b"\0 ")
    return _METHODS.fullmatch(value) is not None or value in _parts_of_codes()


def says_nameless(tree: Tree) -> bool:
    """Whether a header says what `marked` writes last: that no identity is in it, and that this is our work."""
    removed, method = (tree[tag].value.rstrip(b"\0 ") if tag in tree else b"" for tag in (REMOVED, METHOD))
    return removed == b"YES" and _METHODS.fullmatch(method.rpartition(b"\\")[2].strip()) is not None


@cache
def _parts_of_codes() -> frozenset[bytes]:
    return frozenset(node.value for name in CODES for node in _code(name).values())


def unmarked(tree: Tree, removed: str) -> Tree:
    """A header that is nameless no longer (PS3.15 E.1.2): what `marked` added is gone.

    Parameters
    ----------
    tree : Tree
    removed : str
        PatientIdentityRemoved as it was: YES where somebody had removed it before, whose method then stays.
    """
    made = {tag: node for tag, node in tree.items() if tag not in MARKERS}
    made[REMOVED] = Node("CS", removed.strip().encode("ascii", "replace"))
    if removed.strip() == "YES":
        methods = tree[METHOD].value.rstrip(b"\0 ").split(b"\\") if METHOD in tree else []
        if methods and _METHODS.fullmatch(methods[-1].strip()):
            methods.pop()
        kept = _without_ours(tree[METHOD_CODES].items or ()) if METHOD_CODES in tree else ()
        made |= {METHOD: Node("LO", b"\\".join(methods))} if methods else {}
        made |= {METHOD_CODES: Node("SQ", items=kept)} if kept else {}
    return {tag: made[tag] for tag in sorted(made)}


def _without_ours(codes: tuple[Tree, ...]) -> tuple[Tree, ...]:
    """Codes without the last ones, which begin with that of the profile; somebody else may have written the same."""
    profile = _code("basic")
    last = max((number for number, code in enumerate(codes) if code == profile), default=len(codes))
    return codes[:last]
