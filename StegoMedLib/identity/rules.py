"""What a de-identifier does with an attribute: the table, the options, and the attribute's type in its object.

Where the table leaves a choice, as in ``X/Z/D``, the attribute's type decides (PS3.15 E.1.1): one that must have a
value gets another one, one that must be there is emptied, and others go. The same is done where the table says that an
attribute goes which its object cannot be without.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from pydicom.datadict import keyword_for_tag

from StegoMedLib.dicom.element_headers import vr_in_dictionary
from StegoMedLib.identity.safe_private import is_safe
from StegoMedLib.identity.table import CLEAN, KEEP, row_of
from StegoMedLib.identity.types import type_of

if TYPE_CHECKING:
    from StegoMedLib.identity.options import Options
    from StegoMedLib.identity.table import Row

__all__ = ["Action", "action_on", "basic_action", "private_action"]


class Action(Enum):
    """What is done with an attribute."""

    KEEP = "kept"
    REMOVE = "removed"
    EMPTY = "emptied"
    REPLACE = "replaced by a value that says nothing"
    MAP = "replaced by another UID"
    MOVE = "moved in time"
    CLEAN = "cleaned of words that may name somebody"


_LETTERS = {"X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.REPLACE, "U": Action.MAP, "K": Action.KEEP}
_ORDER = (Action.REMOVE, Action.EMPTY, Action.REPLACE, Action.MAP)
_LEAST = {"1": 2, "1C": 2, "2": 1, "2C": 1}
"""How much must be left of an attribute of a type, as a place in `_ORDER`."""

_SIGNATURE = 0x4FFE_0001
"""MAC Parameters Sequence, which only digital signatures need."""
_GOING = {0x0000, 0x0002, 0x0004}
"""Groups that are none of a data set: commands, file meta information, media directories."""
_REPEATING = range(0x5000, 0x5100), range(0x6000, 0x6100)
"""Curves, which are retired, and overlays: without their data nothing of them means anything."""
_DATES = {"DA", "DT", "TM"}
_NAMING = {"PN", "AE"}
_UNIVERSAL = ("Class", "Scheme", "TransferSyntax", "ContextGroup", "MappingResource", "ContextUID")
"""Parts of the keywords of UIDs that name no instance."""


def action_on(tag: int, vr: str, options: Options, sop_class: str, path: tuple[int, ...]) -> Action:
    """What is done with an attribute that is not private.

    Parameters
    ----------
    tag : int
    vr : str
    options : Options
    sop_class : str
        SOPClassUID of the object.
    path : tuple of int
        Tags of the sequences around it, from the outermost in.
    """
    group = tag >> 16
    if not tag & 0xFFFF or tag == _SIGNATURE:
        return Action.REMOVE
    if tag in options.remove or group in _GOING or any(group in groups for groups in _REPEATING):
        return Action.REMOVE
    row = row_of(tag)
    if row is None:
        return _unlisted(tag, vr, options)
    return _by_options(row, vr, options) or _basic(row, type_of(sop_class, (*path, tag)))


def basic_action(tag: int, sop_class: str, path: tuple[int, ...]) -> Action:
    """What is done where an option would keep a value in which there is nothing to keep: as without the option.

    What the table does not know stands inside something that the option keeps, which may need it: it is replaced.

    Parameters
    ----------
    tag : int
    sop_class : str
    path : tuple of int
        As of `action_on`.
    """
    row = row_of(tag)
    return Action.REPLACE if row is None else _basic(row, type_of(sop_class, (*path, tag)))


def _by_options(row: Row, vr: str, options: Options) -> Action | None:
    """What options do instead of the Basic Profile; None where none has a say.

    Where dates are moved, those move, too, which another option would keep, as those of a device.
    """
    if vr in _DATES and "modified-dates" in options.chosen and row.options.get("modified-dates") == CLEAN:
        return Action.MOVE
    chosen = {row.options[name] for name in options.chosen if name in row.options}
    if KEEP in chosen:
        return Action.KEEP
    return Action.CLEAN if CLEAN in chosen else None


def _unlisted(tag: int, vr: str, options: Options) -> Action:
    """What the table does not know stays, unless it is not known what it is, or it names somebody by its nature."""
    if vr_in_dictionary(tag) is None or vr in _NAMING:
        return Action.REMOVE
    if vr == "UI" and "uids" not in options.chosen:
        return Action.KEEP if any(word in keyword_for_tag(tag) for word in _UNIVERSAL) else Action.MAP
    return Action.KEEP


def _basic(row: Row, kind: str | None) -> Action:
    """Action of the Basic Profile for an attribute of a type (PS3.5 7.4), None where the object has none such."""
    offered = [_LETTERS[letter.rstrip("*")] for letter in row.basic.split("/")]
    if offered[0] is Action.MAP:
        return Action.MAP
    least = _LEAST.get(kind or "", 0)
    for action in offered:
        if _ORDER.index(action) >= least:
            return action
    return _ORDER[least]


def private_action(creator: str, tag: int, options: Options) -> Action:
    """What is done with a private attribute.

    Parameters
    ----------
    creator : str
        Who reserved its block; "" where nobody did.
    tag : int
    options : Options
    """
    if "safe-private" in options.chosen and tag not in options.remove and creator and is_safe(creator, tag):
        return Action.KEEP
    return Action.REMOVE
