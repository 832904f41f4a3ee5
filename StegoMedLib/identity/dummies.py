"""Values for attributes that may not be empty: they say they are none, and fit any object (PS3.15 E.1.1, code D)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VM

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WORD", "Dummy", "dummy"]

Dummy = str | bytes | int | float
WORD = "REMOVED"
"""Upper-case letters: valid in every VR for text, down to CS and AE."""
_BYTES = b"REMOVED "
"""As many as any word of OW, OF, OL, OD or OV has."""
_TEXT = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT")
_WHOLE = ("AT", "SL", "SS", "SV", "UL", "US", "UV")
_RAW = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
_VALUES: Mapping[str, Dummy] = MappingProxyType(
    {
        **dict.fromkeys(_TEXT, WORD),
        **dict.fromkeys(_WHOLE, 0),
        **dict.fromkeys(_RAW, _BYTES),
        "AS": "000Y",
        "DA": "19000101",
        "DS": "0",
        "DT": "19000101000000",
        "FD": 0.0,
        "FL": 0.0,
        "IS": "0",
        "TM": "000000",
        "UR": "urn:removed",
    }
)


def dummy(tag: int, vr: str) -> Dummy | list[Dummy]:
    """Give the value that stands where something identifying was.

    Parameters
    ----------
    tag : int
        Where the data dictionary asks for several values, as many are given.
    vr : str
        Value representation, PS3.5 6.2. Of a UID another one is made, and a sequence has items: neither has a dummy.

    Returns
    -------
    str, bytes, int or float, or a list of these
        The same for every patient, never empty.

    Raises
    ------
    ValueError
        There is none for this VR.
    """
    if vr not in _VALUES:
        raise ValueError(f"no dummy value has the VR '{vr}'")
    value, count = _VALUES[vr], _least_count(tag)
    return value if count == 1 or vr in _RAW else [value] * count


def _least_count(tag: int) -> int:
    """Give the least number of values that the dictionary (PS3.6) allows; 1 for what it does not know."""
    try:
        least = dictionary_VM(tag).split("-")[0]
    except KeyError:
        return 1
    return int(least) if least.isdecimal() else 1
