"""A DICOM node, and how images are sent to it (C-STORE): by the program `storescu` that comes with Slicer.

Slicer's own `DICOMSender` runs that program too. It is not used, because it cannot be stopped while an image is under
way, gives up waiting after 30 seconds and then takes the image for sent, and does not say who calls.
"""

from __future__ import annotations

import logging
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.plain import plain
from StegoMedPanel.deliveries import BEAT, LostError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from StegoMedPanel.deliveries import Step

__all__ = ["DicomNode"]

_SETTINGS = "correct it in Slicer's settings"
_NO_PROGRAM = "this Slicer has no program storescu to send with"
_TITLE = re.compile(r"[ -\[\]-~]{1,16}")
"""An AE title: up to 16 letters of ASCII without backslash (PS3.5 6.2)."""
_HOST = re.compile(r"[\w.:%][\w.:%-]*")
_HIGHEST_PORT = 65535
_ANSWER_SECONDS = 60
_PROPOSALS = {
    "1.2.840.10008.1.2.1.99": "-xd",
    "1.2.840.10008.1.2.4.50": "-xy",
    "1.2.840.10008.1.2.4.51": "-xx",
    "1.2.840.10008.1.2.4.70": "-xs",
    "1.2.840.10008.1.2.4.80": "-xt",
    "1.2.840.10008.1.2.4.81": "-xu",
    "1.2.840.10008.1.2.4.90": "-xv",
    "1.2.840.10008.1.2.4.91": "-xw",
    "1.2.840.10008.1.2.5": "-xr",
}
"""Options that propose a transfer syntax; without one, those without compression are proposed."""
_FAILED = 1
"""What storescu exits with where there is no status, or one whose high byte is 1."""
_HIGHEST_CODE = 0xFF
_REFUSED = {
    0xA7: "it is out of resources",
    0xA9: "it does not take this kind of image",
    **dict.fromkeys(range(0xC0, 0xD0), "it cannot understand the image"),
}
"""High bytes of a C-STORE response's status (PS3.4 table B.2-1), which storescu exits with."""


@dataclass(frozen=True)
class DicomNode:
    """A DICOM node of Slicer's settings.

    Attributes
    ----------
    name : str
        As in the settings; may be empty.
    host, port
        Where it is.
    called, calling : str
        AE titles: its own, and that of this Slicer; an empty one for that of storescu.
    seconds : int
        How long it may take to answer a call.
    """

    name: str
    host: str
    port: int
    called: str
    calling: str = ""
    seconds: int = 30

    @property
    def place(self) -> object:
        """What tells one server from another."""
        return self.host.lower(), self.port, self.called

    @property
    def label(self) -> str:
        """Name and place for a person."""
        where = plain(f"{self.called}, {self.host}:{self.port}")
        return f"{self.name} ({where})" if self.name else where

    def deliver(self, paths: Iterable[Path]) -> Generator[Step]:
        """Send images, one after the other; closing the iterator stops what is under way.

        Raises
        ------
        LostError
            The node takes no images.
        """
        self._check()
        for path in paths:
            yield from self._send(path)

    def _check(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise LostError(f"its address cannot be used; {_SETTINGS}")
        if not 0 < self.port <= _HIGHEST_PORT:
            raise LostError(f"its port cannot be used; {_SETTINGS}")
        if not all(_TITLE.fullmatch(title) for title in (self.called, self.calling or "-")):
            raise LostError(f"an AE title has 1 to 16 plain letters; {_SETTINGS}")

    def _send(self, path: Path) -> Generator[Step]:
        process = _launched(self._command(path))
        try:
            while not _ended(process):
                yield None
            said = _said(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        yield self._answer(process.returncode, said)

    def _command(self, path: Path) -> list[str]:
        from DICOMLib import DICOMCommand  # noqa: PLC0415 part of Slicer

        try:
            program = DICOMCommand("storescu", [])
        except UserWarning:
            raise LostError(_NO_PROGRAM) from None
        tls: list[str] = []
        if hasattr(program, "tlsArguments"):  # Slicer 5.10 and later
            program.tlsSettingsKeyPrefix = "Client"
            tls = [str(each) for each in program.tlsArguments()]
        wait = str(self.seconds)
        times = ["-to", wait, "-ta", wait, "-td", str(_ANSWER_SECONDS)]
        titles = [*(["-aet", self.calling] if self.calling else []), "-aec", self.called]
        return [program.executable, "-R", *_proposal(path), *times, *titles, *tls, self.host, str(self.port), str(path)]

    def _answer(self, code: int, said: str) -> str:
        """Why an image was refused; nothing where it was not.

        Raises
        ------
        LostError
            It is not this image that the node refuses.
        """
        if code == 0:
            return ""
        if said:
            logging.getLogger("StegoMed").info("storescu: %s", said)
        if _FAILED < code <= _HIGHEST_CODE:
            return _REFUSED.get(code, f"it answered with an error (status {code:02X}xx)")
        if code == _FAILED and not said.strip():
            return "it answered with an error (status 01xx)"
        if "unable to convert" in said:
            return "it does not take their compression"
        raise LostError(self._lost(said))

    def _lost(self, said: str) -> str:
        reasons = {
            "Called AE Title Not Recognized": f"it does not go by the AE title {self.called}",
            "Calling AE Title Not Recognized": f"it does not know {self.calling or 'STORESCU'}, the AE title of Slicer",
            "No Acceptable Presentation Contexts": "it does not take this kind of image",
            "unknown host": "there is no computer of that name",
            "Association Rejected": "it refused the connection",
            "imeout": "it does not answer in time",
            "imed out": "it does not answer in time",
            "TCP Initialization Error": "nothing answers at its port",
        }
        return next((why for words, why in reasons.items() if words in said), "the connection failed")


def _proposal(path: Path) -> list[str]:
    """The option for what an image is compressed with."""
    from pydicom.filereader import read_file_meta_info  # noqa: PLC0415 needs packages

    option = _PROPOSALS.get(str(read_file_meta_info(path).get("TransferSyntaxUID", "")))
    return [option] if option else []


def _launched(command: list[str]) -> subprocess.Popen[str]:
    try:
        process: subprocess.Popen[str] = slicer.util.launchConsoleProcess(command, useStartupEnvironment=False)
    except OSError:
        raise LostError(_NO_PROGRAM) from None
    return process


def _ended(process: subprocess.Popen[str]) -> bool:
    """Whether a process ended; waits for a beat."""
    try:
        process.wait(BEAT)
    except subprocess.TimeoutExpired:
        return False
    return True


def _said(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        return ""
    try:
        return process.stdout.read()
    except UnicodeDecodeError:
        return "(no text)"
