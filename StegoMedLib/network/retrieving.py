"""Fetches files from a server: WADO-RS (PS3.18 10.4), instance by instance, as they are stored, straight to disk."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.errors import ServerError, UnusableFileError
from StegoMedLib.network.multipart import MalformedError, boundary_of, only_part
from StegoMedLib.network.queries import instances_of, series_of
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.network.connection import Answer, Connection
    from StegoMedLib.series.slice import Progress

__all__ = ["Retrieved", "RetrievedSeries", "retrieve"]

_DICOM = "application/dicom"
_ACCEPT = f'multipart/related; type="{_DICOM}"; transfer-syntax=*'
"""As it is stored, whatever its transfer syntax (PS3.18 8.7.3.5.2)."""
_LARGEST = 1 << 34
"""Bytes of one instance."""
_PAUSES = (1.0, 4.0)
"""Seconds before an instance is asked for again."""
_HEAD = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@dataclass(frozen=True)
class _Wanted:
    """An instance on the server, by its three UIDs."""

    study: str
    series: str
    instance: str

    @property
    def path(self) -> str:
        """Of its resource."""
        return f"/studies/{self.study}/series/{self.series}/instances/{self.instance}"


@dataclass(frozen=True)
class RetrievedSeries:
    """A series that was fetched: its UID, the folder that it lies in, relative to the target, and its files."""

    uid: str
    folder: str
    files: int


@dataclass(frozen=True)
class Retrieved:
    """A study that was fetched."""

    study: str
    series: tuple[RetrievedSeries, ...]

    @property
    def files(self) -> int:
        """How many files were written."""
        return sum(each.files for each in self.series)

    def as_json(self) -> dict[str, object]:
        """Report of what was fetched."""
        return {"study": self.study, "files": self.files, "series": [asdict(each) for each in self.series]}


def retrieve(
    connection: Connection, study: str, series: str | None, target: Path, progress: Progress, *, overwrite: bool
) -> Retrieved:
    """Fetch a study, or one series of it; parameters and errors as of `DicomwebServer.retrieve`."""
    with staged(target, overwrite=overwrite) as work:
        wanted = _wanted(connection, study, series)
        total, done = sum(map(len, wanted.values())), 0
        found = list[RetrievedSeries]()
        for number, (uid, instances) in enumerate(wanted.items(), start=1):
            folder = "" if len(wanted) == 1 else f"{number:03}"
            (work / folder).mkdir(exist_ok=True)
            for count, instance in enumerate(instances, start=1):
                progress(done, total, f"{count:06}.dcm")
                _fetch(connection, _Wanted(study, uid, instance), work / folder / f"{count:06}.dcm")
                done += 1
            found.append(RetrievedSeries(uid, folder, len(instances)))
        progress(total, total, "")
    return Retrieved(study, tuple(found))


def _wanted(connection: Connection, study: str, series: str | None) -> dict[str, list[str]]:
    """UIDs of instances by series; they are as many as the server counts."""
    found = {}
    for each in sorted(series_of(connection, study), key=lambda each: each.uid):
        if series in (None, each.uid):
            found[each.uid] = instances_of(connection, study, each.uid)
            if each.instances not in (None, len(found[each.uid])):
                raise ServerError(
                    f"The server {connection.name} counts {each.instances} instances in a series, and lists "
                    f"{len(found[each.uid])}; try again when nobody sends to it.",
                    passing=True,
                )
    if not any(found.values()):
        what = "series" if series else "study"
        raise ServerError(f"The server {connection.name} has no instances of this {what}; check the UIDs.")
    return found


def _fetch(connection: Connection, wanted: _Wanted, place: Path) -> None:
    """Write one instance; what fails in passing is tried again."""
    for pause in _PAUSES:
        try:
            return _write(connection, wanted, place)
        except ServerError as error:
            if not error.passing:
                raise
        time.sleep(pause)
    return _write(connection, wanted, place)


def _write(connection: Connection, wanted: _Wanted, place: Path) -> None:
    with connection.asking("GET", wanted.path, accept=_ACCEPT) as answer, place.open("wb") as stream:
        if answer.status != HTTPStatus.OK:
            raise answer.refusal()
        try:
            _copy(answer, stream)
        except MalformedError:
            raise ServerError(
                f"The server {connection.name} answers with something that is not one DICOM file; its log may tell "
                "why.",
                passing=True,
            ) from None
    _check(connection, wanted, place)


def _copy(answer: Answer, stream: BinaryIO) -> None:
    """Write the file that an answer holds: the only part of a message, or, of some servers, the whole of it."""
    pieces = answer.pieces(_LARGEST)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind == _DICOM and answer.has_end:
        stream.writelines(pieces)
        return
    boundary = boundary_of(answer.content_type)
    if kind != "multipart/related" or boundary is None:
        raise MalformedError
    only_part(pieces, boundary, stream.write)


def _check(connection: Connection, wanted: _Wanted, place: Path) -> None:
    """Make sure that this is the instance that was asked for."""
    try:
        dataset = open_object(place, only=list(_HEAD)).dataset
        with naming(place):
            uids = [str(dataset.get(keyword, "")).strip("\0 ") for keyword in _HEAD]
    except UnusableFileError:
        uids = []
    if uids != [wanted.study, wanted.series, wanted.instance]:
        raise ServerError(
            f"The server {connection.name} gave another object than it was asked for, or a damaged one; its log may "
            "tell why."
        )
