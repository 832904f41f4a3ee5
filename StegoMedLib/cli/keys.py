"""Keys on the command line: their options, and where each key comes from. Never from an argument.

A passphrase comes from a file, standard input, the environment, or a prompt. Light to load, for help.
"""

from __future__ import annotations

import codecs
import getpass
import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.cli.syntax.common import filled_path
from StegoMedLib.errors import CancelledError, UnusableInputError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from StegoMedLib.envelope import Key

__all__ = [
    "KEY_FILES",
    "PASSPHRASE_VARIABLE",
    "add_key",
    "check_key_source",
    "key_is_given",
    "key_to_open",
    "key_to_seal",
]

KEY_FILES = ("passphrase_file",)
"""Arguments that name files which no command may write to."""
PASSPHRASE_VARIABLE = "STEGOMED_PASSPHRASE"  # noqa: S105  a name
_STANDARD_INPUT = "-"
_LONGEST_FILE = 4096


def add_key(parser: argparse.ArgumentParser, *, sealing: bool = False) -> None:
    """Where the key comes from; `sealing` where it has to be a strong one."""
    parser.add_argument(
        "--passphrase-file",
        type=filled_path,
        metavar="F",
        help="file that holds the passphrase, or - for standard input (default: the environment variable "
        f"{PASSPHRASE_VARIABLE}, else you are asked)",
    )
    if sealing:
        parser.add_argument(
            "--weak-passphrase", action="store_true", help="accept a passphrase even if it is easy to guess"
        )


def check_key_source(arguments: argparse.Namespace) -> None:
    """Refuse to read key and record from standard input, before either is read.

    Raises
    ------
    UsageError
        When both are named as ``-``.
    """
    named = (str(getattr(arguments, name, None)) for name in ("passphrase_file", "content"))
    if all(name == _STANDARD_INPUT for name in named):
        raise UsageError(
            "Standard input cannot hold both the passphrase and the record; name a file with --passphrase-file, or "
            "with --from."
        )


def key_is_given(arguments: argparse.Namespace) -> bool:
    """Whether there is a key without anybody being asked."""
    return arguments.passphrase_file is not None or PASSPHRASE_VARIABLE in os.environ


def key_to_seal(arguments: argparse.Namespace) -> Key:
    """The key to seal with; a prompt asks twice, and a weak passphrase is refused or warned of.

    Raises
    ------
    UnusableInputError
        When the file cannot be read.
    UsageError
        When there is no passphrase, none that can be used, or one that is easy to guess and nobody insists.
    CancelledError
        When the input ends at the prompt (Ctrl-D).
    """
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415  not for help

    key = Passphrase.to_seal(_given(arguments.passphrase_file, confirm=True))
    _judge(key.forms[0], insisted=arguments.weak_passphrase)
    return key


def key_to_open(arguments: argparse.Namespace) -> Key:
    """The key to open with; raises as `key_to_seal` does, but takes passphrases that are weak or of an older form."""
    from StegoMedLib.cli.screen import say  # noqa: PLC0415  not for help
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415

    file = arguments.passphrase_file
    given = _given(file, confirm=False)
    key = Passphrase.to_open(given, given if file is None else _as_files_were_taken(given))
    try:
        Passphrase.to_seal(given)
    except UsageError as error:
        say(f"{error} Earlier versions accepted it, so it is tried unchanged.")
    return key


def _given(file: Path | None, *, confirm: bool) -> str | bytes:
    """What is given, with all line ends and marks."""
    if file is not None and str(file) != _STANDARD_INPUT:
        return _content(file)
    if file is None and PASSPHRASE_VARIABLE in os.environ:
        return os.environ[PASSPHRASE_VARIABLE]
    if sys.stdin is not None and sys.stdin.isatty():
        return _asked(confirm=confirm)
    if sys.stdin is not None and file is not None:
        return _limited_input()
    raise UsageError(f"There is no passphrase; name a file with --passphrase-file, or set {PASSPHRASE_VARIABLE}.")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return _limited(stream)
    except (OSError, ValueError) as error:
        raise UnusableInputError(_unreadable(file, error)) from None


def _limited_input() -> bytes:
    try:
        return _limited(sys.stdin.buffer)
    except OSError as error:
        raise UnusableInputError(
            f"The passphrase cannot be read from standard input ({error.strerror or 'it is closed'}); name a file."
        ) from None


def _limited(stream: BinaryIO) -> bytes:
    content = stream.read(_LONGEST_FILE + 1)
    if len(content) > _LONGEST_FILE:
        raise UnusableInputError("The passphrase file is too long; name a file that holds the passphrase only.")
    return content


def _unreadable(file: Path, error: OSError | ValueError) -> str:
    """The sentence; it names only what exists, as anything else may be the passphrase, typed in the wrong place."""
    if not os.path.lexists(file):
        return (
            "There is no such passphrase file; --passphrase-file takes the name of a file, not the passphrase itself."
        )
    if file.is_dir():
        return f"The passphrase file {file} is a folder; name a file."
    cause = getattr(error, "strerror", None) or "not a usable name"
    return f"The passphrase file {file} cannot be read ({cause}); name a file that you may read."


def _as_files_were_taken(content: str | bytes) -> str | bytes:
    """What versions before the one rule of `StegoMedLib.envelope.passphrases` made of a file."""
    if isinstance(content, str):  # typed at a terminal after all
        return content
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


def _judge(passphrase: bytes, *, insisted: bool) -> None:
    from StegoMedLib.cli.screen import say  # noqa: PLC0415  not for help
    from StegoMedLib.envelope.strength import strength_of  # noqa: PLC0415

    strength = strength_of(passphrase)
    if strength.refused and not insisted:
        raise UsageError(
            f"This passphrase could be guessed in {strength}; use a better one ('stegomed passphrase' makes one), or "
            "add --weak-passphrase."
        )
    if not strength.enough:
        say(f"This passphrase could be guessed in {strength}; 'stegomed passphrase' makes a better one.")
