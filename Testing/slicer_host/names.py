"""Which members Slicer's own classes have: what a stand-in may offer.

The names come from Slicer 5.8.1 itself, which was asked for the members of these classes. A panel that runs on the
host therefore uses no widget member that Slicer lacks.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Members that are missing from what the class said of itself, and that a program run in the application used.
_ALSO_SEEN = {"qSlicerApplication": {"testingEnabled"}}

_FILE = Path(__file__).with_name("slicer_names.json")


@dataclass(frozen=True)
class ClassNames:
    """Members of one C++ class, without those of its Qt base.

    Attributes
    ----------
    base
        Name of the class above.
    properties
        C++ type by name; `const` before the type where Slicer does not let it be set.
    signals
        Normalized C++ signatures.
    members
        Methods, slots and constants that Python sees.
    """

    base: str
    properties: dict[str, str]
    signals: frozenset[str]
    members: frozenset[str]


@functools.cache
def all_names() -> dict[str, ClassNames]:
    """The table, by class."""
    table: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        name: ClassNames(entry["super"], entry["properties"], frozenset(entry["signals"]), frozenset(entry["members"]))
        for name, entry in table.items()
    }


def names_of(class_name: str) -> ClassNames:
    """Members of a class and of all classes above it that are Slicer's or CTK's, not Qt's.

    Raises
    ------
    KeyError
        If Slicer was not asked about that class.
    """
    own = all_names()[class_name]
    if own.base not in all_names():
        return own
    above = names_of(own.base)
    return ClassNames(
        above.base, above.properties | own.properties, above.signals | own.signals, above.members | own.members
    )


def public_members(cls: type) -> set[str]:
    """What a stand-in offers beside its Qt base: names without underscore that its own classes define."""
    own = [each for each in cls.__mro__ if each.__dict__.get("_cpp_") or each is cls]
    names = {name for each in own for name in vars(each) if not name.startswith("_")} - {"staticMetaObject"}
    inherited = [each for each in cls.__mro__ if each not in own]
    return {name for name in names if not any(name in vars(each) for each in inherited)}


def unknown_members(cls: type, class_name: str | None = None) -> list[str]:
    """Members of a stand-in that Slicer's class of the same name does not have."""
    class_name = class_name or cls.__name__
    known = names_of(class_name)
    allowed = set(known.properties) | known.members | _ALSO_SEEN.get(class_name, set())
    allowed |= {signature.split("(")[0] for signature in known.signals}
    return sorted(public_members(cls) - allowed)
