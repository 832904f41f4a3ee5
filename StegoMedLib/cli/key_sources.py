"""Where each key comes from: never from an argument.

A passphrase comes from a file, standard input, the environment, or a prompt; all other keys come from files.
"""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say
from StegoMedLib.cli.syntax.common import STANDARD_INPUT
from StegoMedLib.envelope import Passphrase, key_sources
from StegoMedLib.envelope.strength import strength_of
from StegoMedLib.errors import CancelledError, UnusableInputError, UnusableKeyError, UsageError
from StegoMedLib.plain import plain

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.envelope import Identity, KeyFile

__all__ = ["judge", "password_of", "read_identity", "read_key_file", "typed_passphrase"]


def typed_passphrase(file: Path | None, variable: str, *, confirm: bool, prefix: str = "") -> Passphrase:
    """The passphrase in `file`, in the environment's `variable`, or typed, with all line ends and marks.

    `prefix` stands before the names of its options.

    Raises
    ------
    UnusableInputError, UsageError, CancelledError
        As `StegoMedLib.cli.keys.key_to_seal`.
    """
    return Passphrase.typed(_given(file, variable, confirm=confirm, prefix=prefix))


def judge(passphrase: Passphrase, *, insisted: bool, option: str) -> None:
    """Refuse a passphrase that is easy to guess, unless somebody insists by `option`; warn of a doubtful one."""
    strength = strength_of(passphrase.prepared)
    if strength.refused and not insisted:
        raise UsageError(
            f"This passphrase could be guessed in {strength}; use a better one ('stegomed passphrase' makes one), or "
            f"add {option}."
        )
    if not strength.enough:
        say(f"This passphrase could be guessed in {strength}; 'stegomed passphrase' makes a better one.")


def read_key_file(file: Path) -> KeyFile:
    """The key in a key file; raises as `envelope.key_sources.read_key_file` does."""
    return key_sources.read_key_file(file, say)


def read_identity(file: Path) -> Identity:
    """The private key in a PEM file; a terminal is asked for its password; raises as `read_key_file` does."""
    return key_sources.read_identity(file, password_of, say)


def _given(file: Path | None, variable: str, *, confirm: bool, prefix: str) -> str | bytes:
    if file is not None and str(file) != STANDARD_INPUT:
        return key_sources.passphrase_in(file)
    if file is None and variable in os.environ:
        return os.environ[variable]
    if sys.stdin is not None and sys.stdin.isatty():
        return _asked(f"{prefix.replace('-', ' ')}passphrase: ".capitalize(), confirm=confirm)
    if sys.stdin is not None and file is not None:
        return _standard_input()
    raise UsageError(f"There is no passphrase; name a file with --{prefix}passphrase-file, or set {variable}.")


def _standard_input() -> bytes:
    try:
        return key_sources.limited(sys.stdin.buffer)
    except OSError as error:
        raise UnusableInputError(
            f"The passphrase cannot be read from standard input ({error.strerror or 'it is closed'}); name a file."
        ) from None


def _asked(prompt: str, *, confirm: bool) -> str:
    first = _typed(prompt)
    if confirm and _typed("Once more: ") != first:
        raise UsageError("The two passphrases differ; start again and type the same one twice.")
    return first


def _typed(prompt: str) -> str:
    try:
        return getpass.getpass(prompt)
    except EOFError:
        raise CancelledError("Cancelled at the passphrase; nothing was written.") from None


def password_of(file: Path) -> bytes:
    """The password of a private key."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UnusableKeyError(
            "It is encrypted, and there is no terminal to ask for its password; decrypt it with 'openssl pkey' to a "
            "file that only you may read."
        )
    return _typed(f"Password of {plain(str(file))}: ").encode()
