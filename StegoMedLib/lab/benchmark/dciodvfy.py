"""What David Clunie's dciodvfy objects to in a file (Debian package dicom3tools)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

__all__ = ["errors_of", "is_installed"]

_NAME = "dciodvfy"
_SILENT = frozenset({f"Error - {_NAME} said nothing"})
_LONGEST = 120
"""Seconds that one file may take."""


def is_installed() -> bool:
    """Say whether the program is there."""
    return shutil.which(_NAME) is not None


def errors_of(path: Path) -> frozenset[str]:
    """Give the lines of errors; the program's exit code is no verdict.

    A deflated data set, which it reads as if it were none, is shown to it inflated.
    """
    with tempfile.TemporaryDirectory() as folder:
        shown = _inflated(path, Path(folder) / "inflated.dcm")
        command = [_NAME, "-new", str(shown)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=_LONGEST)  # noqa: S603
    lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
    return frozenset(line for line in lines if line.startswith("Error")) if lines else _SILENT


def _inflated(path: Path, copy: Path) -> Path:
    try:
        syntax = dcmread(path, specific_tags=[]).file_meta.get("TransferSyntaxUID")
    except InvalidDicomError:
        return path
    if syntax != DeflatedExplicitVRLittleEndian:
        return path
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(copy)
    return copy
