"""Keys on the command line: their options, and which of them are taken. Light to load, for help.

A command that needs two keys, an old and a new one, adds the options of the second under a prefix: ``--new-key-file``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from StegoMedLib.choices import PASSPHRASE_VARIABLE
from StegoMedLib.cli.syntax.common import STANDARD_INPUT, filled_path
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from StegoMedLib.envelope import Key, SingleKey

__all__ = [
    "NEW",
    "PASSPHRASE_VARIABLE",
    "add_key",
    "check_key_source",
    "files_not_written_to",
    "key_is_given",
    "key_to_open",
    "key_to_seal",
]

NEW = "new-"
_PREFIXES = ("", NEW)
"""Of the only key of a command, and of the one that shall take its place."""
_OF_SERVERS = ("credentials", "target-credentials", "ca", "client-certificate", "client-key")
_ONE, _MANY = ("passphrase-file", "key-file"), ("recipient", "identity")


def add_key(
    parser: argparse.ArgumentParser, *, sealing: bool = False, recipients: bool = True, prefix: str = ""
) -> None:
    """Where the key comes from; `sealing` where it has to be a strong one.

    What `recipients` seal for, others open with their identities; not where a command does both under one key.
    """
    parser.add_argument(
        f"--{prefix}passphrase-file",
        type=filled_path,
        metavar="F",
        help="file that holds the passphrase, or - for standard input (default, without other keys: the environment "
        f"variable {_variable(prefix)}, else you are asked)",
    )
    parser.add_argument(
        f"--{prefix}key-file", type=filled_path, metavar="F", help="key file, as 'stegomed keygen' makes it"
    )
    if recipients:
        name, whose = (
            ("recipient", "public key of somebody who may extract") if sealing else ("identity", "private key")
        )
        parser.add_argument(
            f"--{prefix}{name}",
            type=filled_path,
            action="append",
            metavar="PEM",
            help=f"file with the {whose}, as 'stegomed keygen' makes it; may be given several times",
        )
    if sealing:
        parser.add_argument(
            f"--{prefix}weak-passphrase", action="store_true", help="accept a passphrase even if it is easy to guess"
        )


def files_of_keys(arguments: argparse.Namespace) -> Iterator[Path]:
    """Files that hold keys."""
    for prefix in _PREFIXES:
        for name in _ONE:
            if (file := _given(arguments, prefix, name)) is not None:
                yield file
        for name in _MANY:
            yield from _given(arguments, prefix, name) or ()


def files_not_written_to(arguments: argparse.Namespace) -> Iterator[Path]:
    """Files that hold keys, or say to servers who we are, which no command may write to."""
    yield from files_of_keys(arguments)
    for name in _OF_SERVERS:
        if (file := _given(arguments, "", name)) is not None:
            yield file


def check_key_source(arguments: argparse.Namespace) -> None:
    """Refuse to read two things from standard input, before either is read.

    Raises
    ------
    UsageError
        When passphrases and the record, or two passphrases, are named as ``-``.
    """
    passphrases = [_given(arguments, prefix, "passphrase-file") for prefix in _PREFIXES]
    named = [str(each) for each in (*passphrases, getattr(arguments, "content", None))]
    if named.count(STANDARD_INPUT) > 1:
        raise UsageError(
            "Standard input cannot hold both the passphrase and the record, or two passphrases; name a file with "
            "--passphrase-file, or with --from."
        )


def key_is_given(arguments: argparse.Namespace) -> bool:
    """Whether there is a key without anybody being asked."""
    return any(True for _ in files_of_keys(arguments)) or PASSPHRASE_VARIABLE in os.environ


def key_to_seal(arguments: argparse.Namespace, prefix: str = "") -> Key:
    """The key to seal with; a prompt asks twice, and a weak passphrase is refused or warned of.

    Raises
    ------
    UnusableInputError
        When a file cannot be read, or holds no key.
    UsageError
        When there is no passphrase, none that can be used, one that is easy to guess and nobody insists, or too many
        keys.
    CancelledError
        When the input ends at the prompt (Ctrl-D).
    """
    from StegoMedLib.cli.key_sources import judge, typed_passphrase  # noqa: PLC0415  not for help
    from StegoMedLib.envelope import joined  # noqa: PLC0415
    from StegoMedLib.envelope.key_sources import read_recipient  # noqa: PLC0415

    keys: list[SingleKey] = []
    if _needs_passphrase(arguments, prefix):
        file = _given(arguments, prefix, "passphrase-file")
        passphrase = typed_passphrase(file, _variable(prefix), confirm=True, prefix=prefix)
        judge(passphrase, insisted=_given(arguments, prefix, "weak-passphrase"), option=f"--{prefix}weak-passphrase")
        keys.append(passphrase)
    keys += _key_file(arguments, prefix)
    keys += [read_recipient(file) for file in _given(arguments, prefix, "recipient") or ()]
    return joined(keys)


def key_to_open(arguments: argparse.Namespace, prefix: str = "") -> Key:
    """The key to open with; raises as `key_to_seal` does, but takes passphrases that are weak."""
    from StegoMedLib.cli.key_sources import read_identity, typed_passphrase  # noqa: PLC0415  not for help
    from StegoMedLib.envelope import joined  # noqa: PLC0415

    keys: list[SingleKey] = []
    if _needs_passphrase(arguments, prefix):
        file = _given(arguments, prefix, "passphrase-file")
        keys.append(typed_passphrase(file, _variable(prefix), confirm=False, prefix=prefix))
    keys += _key_file(arguments, prefix)
    keys += [read_identity(file) for file in _given(arguments, prefix, "identity") or ()]
    return joined(keys)


def _needs_passphrase(arguments: argparse.Namespace, prefix: str) -> bool:
    """Whether a passphrase is among the keys: where one is named, or no other key is."""
    named = {name: bool(_given(arguments, prefix, name)) for name in (*_ONE, *_MANY)}
    return named["passphrase-file"] or not any(named.values())


def _key_file(arguments: argparse.Namespace, prefix: str) -> list[SingleKey]:
    from StegoMedLib.cli.key_sources import read_key_file  # noqa: PLC0415  not for help

    file = _given(arguments, prefix, "key-file")
    return [] if file is None else [read_key_file(file)]


def _variable(prefix: str) -> str:
    stem, _, name = PASSPHRASE_VARIABLE.partition("_")
    return f"{stem}_{prefix.replace('-', '_').upper()}{name}"


def _given(arguments: argparse.Namespace, prefix: str, name: str) -> Any:  # noqa: ANN401  of the parser
    """What an option says; None of one that the command has not."""
    return getattr(arguments, (prefix + name).replace("-", "_"), None)
