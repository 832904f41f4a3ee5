"""Sends files to a server: STOW-RS (PS3.18 10.5), a few instances a request, and what became of each."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydicom.uid import MediaStorageDirectoryStorage

from StegoMedLib.dicom.hostile import naming, open_object
from StegoMedLib.errors import ServerError, UnusableFileError
from StegoMedLib.network.addresses import is_uid
from StegoMedLib.network.connection import MisdirectedError
from StegoMedLib.network.multipart import Body
from StegoMedLib.network.queries import JSON, items, read_json, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from StegoMedLib.network.connection import Answer, Connection

__all__ = ["Receipt", "storing"]

_BATCH_BYTES, _BATCH_FILES = 1 << 24, 64
_STORED, _FAILED = "00081199", "00081198"  # ReferencedSOPSequence, FailedSOPSequence
_INSTANCE, _WARNING, _FAILURE = "00081155", "00081196", "00081197"
_ANSWERS = (HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.CONFLICT)
"""Statuses with a body that says what became of each instance (PS3.18 10.5.3)."""
_PAUSE = 0.5
"""Seconds before a request is tried again, once: a kept connection may have been closed by the other side."""
_DUPLICATE = 0x0111
_MEANINGS = (
    (0x0110, 0x0110, "it failed while it took it in"),
    (0x0117, 0x0117, "it does not take its UID"),
    (0x0119, 0x0119, "its UID and its SOP class do not belong together"),
    (0x0122, 0x0122, "it does not take objects of this SOP class"),
    (0x0124, 0x0124, "it does not allow it"),
    (0xA700, 0xA7FF, "it has no room left"),
    (0xA900, 0xA9FF, "it finds that the object is not as its SOP class asks for"),
    (0xC122, 0xC122, "it does not take this transfer syntax"),
    (0xC000, 0xCFFF, "it does not understand the object"),
)
"""Reasons of failures, first and last code (PS3.18 I.2, PS3.4 B.2.3)."""
_OUT_OF_RESOURCES = range(0xA700, 0xA800)


@dataclass(frozen=True)
class Receipt:
    """What became of one file that was to be stored.

    Attributes
    ----------
    path : Path
    instance : str
        Its SOP Instance UID; empty where the file has none.
    stored : bool
        The server has said that it has the instance.
    code : int or None
        Its warning, or the reason of its refusal.
    retry : bool
        It was not stored, and may be when it is tried again.
    sentence : str
        What the server warns of, or why it was not stored; empty else.
    unnamed : bool
        The server answered, and did not say what became of it.
    """

    path: Path
    instance: str
    stored: bool
    code: int | None = None
    retry: bool = False
    sentence: str = ""
    unnamed: bool = False


@dataclass(frozen=True)
class _Parcel:
    """A file to send."""

    path: Path
    instance: str
    size: int


def storing(connection: Connection, paths: Iterable[Path]) -> Iterator[Receipt]:
    """Send files, one request after another, and give what became of each, in their order.

    When the server cannot be reached, or lets nobody in, the files that are left are not tried any more.
    """
    lost = ""
    for batch in _batches(paths):
        if isinstance(batch, Receipt):
            yield batch
        elif lost:
            yield from _unsent(batch, lost)
        else:
            receipts, lost = _sent(connection, batch)
            yield from receipts


def _batches(paths: Iterable[Path]) -> Iterator[list[_Parcel] | Receipt]:
    """Parcels that go together, and receipts for files that cannot go at all."""
    batch: list[_Parcel] = []
    for path in paths:
        parcel = _parcel(path)
        if batch and (isinstance(parcel, Receipt) or _is_full(batch, parcel)):
            yield batch
            batch = []
        if isinstance(parcel, Receipt):
            yield parcel
        else:
            batch.append(parcel)
    if batch:
        yield batch


def _is_full(batch: Sequence[_Parcel], new: _Parcel) -> bool:
    size = sum(each.size for each in batch) + new.size
    # An answer tells instances by their UIDs.
    return size > _BATCH_BYTES or len(batch) >= _BATCH_FILES or new.instance in {each.instance for each in batch}


def _parcel(path: Path) -> _Parcel | Receipt:
    try:
        dataset = open_object(path, only=["SOPInstanceUID"]).dataset
        with naming(path):
            instance = str(dataset.get("SOPInstanceUID", "")).strip("\0 ")
            size = path.stat().st_size
    except (UnusableFileError, OSError) as error:
        return Receipt(path, "", stored=False, sentence=_cause(path, error))
    if dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
        why = f"{path.name} is a DICOMDIR, an index of other files; servers take the files themselves."
        return Receipt(path, "", stored=False, sentence=why)
    if not is_uid(instance):
        return Receipt(path, "", stored=False, sentence=f"{path.name} has no SOP Instance UID; export it again.")
    return _Parcel(path, instance, size)


def _cause(path: Path, error: UnusableFileError | OSError) -> str:
    return f"{path.name} cannot be read ({error.strerror})." if isinstance(error, OSError) else str(error)


def _unsent(batch: Iterable[_Parcel], why: str) -> Iterator[Receipt]:
    return (Receipt(each.path, each.instance, stored=False, retry=True, sentence=why) for each in batch)


def _sent(connection: Connection, batch: Sequence[_Parcel]) -> tuple[list[Receipt], str]:
    """Receipts for a batch, and why nothing more is to be tried; empty where there is no reason."""
    try:
        receipts = _asked(connection, batch)
    except (UnusableFileError, ServerError) as error:
        if isinstance(error, MisdirectedError) or (isinstance(error, ServerError) and error.passing):
            return list(_unsent(batch, str(error))), str(error)
        if len(batch) > 1:  # one of them may be the reason
            return _one_by_one(connection, batch)
        (only,) = batch
        return [Receipt(only.path, only.instance, stored=False, sentence=str(error))], ""
    return _completed(connection, batch, receipts)


def _completed(connection: Connection, batch: Sequence[_Parcel], receipts: list[Receipt]) -> tuple[list[Receipt], str]:
    """Ask again for each that an answer does not name: Orthanc looks at none that follows one that it refuses."""
    unnamed = [each for each, receipt in zip(batch, receipts, strict=True) if receipt.unnamed]
    if len(batch) == 1 or not unnamed:
        return receipts, ""
    again, lost = _one_by_one(connection, unnamed)
    known = {receipt.path: receipt for receipt in (*receipts, *again)}
    return [known[each.path] for each in batch], lost


def _one_by_one(connection: Connection, batch: Sequence[_Parcel]) -> tuple[list[Receipt], str]:
    receipts, lost = list[Receipt](), ""
    for each in batch:
        made, lost = (list(_unsent([each], lost)), lost) if lost else _sent(connection, [each])
        receipts += made
    return receipts, lost


def _asked(connection: Connection, batch: Sequence[_Parcel]) -> list[Receipt]:
    try:
        return _asked_once(connection, batch)
    except ServerError as error:
        if not error.passing:
            raise
    time.sleep(_PAUSE)
    return _asked_once(connection, batch)


def _asked_once(connection: Connection, batch: Sequence[_Parcel]) -> list[Receipt]:
    body = Body([(each.path, each.size) for each in batch], secrets.token_hex(16))
    with connection.asking("POST", "/studies", accept=JSON, body=body) as answer:
        if answer.status not in _ANSWERS:
            raise answer.refusal()
        said = _said(answer)
    return [_receipt(connection, each, said.get(each.instance)) for each in batch]


def _said(answer: Answer) -> dict[str, tuple[bool, int | None]]:
    """By instance: whether it is stored, and the code; a failure counts, whatever else is said of an instance."""
    try:
        found = read_json(answer)
    except ServerError as error:
        if error.passing:
            raise
        return {}
    rows = found if isinstance(found, list) else [found]
    said: dict[str, tuple[bool, int | None]] = {}
    for tag, code, stored in ((_STORED, _WARNING, True), (_FAILED, _FAILURE, False)):
        for item in (item for row in rows for item in items(row, tag)):
            number = value(item, code)
            said[str(value(item, _INSTANCE))] = stored, number if isinstance(number, int) else None
    return said


def _receipt(connection: Connection, parcel: _Parcel, said: tuple[bool, int | None] | None) -> Receipt:
    """What an answer says of an instance: one that it does not name as stored is not taken for stored."""
    path, instance = parcel.path, parcel.instance
    if said is None:
        why = f"{connection.name} does not say what became of {path.name}; look there whether it has it."
        return Receipt(path, instance, stored=False, retry=True, sentence=why, unnamed=True)
    stored, code = said
    if code == _DUPLICATE:
        return Receipt(path, instance, stored=True, code=code, sentence=f"{connection.name} has {path.name} already.")
    if stored:
        warning = f"{connection.name} stored {path.name} with warning {code:#06x}." if code else ""
        return Receipt(path, instance, stored=True, code=code, sentence=warning)
    why = next(
        (text for first, last, text in _MEANINGS if code is not None and first <= code <= last), "it tells no more"
    )
    number = "" if code is None else f" with reason {code:#06x}"
    sentence = f"{connection.name} refuses {path.name}{number}: {why}."
    return Receipt(path, instance, stored=False, code=code, retry=code in _OUT_OF_RESOURCES, sentence=sentence)
