"""What a new series says of itself beside those that the database has, and what a person may state of it instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedPanel import nodes, stego

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.untyped import Node, Widget

__all__ = ["STATED", "Statement", "edits", "offered", "statement"]

STATED = {
    "PatientName": "0010,0010",
    "PatientID": "0010,0020",
    "PatientBirthDate": "0010,0030",
    "PatientSex": "0010,0040",
    "PatientComments": "0010,4000",
    "StudyID": "0020,0010",
    "StudyDate": "0008,0020",
    "StudyTime": "0008,0030",
    "StudyDescription": "0008,1030",
    "SeriesDescription": "0008,103e",
    "SeriesNumber": "0020,0011",
}
"""Keywords with tags of what a person may state when a series is exported: single values of text."""
_MARK = "StegoMed"
_MOST = 64
"""Characters of a SeriesDescription."""


@dataclass(frozen=True)
class Statement:
    """How a series is told from its source and its sisters, and what a person states in place of the source.

    `mark` joins the source's SeriesDescription; `texts`, by keyword, go over what the source says.
    """

    mark: str = _MARK
    texts: dict[str, str] = field(default_factory=dict)


def statement(volume: Node, stated: dict[str, str] | None = None) -> Statement:
    """A free number and a name of its own in the study of the volume's source, and what a person `stated`."""
    uids = nodes.uids_of(volume, stego.SOURCES)
    opened = nodes.open_database()
    if not uids or opened is None:
        return Statement(texts=stated or {})
    sisters = _sisters(opened, uids[0])
    mark = _free_mark(_value(opened, uids[0], "SeriesDescription"), set(sisters))
    number = str(max(sisters.values(), default=0) + 1)
    return Statement(mark, {"SeriesNumber": number, **(stated or {})})


def offered(volume: Node) -> dict[str, str]:
    """What the series of a stego volume would say, for a person to change: by the source, or by the volume's name."""
    uids = nodes.uids_of(volume, stego.SOURCES)
    name = str(volume.GetName())[:_MOST]
    opened = nodes.open_database()
    if not uids or opened is None:
        return {"PatientName": name, "PatientID": name, "SeriesDescription": name}
    values = {keyword: _value(opened, uids[0], keyword) for keyword in STATED}
    new = statement(volume)
    return {**values, **new.texts, "SeriesDescription": _called(values["SeriesDescription"], new.mark)}


def edits(tag: Callable[[str], str], before: dict[str, str]) -> dict[str, str]:
    """What a person changed of what was offered; `tag` gives the value of a keyword, and nothing where none is known.

    Where nothing at all is known, the dialog kept no tags, and nobody has emptied them all.
    """
    now = {keyword: str(tag(keyword) or "").strip() for keyword in STATED}
    if not any(now.values()):
        return {}
    return {keyword: value for keyword, value in now.items() if value != before.get(keyword, "").strip()}


def _sisters(opened: Widget, uid: str) -> dict[str, int]:
    """Descriptions and numbers of all series of an instance's study."""
    study = opened.studyForSeries(opened.seriesForFile(opened.fileForInstance(uid)))
    found: dict[str, int] = {}
    for series in opened.seriesForStudy(study):
        first = next(iter(opened.instancesForSeries(series)), "")
        number, description = _value(opened, first, "SeriesNumber"), _value(opened, first, "SeriesDescription")
        found[description] = max(found.get(description, 0), int(number) if number.isdecimal() else 0)
    return found


def _value(opened: Widget, uid: str, keyword: str) -> str:
    return str(opened.instanceValue(uid, STATED[keyword]) or "").strip() if uid else ""


def _free_mark(source: str, taken: set[str]) -> str:
    """StegoMed, or StegoMed with the first number that no series of that name has."""
    count, mark = 1, _MARK
    while _called(source, mark) in taken:
        count += 1
        mark = f"{_MARK} {count}"
    return mark


def _called(source: str, mark: str) -> str:
    """The SeriesDescription that the library makes of the source's and the mark."""
    return f"{source[: _MOST - len(mark) - 1].strip()} {mark}".strip()
