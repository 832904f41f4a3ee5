"""Finds series: in folders, by a DICOMDIR, on DICOMweb servers. Heads alone are read, and nothing is kept in memory."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.batch.findings import FoundFile
from StegoMedLib.dicom import Head, head_of
from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.dicom.walking import Walk, folders_below, is_hidden, is_walked, status
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.addresses import Address
from StegoMedLib.network.dicomweb import DicomwebServer
from StegoMedLib.network.unexpected import sentence_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from StegoMedLib.batch.findings import Findings
    from StegoMedLib.batch.settings import ServerPlaces

__all__ = ["CHUNK", "Look", "Stamped", "find", "looked_at", "server_at"]

CHUNK = 256
"""Files that are looked at between two commits, or by one worker."""
_DICOMDIR = "DICOMDIR"

Stamped = tuple[str, int, int]
"""Path, size and time of a file."""
Look = tuple[str, int, int, str, str, str, bool]
"""Path, size, time, reason, study, series of a file, and whether it is a DICOMDIR."""


def find(
    sources: Iterable[Path | Address],
    findings: Findings,
    server: ServerPlaces,
    look: Callable[[Iterator[list[Stamped]]], Iterator[list[Look]]],
    progress: Callable[[int, int, str], object],
) -> None:
    """Note in `findings` what lies in the sources.

    Parameters
    ----------
    sources : iterable of Path or Address
        Folders, files, DICOMDIR files; servers, and studies and series on them.
    findings : Findings
    server : ServerPlaces
    look : callable
        Gives of lists of files, each with size and time, what is in them: `looked_at` of each, wherever that is done.
    progress : callable

    Raises
    ------
    UnusableInputError
        A source is not there, or is no DICOMDIR although it is called so.
    ServerError
        A server does not say what it has.
    """
    done = 0
    for source in sources:
        if isinstance(source, Address):
            _ask(source, findings, server)
            continue
        for looks in look(_chunks(_new_files(_files_of(source, findings), findings))):
            for each in looks:
                _note(findings, source, each)
            done += len(looks)
            progress(done, done, "")
            findings.commit()
    findings.end()


def looked_at(files: list[Stamped]) -> list[Look]:
    """Read the heads of files; nothing is raised, since clusters write arguments of what fails into their logs."""
    found = []
    for path, size, time in files:
        try:
            head = head_of(Path(path))
        except Exception as error:  # noqa: BLE001  nothing may be lost
            head = Head(sentence_for(error))
        found.append((path, size, time, head.reason or "", head.study, head.series, head.index))
    return found


def _note(findings: Findings, source: Path, look: Look) -> None:
    path, size, time, reason, study, series, index = look
    if index and Path(path) != source:
        findings.pass_over(path, "it is a DICOMDIR, whose files are looked for in the folder itself.")
    elif reason and is_hidden(Path(path)):
        findings.pass_over(path, reason)
    else:
        findings.put(FoundFile(path, size, time, reason, study, series))


def _chunks(files: Iterable[Stamped]) -> Iterator[list[Stamped]]:
    remaining = iter(files)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _new_files(paths: Iterable[Path], findings: Findings) -> Iterator[Stamped]:
    """Files that nobody looked at, as they are now."""
    for path in paths:
        known = status(path)
        stamp = (0, 0) if known is None else (known.st_size, known.st_mtime_ns)
        if not findings.is_known(str(path), *stamp):
            yield (str(path), *stamp)


def _files_of(source: Path, findings: Findings) -> Iterator[Path]:
    source = Path(os.path.abspath(source))  # noqa: PTH100  links stay as they are
    if not os.path.lexists(source):
        raise UnusableInputError(f"{source} does not exist; give a folder, a DICOMDIR or a DICOM file.")
    if os.path.isdir(source):  # noqa: PTH112 pathlib raises where none may enter
        yield from _below(source, findings)
    elif source.name.upper() == _DICOMDIR:
        yield from _named_by(source)
    else:
        yield source


def _below(folder: Path, findings: Findings) -> Iterator[Path]:
    """Files below a folder, folder by folder; links to files elsewhere as those files, each once."""
    found = Walk()
    for files, links in folders_below(folder, found):
        yield from sorted(files)
        for link in sorted(links):
            real = Path(os.path.realpath(link))
            if not real.is_file():
                reason = "it is a link to a file that is not here; fetch the file, or remove the link."
                findings.put(FoundFile(str(link), 0, 0, reason))
            elif is_walked(link, folder):
                findings.pass_over(str(link), f"it is a link to {real.name}, which is read anyway.")
            else:
                yield real
        for row in found.left_out:
            findings.put(FoundFile(str(row.file), 0, 0, row.reason))
        for row in found.passed_over:
            findings.pass_over(str(row.file), row.reason)
        found.left_out.clear()
        found.passed_over.clear()


def _named_by(index: Path) -> list[Path]:
    """Files that a DICOMDIR names (PS3.3 F.3.2.2); none outside of its folder."""
    dataset = open_object(index, any_object=True).dataset
    with naming(index, "it is no DICOMDIR, or a damaged one; give the folder that it lies in."):
        rows = [row.get("ReferencedFileID") for row in dataset.DirectoryRecordSequence]
        parts = [[each] if isinstance(each, str) else list(each) for each in rows if each]
    if any(part in {"", ".", ".."} or "/" in part or "\\" in part for path in parts for part in path):
        raise UnusableInputError(f"{index} names files outside of its folder; give the folder that it lies in.")
    folder = index.parent
    return sorted({_as_it_is_called(folder.joinpath(*each)) for each in parts})


def _as_it_is_called(path: Path) -> Path:
    """A file of a medium, which some systems give names in lower case."""
    lower = path.parents[0] / path.name.lower()
    return path if path.exists() or not lower.exists() else lower


def server_at(address: Address, places: ServerPlaces) -> DicomwebServer:
    """The server at an address, spoken to as the settings say."""
    return DicomwebServer(
        Address(address.base),
        credentials=places.credentials,
        ca=places.ca,
        client_certificate=places.client_certificate,
        client_key=places.client_key,
        accept_http=places.accept_http,
    )


def _ask(source: Address, findings: Findings, places: ServerPlaces) -> None:
    """Note the series on a server, of a study, or one alone."""
    with server_at(source, places) as server:
        studies = [source.study] if source.study else [each.uid for each in server.studies()]
        for study in studies:
            for each in server.series_of(study):
                if source.series in {None, each.uid}:
                    place = Address(source.base, study, each.uid)
                    findings.put_remote(each.uid, study, str(place), each.instances or 0)
            findings.commit()
