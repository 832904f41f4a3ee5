"""`DICOMLib.DICOMCommand`: where Slicer's DCMTK programs are, and what they are given for TLS."""

from __future__ import annotations

import shutil
from pathlib import Path

import slicer

from ..pythonqt import install

qt = install()

_PROGRAMS = ("storescu",)


def put_programs() -> None:
    """Put the DCMTK programs of this machine where Slicer has its own."""
    folder = _folder()
    folder.mkdir(exist_ok=True)
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            (folder / name).symlink_to(found)


class DICOMCommand:
    """A DCMTK program and its arguments.

    Attributes
    ----------
    executable
        Its path.
    tlsSettingsKeyPrefix
        Whose certificate the settings are asked for: `Client` for one who calls.

    Raises
    ------
    UserWarning
        Slicer has no folder with such programs.
    """

    def __init__(self, cmd: str, args: list[str]) -> None:
        if not _folder().is_dir():
            raise UserWarning("Could not find a valid path to DICOM helper applications")
        self.executable, self._args = f"{_folder()}/{cmd}", args
        self.tlsSettingsKeyPrefix: str | None = None

    def tlsArguments(self) -> list[str]:
        """Options for TLS, where the settings name a key and a certificate."""
        settings, prefix = qt.QSettings(), f"DICOM/{self.tlsSettingsKeyPrefix}TLS"
        own = settings.value(f"{prefix}PrivateKey"), settings.value(f"{prefix}CertFile")
        arguments = ["+tls", *own] if self.tlsSettingsKeyPrefix and None not in own else []
        for number in range(settings.beginReadArray("DICOM/CACertFiles")):
            settings.setArrayIndex(number)
            arguments += ["--add-cert-file", settings.value("path")]
        settings.endArray()
        return arguments


def _folder() -> Path:
    return Path(slicer.app.slicerHome) / "bin"
