"""Python packages that the library needs: which are missing, what installing them would change, and asking for it."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import qt
import slicer

from StegoMedLib.errors import StegoMedError, UnusableInputError, UsageError
from StegoMedLib.wording import counted
from StegoMedPanel import pip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from StegoMedPanel.pip import Change

__all__ = ["REQUIREMENTS", "Package", "RestartNeededError", "Teller", "ensure", "missing", "read_requirements"]

REQUIREMENTS = Path(__file__).resolve().parents[1] / "Resources" / "requirements.txt"
_LINE = re.compile(r"(?P<requirement>\S+)\s+# (?P<optional>optional: )?(?P<use>.+)")
_LEFT_OUT = "StegoMed/PackagesLeftOut"
"""Setting: optional packages that cannot be had in this Slicer, so that they are not asked for every time."""
_LEFT_OUT_NOW: set[str] = set()


class RestartNeededError(StegoMedError):
    """Packages were replaced that this Slicer holds in memory: a success, after which nothing may run."""

    def __init__(self) -> None:
        super().__init__("Python packages were installed; save the scene and start Slicer again to use them.")


class Teller(Protocol):
    """Where the installation says what it does."""

    def announce(self, words: str) -> None:
        """Show what is being done now."""

    def alive(self) -> None:
        """Let the window live; raises when the user cancels."""


class _Quiet:
    """For scripts and Sample Data, which have no line of words."""

    def announce(self, words: str) -> None:
        slicer.util.showStatusMessage(words, 5000)

    def alive(self) -> None:
        slicer.app.processEvents()


@dataclass(frozen=True)
class Package:
    """One line of the list: requirement (PEP 508), what it is for, and whether the library does without it."""

    requirement: str
    use: str
    optional: bool = False


@dataclass(frozen=True)
class _Offer:
    """What would be changed, and what cannot be had beside what Slicer ships."""

    changes: list[Change]
    refused: list[Package]


def read_requirements(path: Path = REQUIREMENTS) -> list[Package]:
    """Packages of the list."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [_LINE.fullmatch(line) for line in lines if line and not line.startswith("#")]
    return [Package(match["requirement"], match["use"], bool(match["optional"])) for match in found if match]


def missing(*, network: bool) -> list[Package]:
    """Packages that are not there in the version needed; `network` says whether the Mask R-CNN will be run."""
    wanted = [item for item in read_requirements() if network or not item.requirement.startswith("onnxruntime")]
    left_out = _left_out()
    return [item for item in wanted if not _installed(item.requirement) and item.requirement not in left_out]


def ensure(*, network: bool, teller: Teller | None = None) -> None:
    """Install what is missing, after saying all that this changes, and asking.

    Raises
    ------
    UsageError
        The user declined.
    CancelledError
        The user cancelled; nothing was changed.
    UnusableInputError
        The installation failed.
    RestartNeededError
        Slicer has to be started again before anything can run.
    """
    if _stale():
        raise RestartNeededError
    lacking = missing(network=network)
    if not lacking:
        return
    told = _Quiet() if teller is None else teller
    told.announce("Looking for the Python packages that are missing ...")
    offer = _offer(lacking, told.alive)
    _leave_out(offer.refused, lasting=bool(offer.changes))
    if not offer.changes:
        return
    if not slicer.util.confirmOkCancelDisplay(_question(offer, lacking), windowTitle="StegoMed"):
        _decline(lacking)
        return
    with tempfile.TemporaryDirectory(prefix="StegoMed-", dir=slicer.app.temporaryPath) as folder:
        told.announce("Downloading Python packages ...")
        pip.download(offer.changes, Path(folder), told.alive)
        told.announce("Installing Python packages ...")
        pip.install(offer.changes, Path(folder))
    left = [item.requirement for item in missing(network=network)]
    if left:
        raise UnusableInputError(f"These packages could not be installed: {', '.join(left)}; see the Python console.")
    if _stale():
        _offer_restart()
        raise RestartNeededError


def _offer_restart() -> None:
    question = "Python packages were installed, and Slicer has to be started again to use them.\n\n"
    if slicer.util.confirmYesNoDisplay(
        question + "Start it again now? What is not saved in the scene is lost.", windowTitle="StegoMed"
    ):
        slicer.util.restart()


