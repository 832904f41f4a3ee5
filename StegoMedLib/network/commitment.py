"""Answers whether instances are safe (Storage Commitment Push Model, PS3.4 annex J).

What this service answers for is that an instance was received whole: it lies in the spool or in quarantine, or the
target has acknowledged what was made of it.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.presentation import build_role
from pynetdicom.sop_class import StorageCommitmentPushModel  # type: ignore[attr-defined]

from StegoMedLib.files import PRIVATE, write_whole
from StegoMedLib.network.tls import calling

if TYPE_CHECKING:
    from pathlib import Path

    from pynetdicom.association import Association
    from pynetdicom.events import Event

    from StegoMedLib.network.counters import Counters
    from StegoMedLib.network.ledger import Ledger
    from StegoMedLib.network.settings import Node, Settings

__all__ = ["Committer"]

_SUCCESS, _INVALID, _PROCESSING_FAILURE = 0x0000, 0x0115, 0x0110
_NO_SUCH_INSTANCE, _CLASS_CONFLICT = 0x0112, 0x0119
"""Failure reasons (PS3.3 C.14.1.1)."""
_REQUEST, _ALL_SAFE, _SOME_FAILED = 1, 1, 2
_INSTANCE = "1.2.840.10008.1.20.1.1"
_MOST = 100_000
"""Instances of a request."""
_PAUSE, _LONGEST = 2.0, 300.0
_SECONDS = 15


@dataclass(frozen=True)
class _Request:
    """A request, as it lies in the spool until it was answered."""

    caller: str
    transaction: str
    instances: list[tuple[str, str]]


class Committer:
    """Keeps requests, and answers them from a thread of its own.

    Parameters
    ----------
    settings : Settings
    folder : Path
        Of requests that are not answered yet.
    ledger : Ledger
    counters : Counters
    """

    def __init__(self, settings: Settings, folder: Path, ledger: Ledger, counters: Counters) -> None:
        self._settings, self._folder, self._ledger, self._counters = settings, folder, ledger, counters
        self._same: dict[str, Association] = {}
        self._change, self._ending = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="commitment", daemon=True)

    def start(self) -> None:
        """Begin to answer, requests from before first."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more; what is left is answered by the next service."""
        self._ending = True
        self._change.set()
        self._thread.join(_SECONDS)

    def take(self, event: Event) -> tuple[int, None]:
        """Keep a request (N-ACTION); its status."""
        if event.action_type != _REQUEST:
            return _INVALID, None
        caller = str(event.assoc.requestor.ae_title).strip()
        try:
            request = _requested(caller, event.action_information)
            content = json.dumps([request.caller, request.transaction, request.instances]).encode()
            name = f"{time.time_ns():020}.json"
            self._same[name] = event.assoc
            write_whole(self._folder / name, content, mode=PRIVATE)
        except (AttributeError, ValueError, TypeError):
            return _INVALID, None
        except Exception:  # noqa: BLE001 the disk is full
            return _PROCESSING_FAILURE, None
        self._counters.committed.labels(caller).inc()
        self._change.set()
        return _SUCCESS, None

    def _run(self) -> None:
        pause = _PAUSE
        while not self._ending:
            self._change.clear()
            left = [path for path in sorted(self._folder.glob("*.json")) if not self._answered(path)]
            pause = min(2 * pause, _LONGEST) if left else _PAUSE
            self._change.wait(pause if left else None)

    def _answered(self, path: Path) -> bool:
        """Answer a request; False where the caller cannot be reached now."""
        try:
            caller, transaction, instances = json.loads(path.read_bytes())
            request = _Request(caller, transaction, [(uid, sop) for uid, sop in instances])
        except (ValueError, OSError, TypeError):
            path.unlink(missing_ok=True)
            return True
        sent = False
        with suppress(Exception):  # whatever is in the request, and whatever the other side does: it is tried again
            kind, report = self._report(request)
            sent = self._sent(path.name, request.caller, kind, report)
        if sent:
            self._same.pop(path.name, None)
            path.unlink(missing_ok=True)
        return sent

    def _report(self, request: _Request) -> tuple[int, Dataset]:
        """Event type and event information (PS3.4 J.3.3)."""
        report, safe, failed = Dataset(), [], []
        report.TransactionUID = request.transaction
        for sop_class, uid in request.instances:
            known, item = self._ledger.sop_class(uid), Dataset()
            item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
            if known == sop_class:
                safe.append(item)
            else:
                item.FailureReason = _NO_SUCH_INSTANCE if known is None else _CLASS_CONFLICT
                failed.append(item)
        if safe or not failed:
            report.ReferencedSOPSequence = safe
        if failed:
            report.FailedSOPSequence = failed
        return _SOME_FAILED if failed else _ALL_SAFE, report

    def _sent(self, name: str, caller: str, kind: int, report: Dataset) -> bool:
        """Send the report, on the association of the request, or on one to the caller's address."""
        same = self._same.get(name)
        node = self._settings.callers.get(caller)
        if node is not None:
            return self._called(node, kind, report)
        if same is None or not same.is_established:  # nobody said where this caller listens
            return True
        return _reported(same, kind, report)

    def _called(self, node: Node, kind: int, report: Dataset) -> bool:
        entity = AE(self._settings.listen.title)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = entity.connection_timeout = _SECONDS
        entity.add_requested_context(StorageCommitmentPushModel)
        role = build_role(StorageCommitmentPushModel, scp_role=True)
        tls = None if node.tls is None else (calling(node.tls), node.host)
        association = entity.associate(node.host, node.port, ae_title=node.title, ext_neg=[role], tls_args=tls)
        if not association.is_established:
            return False
        try:
            return _reported(association, kind, report)
        finally:
            association.release()


def _reported(association: Association, kind: int, report: Dataset) -> bool:
    status, _ = association.send_n_event_report(report, kind, StorageCommitmentPushModel, _INSTANCE)
    return bool(status.get("Status") == _SUCCESS)


def _requested(caller: str, information: Any) -> _Request:  # noqa: ANN401 a data set of somebody
    rows = information.ReferencedSOPSequence
    if not 0 < len(rows) <= _MOST:
        raise ValueError
    instances = [(str(row.ReferencedSOPClassUID), str(row.ReferencedSOPInstanceUID)) for row in rows]
    return _Request(caller, str(information.TransactionUID), instances)
