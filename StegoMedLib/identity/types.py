"""How strongly an object asks for an attribute: its type, which decides the compound actions of PS3.15 Table E.1-1."""

from __future__ import annotations

from functools import lru_cache
from itertools import dropwhile
from typing import Literal, TypeAlias, cast

from StegoMedLib.resources import read_table

__all__ = ["AttributeType", "type_of"]

AttributeType: TypeAlias = Literal["1", "1C", "2", "2C", "3"]
"""PS3.5 7.4: required, required under a condition, may be empty, may be empty under a condition, optional."""
_ROOT = "1.2.840.10008.5.1.4."
_CONTENT_SEQUENCE = 0x0040A730
_STRONGEST_FIRST = ("1", "1C", "2", "2C", "3")


def type_of(sop_class: str, path: tuple[int, ...]) -> AttributeType | None:
    """Say of which type an attribute is in an object.

    Known are the attributes with a compound action (`X/Z`, `X/D`, `X/Z/D`, `Z/D`, `X/Z/U*`), wherever PS3.3 puts them.

    Parameters
    ----------
    sop_class : str
        SOP Class UID of the object. Of a class that the table does not know, such as a private one, the strongest type
        that any object gives is told: a dummy value too many identifies nobody.
    path : tuple of int
        Tags of the sequences around the attribute, outermost first, and its own tag last. Of the items of a Content
        Sequence, at any depth, is asked what is asked of the document itself (PS3.3 C.17.3, which holds itself).

    Returns
    -------
    str or None
        The strongest type over the modules of the object's IOD, whether or not this object has them; None where the
        definition does not know the attribute at this place.
    """
    known, classes = _table()
    found = {**known.get(tuple(dropwhile(_CONTENT_SEQUENCE.__eq__, path)), {}), **known.get(path, {})}
    if sop_class in classes:
        return found.get(sop_class)
    return min(found.values(), key=_STRONGEST_FIRST.index, default=None)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[tuple[int, ...], dict[str, AttributeType]], frozenset[str]]:
    """Give types by path and SOP class, and all SOP classes of the table."""
    known: dict[tuple[int, ...], dict[str, AttributeType]] = {}
    for row in read_table("types.csv"):
        path = tuple(int(tag, 16) for tag in row["path"].split("/"))
        kind = cast("AttributeType", row["type"])
        known.setdefault(path, {}).update((_ROOT + name, kind) for name in row["sop_classes"].split())
    return known, frozenset().union(*known.values())
