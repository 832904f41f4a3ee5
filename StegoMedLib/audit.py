"""An audit file: what was done, when and by whom, for whoever has to show it.

Lines are only ever appended, under a lock, and are on the disk when they are said to be. They hold no names and no
secrets: whoever notes something says it with keyed hashes, fingerprints, pseudonyms, counts and verdicts.
`StegoMedLib.audit_chain` says how they are chained, and what that shows.
"""

from __future__ import annotations

import getpass
import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib import __version__
from StegoMedLib.audit_chain import Chain, NotAnAuditError, first_line
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE, sync
from StegoMedLib.locking import locked
from StegoMedLib.opening import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Audit", "Verified", "verify"]

_OURS = frozenset({"hash", "id", "number", "previous", "time", "version", "who"})
_ANY_SIZE = 1 << 60
_MODE = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


class Audit:
    """An audit file that is written to.

    Several processes may note things in one file at the same time. Between two notes, what others have added is read
    and checked.
    """

    def __init__(self, path: Path, chain: Chain) -> None:
        self._path, self._chain = path, chain

    @classmethod
    def open(cls, path: Path) -> Audit:
        """Make a new audit file, for its owner alone, or go on with one, once all of it was checked.

        Raises
        ------
        UnusableInputError
            There is something else, or an audit file that is not as it was written, or the place cannot be written to.
        """
        made = cls(path, Chain())
        with made._at_end() as stream:
            if made._chain.lines == 0:
                _append(stream, first_line({"time": _now(), "version": __version__}), 0)
                made._chain.read(stream)
        with suppress(OSError):  # its name, too, outlasts a power cut
            sync(path.parent)
        return made

    def note(self, event: Mapping[str, object]) -> str:
        """Append a line, which is on the disk afterwards.

        Parameters
        ----------
        event : mapping of str to object
            What JSON has: texts, numbers, truth values, None, lists and mappings of those. No name and no secret. Time,
            user of the system and version of StegoMed are added.

        Returns
        -------
        str
            SHA-256 of the line, in 64 digits: `verify` finds it again.

        Raises
        ------
        UnusableInputError
            The file is not as it was any more, or cannot be written; what was written before stays.
        TypeError, ValueError
            An entry is none that JSON has, has a name that is taken, or is too long.
        """
        if _OURS & event.keys():
            raise ValueError(f"an event of an audit file names {', '.join(sorted(_OURS & event.keys()))}")
        with self._at_end() as stream:
            entries = {"time": _now(), "who": _user(), "version": __version__, **event}
            _append(stream, self._chain.following(entries), self._chain.end)
            self._chain.read(stream)
        return self._chain.last

    @contextmanager
    def _at_end(self) -> Iterator[BinaryIO]:
        """The file, locked, with all that others have added read and checked."""
        try:
            begun = self._chain.lines > 0
            with _opened(self._path, make=not begun) as stream, locked(stream):
                if begun or os.fstat(stream.fileno()).st_size:
                    self._chain.read(stream)
                    self._check(os.fstat(stream.fileno()).st_size)
                yield stream
        except NotAnAuditError as error:
            raise UnusableInputError(f"{self._path} cannot be used for the audit: {error}") from None
        except OSError as error:
            raise UnusableInputError(
                f"The audit file {self._path} cannot be written ({error.strerror}); name one on a disk with free space "
                "that can lock files, where you may write."
            ) from None

    def _check(self, size: int) -> None:
        broken = self._chain.broken or ("is missing" if size < self._chain.end else "")
        if broken:
            raise UnusableInputError(
                f"Line {self._chain.lines + 1} of the audit file {self._path} {broken}; keep that file for whoever has "
                "to look into it, and name a new one."
            )


@contextmanager
def _opened(path: Path, *, make: bool) -> Iterator[BinaryIO]:
    """The file for reading and appending."""
    if path.exists() and not path.is_file():  # before it is opened, which does things to some devices
        raise NotAnAuditError("it is a folder, a pipe or a device; name a file.")
    if make:
        path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, _MODE | (os.O_CREAT if make else 0), PRIVATE), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise NotAnAuditError("it is a folder, a pipe or a device; name a file.")
        yield stream


def _append(stream: BinaryIO, line: bytes, end: int) -> None:
    """Write a line behind `end`, where the file ends, to the disk; wholly, or not at all where the system lets it."""
    number, left = stream.fileno(), memoryview(line)
    try:
        while left:
            left = left[os.write(number, left) :]
        os.fsync(number)
    except BaseException:
        with suppress(OSError):
            os.ftruncate(number, end)
        raise


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _user() -> str:
    """Whoever the system says runs this."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a number without a name, as in containers
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


@dataclass(frozen=True)
class Verified:
    """What an audit file is worth.

    Attributes
    ----------
    count : int
        Lines from the first on that are as they were written and follow each other.
    last : str
        SHA-256 of the last of them, in 64 digits; to be kept elsewhere, and given to a later `verify`.
    first_bad : int or None
        Number of the first line that is not, and `reason`, the end of a sentence that has it as its subject.
    kept_at : int
        Number of the line whose hash was given; 0 when there is none.
    first_time, last_time : str
        When the first and the last line were written, by that computer's clock.
    """

    count: int
    last: str
    first_bad: int | None
    reason: str
    kept_at: int
    first_time: str
    last_time: str


def verify(path: Path, kept: str = "") -> Verified:
    """Read an audit file and see whether its lines follow each other as they were written.

    Parameters
    ----------
    path : Path
    kept : str
        Hash of a line that was its last one once, to be found again.

    Raises
    ------
    UnusableInputError
        It cannot be read, or is no audit file.
    """
    chain = Chain(sought=kept.lower())
    try:
        with open_file(path, _ANY_SIZE, "name an audit file.") as stream, ExitStack() as held:
            with suppress(OSError):  # somebody may be writing; a disk that locks nothing can still be read
                held.enter_context(locked(stream))
            chain.read(stream)
    except NotAnAuditError as error:
        raise UnusableInputError(f"{path} cannot be verified: {error}") from None
    except OSError as error:
        raise UnusableInputError(f"{path} cannot be read to its end ({error.strerror}); copy it anew.") from None
    bad = chain.lines + 1 if chain.broken else None
    return Verified(chain.lines, chain.last, bad, chain.broken, chain.found_at, chain.first_time, chain.last_time)
