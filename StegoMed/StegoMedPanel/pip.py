"""pip in Slicer's Python: what it would change and how large that is, downloading it, and installing it.

What is installed already is held as it is by constraints: Slicer and other extensions rely on it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import queue
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

import slicer

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import ModuleType

__all__ = ["Change", "download", "install", "key", "plan", "requirement"]

_ALWAYS = ("--disable-pip-version-check", "--no-input", "--retries", "1")
_POLL = 0.05
"""Seconds between looks at a running pip, in which the window lives."""
_PATIENCE = 10
"""Seconds to wait for the size of a download."""


class _FailedError(Exception):
    """pip ended with an error; what it said stands in the Python console."""


@dataclass(frozen=True)
class Change:
    """One distribution that is added or replaced.

    Attributes
    ----------
    name, version, before : str
        `before` is the version that is replaced, empty where none is.
    size : int or None
        Bytes to download, None where that is not known.
    server : str
        Where it comes from.
    """

    name: str
    version: str
    before: str = ""
    size: int | None = None
    server: str = ""

    @property
    def words(self) -> str:
        """Name, version, size, and what is replaced."""
        megabytes = "size unknown" if self.size is None else f"{max(self.size / 1e6, 0.1):.1f} MB"
        replaced = f", replaces {self.before}" if self.before else ""
        return f"{self.name} {self.version} ({megabytes}{replaced})"


def requirement(text: str) -> Any:  # noqa: ANN401 of whichever copy of the packaging library is there
    """A requirement (PEP 508), with its `name` and `specifier`."""
    return _packaging("requirements").Requirement(text)


def key(name: str) -> str:
    """The name of a distribution as names are compared (PEP 503)."""
    return str(_packaging("utils").canonicalize_name(name))


def _packaging(module: str) -> ModuleType:
    """A module of the packaging library, of which pip always has a copy."""
    try:
        return importlib.import_module(f"packaging.{module}")
    except ImportError:
        return importlib.import_module(f"pip._vendor.packaging.{module}")


def plan(requirements: Sequence[str], alive: Callable[[], None]) -> list[Change] | None:
    """What installing these requirements would change; nothing is changed.

    Parameters
    ----------
    requirements : sequence of str
        PEP 508. Distributions that are there and not named here keep their versions.
    alive : callable
        Called while pip works; may raise to stop it.

    Returns
    -------
    list of Change, or None
        None where there is no way beside what is there, or no internet connection.
    """
    wanted = {key(requirement(each).name) for each in requirements}
    with tempfile.TemporaryDirectory(prefix="StegoMed-", dir=slicer.app.temporaryPath) as name:
        folder = Path(name)
        held, report = folder / "held.txt", folder / "report.json"
        held.write_text("".join(f"{line}\n" for line in _held(wanted)), encoding="utf-8")
        options = ["--dry-run", "--report", str(report), "--constraint", str(held)]
        try:
            _pip(["install", *options, *requirements], alive)
        except _FailedError:
            return None
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return [_change(item, alive) for item in found]


def download(changes: Sequence[Change], folder: Path, alive: Callable[[], None]) -> None:
    """Download exactly these distributions into a folder; what is there stays as it is.

    Raises
    ------
    UnusableInputError
        They cannot be had.
    """
    try:
        _pip(["download", "--no-deps", "--dest", str(folder), *_exact(changes)], alive)
    except _FailedError:
        raise UnusableInputError(
            "The Python packages could not be downloaded; check the internet connection and the Python console."
        ) from None


def install(changes: Sequence[Change], folder: Path) -> None:
    """Install what was downloaded, through Slicer's own way; no internet connection can interrupt it any more.

    Raises
    ------
    UnusableInputError
        It failed.
    """
    options = ["--no-deps", "--no-index", "--find-links", str(folder), *_exact(changes)]
    try:
        _slicers_own_way()(options)
    except Exception as error:  # pip's failures arrive as CalledProcessError, RuntimeError and others
        raise UnusableInputError(
            "The Python packages were downloaded but could not be installed; see the Python console."
        ) from error
    importlib.invalidate_caches()


def _slicers_own_way() -> Callable[[list[str]], object]:
    """What installs packages in this Slicer, on the main thread; since Slicer 5.11 it shows how far it is."""
    try:
        from slicer.packaging import pip_install  # noqa: PLC0415 Slicer 5.10 lacks it
    except ImportError:
        return cast("Callable[[list[str]], object]", slicer.util.pip_install)
    return partial(pip_install, requester="StegoMed")


def _exact(changes: Sequence[Change]) -> list[str]:
    return [f"{each.name}=={each.version}" for each in changes]


def _held(wanted: set[str]) -> list[str]:
    """Constraints for all that is installed and not wanted in another version."""
    there: dict[str, str] = {}
    for each in importlib.metadata.distributions():
        name, version = each.metadata["Name"], each.version
        if name and version:
            there.setdefault(key(name), f"{name}=={version}")
    return [line for each, line in sorted(there.items()) if each not in wanted]


def _change(item: dict[str, Any], alive: Callable[[], None]) -> Change:
    alive()
    name, version = item["metadata"]["name"], item["metadata"]["version"]
    try:
        before = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        before = ""
    url = item["download_info"]["url"]
    return Change(name, version, before, _size(url), urlsplit(url).hostname or "")


def _size(url: str) -> int | None:
    """Bytes of a download; None where its server does not say."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        path = Path(url2pathname(parts.path))
        return path.stat().st_size if path.is_file() else None
    try:
        import requests  # noqa: PLC0415 part of Slicer

        answer = requests.head(url, allow_redirects=True, timeout=_PATIENCE)
        return int(answer.headers["Content-Length"]) if answer.ok else None
    except Exception:  # noqa: BLE001 the size is a courtesy; requests has many kinds of errors
        return None


def _pip(arguments: list[str], alive: Callable[[], None]) -> None:
    """Run pip in a process of its own, while the window lives; its words go to the Python console.

    Raises
    ------
    _FailedError
        It ended with an error.
    """
    command = [_python(), "-m", "pip", *arguments[:1], *_ALWAYS, *arguments[1:]]
    process = slicer.util.launchConsoleProcess(command)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_follow, args=(process.stdout, lines), daemon=True).start()
    try:
        while process.poll() is None:
            alive()
            time.sleep(_POLL)
            _print(lines)
    except BaseException:
        process.kill()
        process.wait()
        raise
    _print(lines)
    if process.returncode:
        raise _FailedError


def _follow(stream: Iterable[str], lines: queue.SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line)


def _print(lines: queue.SimpleQueue[str]) -> None:
    while not lines.empty():
        print(lines.get().rstrip())  # noqa: T201 where pip's words are looked for: Slicer's Python console


def _python() -> str:
    """Slicer's Python as a program."""
    program = shutil.which("PythonSlicer")
    if program is None:
        raise UnusableInputError("PythonSlicer, which installs Python packages, is not on the PATH; repair Slicer.")
    return program