def _offer(lacking: Sequence[Package], alive: Callable[[], None]) -> _Offer:
    """The most of what is lacking that can be had; optional packages one by one where not all can.

    Raises
    ------
    UnusableInputError
        Not even the others can.
    """
    changes = _plan(lacking, alive)
    if changes is not None:
        return _Offer(changes, [])
    chosen, refused = [item for item in lacking if not item.optional], []
    changes = _plan(chosen, alive)
    if changes is None:
        raise UnusableInputError(
            "The Python packages that StegoMed needs do not fit those of this Slicer, or there is no internet "
            "connection; see the Python console, or use Slicer 5.10 or later."
        )
    for item in lacking:
        more = _plan([*chosen, item], alive) if item.optional else None
        if more is not None:
            changes = more
            chosen.append(item)
        elif item.optional:
            refused.append(item)
    return _Offer(changes, refused)


def _plan(items: Sequence[Package], alive: Callable[[], None]) -> list[Change] | None:
    return pip.plan([item.requirement for item in items], alive) if items else []


def _decline(lacking: Sequence[Package]) -> None:
    """The user said no: that ends what needs the packages, and is kept for those that are only optional."""
    if not all(item.optional for item in lacking):
        raise UsageError(
            "Nothing was done: Python packages are missing. Press the button again and agree to install them."
        )
    _leave_out(lacking, lasting=True)


def _question(offer: _Offer, lacking: Sequence[Package]) -> str:
    """All that would change, with sizes, and what for."""
    lines = [f"  {each.words}{_use(each, lacking)}" for each in offer.changes]
    text = "StegoMed needs Python packages that are not in Slicer yet. "
    text += f"This adds or replaces {counted(len(lines), 'package')}, {_download(offer.changes)}:\n\n" + "\n".join(
        lines
    )
    if offer.refused:
        left = "\n".join(f"  {item.requirement}: {item.use}" for item in offer.refused)
        text += f"\n\nNot installed, because they need other versions of packages in Slicer:\n{left}"
    names = " ".join(each.name for each in offer.changes)
    text += f"\n\nTo remove them later, type in the Python console: slicer.util.pip_uninstall('{names}')"
    return text + "\n\nAll other packages in Slicer's Python stay unchanged. Install them now? This is asked once."


def _download(changes: Sequence[Change]) -> str:
    """How large the download is, and where it comes from."""
    known = [each.size for each in changes if each.size is not None]
    size = f"about {max(round(sum(known) / 1e6), 1)} MB" + ("" if len(known) == len(changes) else " or more")
    servers = sorted({each.server for each in changes if each.server})
    return size + (f" from {', '.join(servers)}" if servers else "")


def _use(change: Change, lacking: Sequence[Package]) -> str:
    """What a package is for; those that others bring along are not in the list."""
    uses = {pip.key(pip.requirement(item.requirement).name): item.use for item in lacking}
    use = uses.get(pip.key(change.name))
    return f": {use}" if use else ""


def _stale() -> bool:
    """Whether a package in memory is older than is needed, and the one on disk is not."""
    for item in read_requirements():
        wanted = pip.requirement(item.requirement)
        loaded = getattr(sys.modules.get(wanted.name.replace("-", "_")), "__version__", None)
        if loaded and not wanted.specifier.contains(str(loaded), prereleases=True) and _installed(item.requirement):
            return True
    return False


def _installed(requirement: str) -> bool:
    wanted = pip.requirement(requirement)
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return bool(wanted.specifier.contains(version, prereleases=True))


def _left_out() -> set[str]:
    """Optional packages that were found not to be there for this Slicer."""
    version, _, names = str(qt.QSettings().value(_LEFT_OUT) or "").partition(" ")
    lasting = set(names.split()) if version == str(slicer.app.applicationVersion) else set()
    return lasting | _LEFT_OUT_NOW


def _leave_out(refused: Sequence[Package], *, lasting: bool) -> None:
    """Ask no more for these: `lasting` where it is known that they cannot be had, else until Slicer ends."""
    _LEFT_OUT_NOW.update(item.requirement for item in refused)
    if refused and lasting:
        qt.QSettings().setValue(_LEFT_OUT, " ".join((str(slicer.app.applicationVersion), *sorted(_left_out()))))
