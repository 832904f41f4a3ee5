"""Python packages that the library needs: what is missing, how large it is, and installing it on request."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import UnusableInputError, UsageError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["REQUIREMENTS", "Package", "ensure", "missing", "read_requirements"]

REQUIREMENTS = Path(__file__).resolve().parents[1] / "Resources" / "requirements.txt"
_LINE = re.compile(r"(?P<requirement>\S+)\s+# (?P<megabytes>\d+) MB: (?P<use>.+)")
_HELD = "pydicom"
"""Slicer has an old one in memory from its start, which a newer one on disk does not replace."""


@dataclass(frozen=True)
class Package:
    """One line of the list: requirement (PEP 508), size of the download in MB, and what it is for."""

    requirement: str
    megabytes: int
    use: str


def read_requirements(path: Path = REQUIREMENTS) -> list[Package]:
    """Packages of the list."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [_LINE.fullmatch(line) for line in lines if line and not line.startswith("#")]
    return [Package(match["requirement"], int(match["megabytes"]), match["use"]) for match in found if match]


def missing(*, network: bool) -> list[Package]:
    """Packages that are not there in the version needed; `network` says whether the Mask R-CNN will be run."""
    wanted = [item for item in read_requirements() if network or not item.requirement.startswith("onnxruntime")]
    return [item for item in wanted if not _installed(item.requirement)]


def ensure(*, network: bool) -> None:
    """Install what is missing, after asking.

    Raises
    ------
    UsageError
        The user declined.
    UnusableInputError
        The installation failed, or Slicer has to be started again for it.
    """
    lacking = missing(network=network)
    if not lacking:
        return
    if not slicer.util.confirmOkCancelDisplay(_question(lacking), windowTitle="StegoMed"):
        raise UsageError("Nothing was done, because Python packages are missing; agree to their installation.")
    _install([item.requirement for item in lacking])
    importlib.invalidate_caches()
    left = [item.requirement for item in missing(network=network)]
    if left:
        raise UnusableInputError(
            f"These Python packages could not be installed: {', '.join(left)}; check the internet connection and the "
            "Python console."
        )
    if _HELD in sys.modules and any(item.requirement.startswith(_HELD) for item in lacking):
        raise UnusableInputError("A newer pydicom was installed; start Slicer again to use it.")


def _question(lacking: list[Package]) -> str:
    lines = [f"  {item.requirement}  ({item.megabytes} MB, {item.use})" for item in lacking]
    total = sum(item.megabytes for item in lacking)
    return (
        f"StegoMed needs {len(lacking)} Python package(s) that are not in Slicer yet, about {total} MB to download:\n\n"
        + "\n".join(lines)
        + "\n\nInstall them now? This is asked once."
    )


def _install(requirements: list[str]) -> None:
    """Install through `slicer.packaging` where it is there (5.11 and later)."""
    try:
        modern = importlib.import_module("slicer.packaging")
    except ImportError:
        modern = None
    try:
        if modern is not None:
            modern.pip_install(requirements, requester="StegoMed")
        else:
            slicer.util.pip_install(requirements)
    except Exception as error:  # pip's failures arrive as CalledProcessError, RuntimeError and others
        raise UnusableInputError(
            "The Python packages could not be installed; check the internet connection and the Python console."
        ) from error


def _installed(requirement: str) -> bool:
    wanted = _parser().Requirement(requirement)
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return bool(wanted.specifier.contains(version, prereleases=True))


def _parser() -> ModuleType:
    """`packaging.requirements`, of which pip always has a copy."""
    try:
        return importlib.import_module("packaging.requirements")
    except ImportError:
        return importlib.import_module("pip._vendor.packaging.requirements")
