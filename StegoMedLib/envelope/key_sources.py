"""Keys in files: what may lie there, how large it may be, and who may read it; nothing is shown to anybody here."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from StegoMedLib.envelope.key_file import KEY_FILE_BYTES, KeyFile
from StegoMedLib.envelope.pem import LARGEST_PEM, identity_from_pem, is_encrypted, recipient_from_pem
from StegoMedLib.errors import UnusableInputError, UnusableKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    from StegoMedLib.envelope.recipients import Identity, Recipient

    Tell: TypeAlias = Callable[[str], object]

__all__ = ["credentials_in", "limited", "passphrase_in", "read_identity", "read_key_file", "read_recipient"]


class _Kind(NamedTuple):
    """A kind of file: what it is called, what it holds, and how long it may be."""

    name: str
    holds: str
    longest: int


_PASSPHRASE = _Kind("passphrase file", "passphrase", 4096)
_CREDENTIALS = _Kind("credentials file", "credentials", 16384)
_KEY_FILE = _Kind("key file", "key", KEY_FILE_BYTES)
_PUBLIC = _Kind("public key file", "key", LARGEST_PEM)
_PRIVATE = _Kind("private key file", "key", LARGEST_PEM)
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def passphrase_in(file: Path) -> bytes:
    """What a passphrase file holds; raises `UnusableInputError`."""
    return _content(file, _PASSPHRASE)


def credentials_in(file: Path, tell: Tell) -> bytes:
    """What a file holds that says to a server who we are; parameters as of `read_key_file`.

    Raises
    ------
    UnusableInputError
        It cannot be read, or is too long.
    """
    return _content(file, _CREDENTIALS, tell)


def read_key_file(file: Path, tell: Tell) -> KeyFile:
    """The key in a key file.

    Parameters
    ----------
    file : Path
    tell : callable
        Given a sentence where others may read the file, too.

    Raises
    ------
    UnusableInputError
        It cannot be read, or is no key file.
    """
    with _named(file):
        return KeyFile(_content(file, _KEY_FILE, tell))


def read_recipient(file: Path) -> Recipient:
    """The public key in a PEM file; raises as `read_key_file` does."""
    with _named(file):
        return recipient_from_pem(_content(file, _PUBLIC))


def read_identity(file: Path, password: Callable[[Path], bytes], tell: Tell) -> Identity:
    """The private key in a PEM file, whose `password` is asked for where it has one; raises as `read_key_file` does."""
    with _named(file):
        content = _content(file, _PRIVATE, tell)
        return identity_from_pem(content, password(file) if is_encrypted(content) else None)


def limited(stream: BinaryIO) -> bytes:
    """All of a stream that holds a passphrase.

    Raises
    ------
    UnusableInputError
        It is too long.
    """
    return _limited(stream, _PASSPHRASE)


def _content(file: Path, kind: _Kind, tell: Tell | None = None) -> bytes:
    try:
        with file.open("rb") as stream:
            if tell is not None and _others_may_read(os.fstat(stream.fileno())):
                tell(f"Other users of this computer may read the {kind.name} {file}; 'chmod 600' keeps it to you.")
            return _limited(stream, kind)
    except (OSError, ValueError) as error:
        raise UnusableInputError(_unreadable(file, kind, error)) from None


def _limited(stream: BinaryIO, kind: _Kind) -> bytes:
    content = stream.read(kind.longest + 1)
    if len(content) > kind.longest:
        raise UnusableInputError(f"The {kind.name} is too long; name a file that holds the {kind.holds} only.")
    return content


def _others_may_read(status: os.stat_result) -> bool:
    """Whether others may read a secret, where the system tells: not of pipes, nor on Windows."""
    return os.name == "posix" and stat.S_ISREG(status.st_mode) and bool(status.st_mode & _OF_OTHERS)


def _unreadable(file: Path, kind: _Kind, error: OSError | ValueError) -> str:
    """The sentence; it names only what exists, as anything else may be the secret, typed in the wrong place."""
    if not os.path.lexists(file):
        return f"There is no such {kind.name}; give the name of a file, not the {kind.holds} itself."
    if file.is_dir():
        return f"The {kind.name} {file} is a folder; name a file."
    cause = getattr(error, "strerror", None) or "not a usable name"
    return f"The {kind.name} {file} cannot be read ({cause}); name a file that you may read."


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Name the file in what is said of its content."""
    try:
        yield
    except UnusableKeyError as error:
        sentence = str(error)
        raise UnusableInputError(f"The file {file} cannot be used: {sentence[:1].lower()}{sentence[1:]}") from None
