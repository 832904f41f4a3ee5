"""Which study a result (SEG, SR, RTSTRUCT, ...) belongs to, and which of its series it refers to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydicom.datadict import tag_for_keyword

from StegoMedLib.dicom.retouching import read_any
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.deidentifier import value_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from StegoMedLib.dicom import Tree

__all__ = ["Study", "study_of"]

_SERIES = "SeriesInstanceUID"
_UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True)
class Study:
    """A study, and series of it; none for all of them."""

    uid: str
    series: tuple[str, ...]


def study_of(result: Path) -> Study:
    """The study of an object, and the other series of it that it refers to, at any level.

    Raises
    ------
    UnusableInputError
        It cannot be read, or says of no study.
    """
    tree = read_any(result).tree
    study, own = value_in(tree, "StudyInstanceUID"), value_in(tree, _SERIES)
    series = tuple(sorted({uid for uid in _series_in(tree) if _UID.fullmatch(uid)} - {own}))
    if _UID.fullmatch(study) is None:
        raise UnusableInputError(f"{result.name} says of no study, so that nobody knows where it belongs.")
    return Study(study, series)


def _series_in(tree: Tree) -> Iterator[str]:
    tag = tag_for_keyword(_SERIES)
    for node in tree.values():
        for item in node.items or ():
            if tag in item:
                yield value_in(item, _SERIES)
            yield from _series_in(item)
