"""The spool: instances on their way, each in one file that lies in one folder, which says how far it came.

An instance is received (``incoming``, then ``received``), worked on (``work``), waits for its target
(``protected/TARGET``), and is removed, or lies in ``quarantine`` beside the reason. A file comes to its next place by
being renamed, when all of it is on the disk: whatever ends the service, each instance lies whole in one of them.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, sync, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Spool", "caller_of"]

_FOLDERS = ("incoming", "received", "work", "protected", "quarantine", "commitments")
_PRIVATE_FOLDER = 0o700
_SUFFIX = ".dcm"


def caller_of(name: str) -> str:
    """AE title of whoever sent an instance, by the name of its file."""
    with suppress(ValueError, IndexError):
        return bytes.fromhex(name.removesuffix(_SUFFIX).split("-")[2]).decode("ascii")
    return ""


class Spool:
    """Folders of one service.

    Parameters
    ----------
    place : Path
        Made where it is missing, for its owner alone.

    Raises
    ------
    UnusableInputError
        It cannot be written to.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        try:
            place.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            for name in _FOLDERS:
                (place / name).mkdir(exist_ok=True, mode=_PRIVATE_FOLDER)
        except OSError as error:
            raise UnusableInputError(
                f"The spool {place} cannot be used ({error.strerror}); name a folder that you may write to."
            ) from None
        self.incoming, self.received, self.quarantine = (
            place / name for name in ("incoming", "received", "quarantine")
        )
        self.commitments = place / "commitments"
        self.work = place / "work" / secrets.token_hex(8)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other services out, and clear what a killed one left half-done.

        Raises
        ------
        UnusableInputError
            Another one uses it.
        """
        with (self.place / "lock").open("wb") as stream:
            if not _lock(stream.fileno()):
                raise UnusableInputError(
                    f"Another service uses the spool {self.place}; end that one, or name another folder."
                )
            for folder in (self.incoming, self.place / "work"):
                _clear(folder)
            self.work.mkdir(mode=_PRIVATE_FOLDER)
            self._drop_done()
            yield
            shutil.rmtree(self.work, ignore_errors=True)

    def _drop_done(self) -> None:
        """Remove what was received where what was made of it is complete."""
        for path in self.received.iterdir():
            if any((folder / path.name).exists() for folder in (*self._targets(), self.quarantine)):
                path.unlink()

    def _targets(self) -> list[Path]:
        return [path for path in (self.place / "protected").iterdir() if path.is_dir()]

    def free(self) -> int:
        """Bytes that are free on its disk."""
        return shutil.disk_usage(self.place).free

    def take(self, incoming: Path, caller: str) -> Path:
        """Make a file that arrived a received one; it is on the disk afterwards.

        Raises
        ------
        OSError
            The disk fails.
        """
        name = f"{time.time_ns():020}-{secrets.token_hex(4)}-{caller.encode('ascii', 'replace').hex()}{_SUFFIX}"
        with incoming.open("rb+") as stream:
            os.fsync(stream.fileno())
        incoming.chmod(PRIVATE)
        return _moved(incoming, self.received / name)

    def waiting(self) -> list[Path]:
        """What was received, in the order in which it came."""
        return sorted(self.received.iterdir())

    def for_target(self, target: str) -> Path:
        """Folder of what waits for a target."""
        folder = self.place / "protected" / target
        folder.mkdir(exist_ok=True, mode=_PRIVATE_FOLDER)
        return folder

    def protect(self, received: Path, product: Path, target: str) -> Path:
        """Let what was made of an instance wait for its target; the instance itself goes."""
        with product.open("rb+") as stream:
            os.fsync(stream.fileno())
        made = _moved(product, self.for_target(target) / received.name)
        received.unlink(missing_ok=True)
        return made

    def set_aside(self, path: Path, reason: str) -> Path:
        """Put a file into quarantine, beside the reason, which is there first."""
        kept = self.quarantine / path.name
        write_whole(kept.with_suffix(".txt"), reason.encode() + b"\n", mode=PRIVATE)
        return _moved(path, kept)

    def counts(self) -> dict[str, int]:
        """How many files lie where."""
        found = {name: _files(self.place / name) for name in ("received", "quarantine")}
        return found | {"protected": sum(_files(folder) for folder in self._targets())}

    def left_for(self) -> dict[str, int]:
        """How many files wait for each target, those of earlier settings among them; none for whom nothing waits."""
        return {folder.name: count for folder in self._targets() if (count := _files(folder))}

    def sweep(self, seconds: float) -> None:
        """Remove what was arriving and has not grown for so long: its association is gone."""
        for path in self.incoming.iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > seconds:
                    path.unlink()


def _files(folder: Path) -> int:
    with os.scandir(folder) as found:
        return sum(each.name.endswith(_SUFFIX) for each in found)


def _moved(path: Path, target: Path) -> Path:
    path.replace(target)
    sync(target.parent)
    return target


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _lock(number: int) -> bool:
    """Lock a file for this process as long as it lives; False where another one has."""
    try:
        import fcntl  # noqa: PLC0415 not on Windows
    except ImportError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
