"""Where instances go: an application entity, over an association that is kept, or a DICOMweb server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.presentation import build_context

from StegoMedLib.network.promptness import without_delay
from StegoMedLib.network.tls import calling

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

    from StegoMedLib.network.settings import Node

__all__ = ["NodeTarget", "Sent", "SentState", "Target"]

_DONE, _WARNINGS = 0x0000, range(0xB000, 0xC000)
_LATER = (0x0110, 0x0210, *range(0xA700, 0xA800))
"""Processing failure, a message number twice, and out of resources: these pass (PS3.7 annex C, PS3.4 table B.2-1)."""
_MOST_KINDS = 60
"""Kinds of instances in an association: each takes two presentation contexts, and 128 is the limit (PS3.8 9.3.2.2)."""
_CONNECTION, _ANSWER = 15, 120
_LARGEST_PDU = 1 << 20


class SentState(Enum):
    """What became of an attempt: it is there, will never be, or may be another time."""

    DONE = "done"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class Sent:
    """The state, and the reason why an instance is not there, in a sentence."""

    state: SentState
    reason: str = ""


class Target(Protocol):
    """Takes instances, one after the other."""

    def send(self, path: Path) -> Sent:
        """Send one."""

    def close(self) -> None:
        """End what is kept open."""


_HANDLERS: list[Any] = [(evt.EVT_CONN_OPEN, without_delay)]

_Kind = tuple[str, str]
"""SOP class and transfer syntax."""


class NodeTarget:
    """An application entity.

    Parameters
    ----------
    node : Node
    title : str
        AE title of this side.

    Raises
    ------
    UnusableInputError
        The files for a secure connection cannot be used.
    """

    def __init__(self, node: Node, title: str) -> None:
        self._node, self._ae = node, AE(title)
        self._ae.acse_timeout = self._ae.connection_timeout = _CONNECTION
        self._ae.dimse_timeout = self._ae.network_timeout = _ANSWER
        self._ae.maximum_pdu_size = _LARGEST_PDU
        self._tls = None if node.tls is None else calling(node.tls)
        self._association: Association | None = None
        self._kinds: list[_Kind] = []

    def send(self, path: Path) -> Sent:
        """Send one instance."""
        try:
            meta = read_file_meta_info(path)
            kind = str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID)
        except (InvalidDicomError, AttributeError, ValueError, KeyError, OSError):
            return Sent(SentState.REFUSED, "It is no DICOM file any more; look at the disk of the spool.")
        association = self._ready(kind)
        if association is None:
            return Sent(SentState.LATER, self._silent())
        accepted = self._accepted(association, kind[0])
        try:
            if kind[1] in accepted:
                status = association.send_c_store(path)
            elif kind[1] == ExplicitVRLittleEndian and ImplicitVRLittleEndian in accepted:
                status = association.send_c_store(dcmread(path))
            else:
                return Sent(SentState.REFUSED, "The target takes no such objects in this transfer syntax.")
        except (RuntimeError, OSError):  # it ended just now
            return Sent(SentState.LATER, self._silent())
        return self._judged(status)

    def _judged(self, answer: Dataset) -> Sent:
        status = answer.get("Status")
        if status is None:  # no answer
            self.close()
            return Sent(SentState.LATER, self._silent())
        if status == _DONE or status in _WARNINGS:
            return Sent(SentState.DONE)
        state = SentState.LATER if status in _LATER else SentState.REFUSED
        return Sent(state, f"The target answered with status {status:04X}.")

    def _silent(self) -> str:
        return f"No association with {self._node.title} at {self._node.host}:{self._node.port}."

    def _ready(self, kind: _Kind) -> Association | None:
        """An association in which a kind was asked for, the one before where it is good."""
        if kind in self._kinds:
            self._kinds.remove(kind)
            self._kinds.append(kind)
            if self._association is not None and self._association.is_established:
                return self._association
        else:
            self._kinds = [*self._kinds[1 - _MOST_KINDS :], kind]
        self.close()
        return self._opened()

    def _opened(self) -> Association | None:
        wanted = dict.fromkeys((sop, syntax) for sop, own in self._kinds for syntax in (own, ImplicitVRLittleEndian))
        contexts = [build_context(sop, syntax) for sop, syntax in wanted]
        tls = None if self._tls is None else (self._tls, self._node.host)
        made = self._ae.associate(
            self._node.host, self._node.port, contexts, self._node.title, tls_args=tls, evt_handlers=_HANDLERS
        )
        self._association = made if made.is_established else None
        return self._association

    def _accepted(self, association: Association, sop_class: str) -> set[str]:
        return {
            str(context.transfer_syntax[0])
            for context in association.accepted_contexts
            if context.abstract_syntax == sop_class
        }

    def close(self) -> None:
        """Release the association."""
        if self._association is not None and self._association.is_established:
            self._association.release()
        self._association = None
