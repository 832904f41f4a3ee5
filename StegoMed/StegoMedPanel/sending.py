"""Sending what was saved to one server: until it has all images, takes no more, or a person cancels."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import CancelledError
from StegoMedLib.wording import counted
from StegoMedPanel import nodes
from StegoMedPanel.deliveries import LostError
from StegoMedPanel.states import State
from StegoMedPanel.wording import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from StegoMedPanel.servers import Server
    from StegoMedPanel.untyped import Widget

__all__ = ["Parcel"]

_CHANGED = "the DICOM database no longer has what was saved"
_HERE = "All of them are in the DICOM database; press Send to send the rest."
_GONE = "Save again to send what is missing."


@dataclass
class Parcel:
    """The images of one save, and which servers have which of them.

    Attributes
    ----------
    images : dict of str to str
        SHA-256 of each file that was saved by SOPInstanceUID, in order. Nothing else is ever sent.
    question : str
        What a person has to answer first; empty where nothing is to be asked.
    look_first : bool
        Whether they can answer only after they looked at what was saved.
    """

    images: dict[str, str]
    question: str = ""
    look_first: bool = False
    _sent: dict[object, set[str]] = field(default_factory=dict)

    def left(self, server: Server) -> list[str]:
        """Images that a server has not taken yet."""
        has = self._sent.get(server.place, set())
        return [uid for uid in self.images if uid not in has]

    def send(self, server: Server, progress: Callable[[int, int, str], None]) -> tuple[str, State]:
        """Send what a server has not taken yet from the open DICOM database; what came of it, in words.

        `progress` is called many times a second, and stops it by a `CancelledError`.
        """
        delivery = _Delivery(self, server, nodes.database())
        end = ""
        try:
            progress(delivery.taken, len(self.images), "sent")
            with closing(server.deliver(delivery.paths())) as steps:
                for step in steps:
                    if step is not None:
                        delivery.note(step)
                    progress(delivery.taken, len(self.images), "sent")
        except CancelledError:
            end = "cancelled"
        except LostError as error:
            end = str(error)
        return delivery.words(end)

    def took(self, server: Server, uid: str) -> None:
        """Note that a server has an image."""
        self._sent.setdefault(server.place, set()).add(uid)


class _Delivery:
    """One try to send what is left of a parcel."""

    def __init__(self, parcel: Parcel, server: Server, opened: Widget) -> None:
        self._parcel, self._server, self._opened = parcel, server, opened
        self._under_way = ""
        self._refused: dict[str, str] = {}

    @property
    def taken(self) -> int:
        """Images that the server has, from this try and those before."""
        return len(self._parcel.images) - len(self._parcel.left(self._server))

    def paths(self) -> Iterator[Path]:
        """Files to send, each looked at before it goes: what is not as it was saved stays here."""
        for uid in self._parcel.left(self._server):
            path = str(self._opened.fileForInstance(uid))
            if _digest(path) == self._parcel.images[uid]:
                self._under_way = uid
                yield Path(path)
            else:
                self._refused[uid] = _CHANGED

    def note(self, refused: str) -> None:
        """Note what became of the image that was under way."""
        if refused:
            self._refused[self._under_way] = refused
        else:
            self._parcel.took(self._server, self._under_way)
        self._under_way = ""

    def words(self, end: str) -> tuple[str, State]:
        """What came of it."""
        images, left = list(self._parcel.images), self._parcel.left(self._server)
        label, taken = self._server.label, len(images) - len(left)
        if not left:
            were = "image was" if taken == 1 else "images were"
            return f"{taken} {were} sent to {label}.", State.GOOD
        sent = f"{taken} of {counted(len(images), 'image')} {'was' if taken == 1 else 'were'} sent to {label}"
        notes = [f"{sent}: {end}." if end and end != "cancelled" else f"{sent}."]
        if end == "cancelled":
            under_way = ", and the one that was under way may have arrived" if self._under_way else ""
            notes[0] = f"Cancelled: {sent}{under_way}."
        for why in dict.fromkeys(self._refused.values()):
            numbers = [images.index(uid) + 1 for uid, each in self._refused.items() if each == why]
            notes.append(f"Not sent {'is image' if len(numbers) == 1 else 'are images'} {fold(numbers)}: {why}.")
        rest = _GONE if _CHANGED in self._refused.values() else _HERE
        return " ".join((*notes, rest)), State.WARNING


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""
    except OSError:
        return ""
