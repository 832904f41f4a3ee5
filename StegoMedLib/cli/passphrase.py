"""Gets the passphrase: from a file, the environment, or a prompt; never from an argument."""

from __future__ import annotations

import codecs
import getpass
import os
import sys
from typing import TYPE_CHECKING

from StegoMedLib.envelope import prepare_passphrase
from StegoMedLib.errors import CancelledError, UnusableInputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["VARIABLE", "read_passphrase"]

VARIABLE = "STEGOMED_PASSPHRASE"

_LONGEST_FILE = 4096


def read_passphrase(file: Path | None, *, confirm: bool) -> bytes:
    """Passphrase as `prepare_passphrase` gives it.

    Parameters
    ----------
    file : Path, optional
        File with the passphrase; a byte order mark before it (Windows) and a line end after it are not part of it.
    confirm : bool
        Whether a prompt asks twice.

    Raises
    ------
    UnusableInputError
        When the file cannot be read.
    UsageError
        When there is no passphrase, or none that can be used.
    CancelledError
        When the input ends at the prompt (Ctrl-D).
    """
    if file is not None:
        return prepare_passphrase(_content(file))
    if VARIABLE in os.environ:
        return prepare_passphrase(os.environ[VARIABLE])
    if not sys.stdin.isatty():
        raise UsageError(f"There is no passphrase; name a file with --passphrase-file, or set {VARIABLE}.")
    return prepare_passphrase(_asked(confirm=confirm))


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST_FILE + 1)
    except OSError as error:
        raise UnusableInputError(
            f"The passphrase file {file} cannot be read ({error.strerror}); name a file that you may read."
        ) from None
    if len(content) > _LONGEST_FILE:
        raise UnusableInputError(f"{file} is too long for a passphrase file; name a file with the passphrase only.")
    return content.removeprefix(codecs.BOM_UTF8).removesuffix(b"\n").removesuffix(b"\r")


def _asked(*, confirm: bool) -> str:
    try:
        first = getpass.getpass("Passphrase: ")
        same = not confirm or getpass.getpass("Once more: ") == first
    except EOFError:
        raise CancelledError("Cancelled at the passphrase; nothing was written.") from None
    if not same:
        raise UsageError("The two passphrases differ; start again and type the same one twice.")
    return first
