"""Asks a server what it holds: QIDO-RS (PS3.18 10.6), answered in the DICOM JSON model (PS3.18 F)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import ServerError
from StegoMedLib.network.addresses import is_uid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from StegoMedLib.network.connection import Answer, Connection

__all__ = [
    "JSON",
    "FoundSeries",
    "FoundStudy",
    "instances_of",
    "items",
    "read_json",
    "series_of",
    "studies_of",
    "value",
]

JSON = "application/dicom+json"
_LARGEST = 1 << 25
_PAGE = 1000
_MOST = 1_000_000
"""Rows of one query; a server that gives more gives them for ever."""
_STUDY, _SERIES, _INSTANCE, _NUMBER = "0020000D", "0020000E", "00080018", "00200013"
_SERIES_OF_STUDY, _OF_STUDY, _OF_SERIES, _MODALITY = "00201206", "00201208", "00201209", "00080060"

Row = dict[str, Any]


@dataclass(frozen=True)
class FoundStudy:
    """A study on a server: its UID, and how many series and instances it has, None where the server does not tell."""

    uid: str
    series: int | None
    instances: int | None


@dataclass(frozen=True)
class FoundSeries:
    """A series on a server: its UID, what kind it is (CT, MR, ...), and how many instances it has, where told."""

    uid: str
    modality: str
    instances: int | None


def check_reachable(connection: Connection) -> None:
    """Raise what would keep everything from arriving; a server that takes no queries may well take files."""
    with connection.asking("GET", "/studies", accept=JSON, params={"limit": 1}) as answer:
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise answer.refusal()


def studies_of(connection: Connection, matching: Mapping[str, str]) -> list[FoundStudy]:
    """The studies whose attributes, by DICOM keywords, have these values."""
    rows = _rows(connection, "/studies", _STUDY, (_SERIES_OF_STUDY, _OF_STUDY), matching)
    return [FoundStudy(uid, _count(row, _SERIES_OF_STUDY), _count(row, _OF_STUDY)) for uid, row in rows]


def series_of(connection: Connection, study: str) -> list[FoundSeries]:
    """The series of a study."""
    rows = _rows(connection, f"/studies/{study}/series", _SERIES, (_OF_SERIES,))
    return [FoundSeries(uid, str(value(row, _MODALITY) or "")[:16], _count(row, _OF_SERIES)) for uid, row in rows]


def instances_of(connection: Connection, study: str, series: str) -> list[str]:
    """UIDs of the instances of a series, by their numbers."""
    rows = _rows(connection, f"/studies/{study}/series/{series}/instances", _INSTANCE, ())
    return [uid for _, uid in sorted((_count(row, _NUMBER) or 0, uid) for uid, row in rows)]


def _rows(
    connection: Connection,
    path: str,
    key: str,
    fields: tuple[str, ...],
    matching: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, Row]]:
    """Rows of a query with their UIDs, each once, page by page; servers may give shorter pages, or all at once.

    Raises
    ------
    ServerError
    """
    known, asked = set[str](), 0
    while asked < _MOST:
        params: dict[str, str | int] = {**(matching or {}), "limit": _PAGE, "offset": asked}
        if fields:
            params["includefield"] = ",".join(fields)
        with connection.asking("GET", path, accept=JSON, params=params) as answer:
            page = _page(answer)
        new = [(uid, row) for row in page if (uid := _uid(connection, row, key)) not in known]
        known.update(uid for uid, _ in new)
        yield from new
        if not new:
            return
        asked += len(page)
    raise ServerError(f"The server {connection.name} finds more than {_MOST} rows; ask for less.")


def _page(answer: Answer) -> list[Row]:
    if answer.status == HTTPStatus.NO_CONTENT:
        return []
    if answer.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        raise answer.refusal()
    found = read_json(answer)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise ServerError("The server answers a query with something that is not DICOM JSON; check the address.")
    return found


def read_json(answer: Answer) -> Any:  # noqa: ANN401  whatever a stranger says
    """What the body of an answer holds as JSON; None for an empty one.

    Raises
    ------
    ServerError
        It holds none.
    """
    content = answer.content(_LARGEST)
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ServerError("The server answers with something that is not DICOM JSON; check the address.") from None


def _uid(connection: Connection, row: Row, key: str) -> str:
    found = value(row, key)
    if not is_uid(found):
        raise ServerError(f"The server {connection.name} names something by what is no UID; its log may tell why.")
    return str(found)


def value(row: object, tag: str) -> object:
    """The first value of an attribute; None where it has none."""
    element = row.get(tag) if isinstance(row, dict) else None
    values = element.get("Value") if isinstance(element, dict) else None
    return values[0] if isinstance(values, list) and values else None


def items(row: object, tag: str) -> list[object]:
    """The items of a sequence."""
    element = row.get(tag) if isinstance(row, dict) else None
    values = element.get("Value") if isinstance(element, dict) else None
    return values if isinstance(values, list) else []


def _count(row: Row, tag: str) -> int | None:
    """A number, which some servers write as text."""
    found = value(row, tag)
    try:
        return int(found) if isinstance(found, int | str) else None
    except ValueError:
        return None
