"""``stegomed keygen``: make a key file, or the two keys of a recipient."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say
from StegoMedLib.envelope import Identity, KeyFile
from StegoMedLib.envelope.pem import identity_to_pem, recipient_to_pem
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.files import PRIVATE, write_whole

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    secret, public = arguments.out, arguments.recipient
    if arguments.hybrid and public is None:
        raise UsageError("--hybrid is of recipients; name a file for the public key with --recipient.")
    for file in (secret, public):
        if file is not None and os.path.lexists(file):
            raise UnusableInputError(f"{file} exists, and no key is ever replaced; name another file.")
    if public is None:
        write_whole(secret, KeyFile.made().key, mode=PRIVATE, new=True)
        say(f"Wrote the key file {secret}. Keep it in a safe place: without it nobody can extract the record.")
    else:
        _make_identity(secret, public, hybrid=arguments.hybrid)


def _make_identity(secret: Path, public: Path, *, hybrid: bool) -> None:
    if Path(os.path.realpath(secret)) == Path(os.path.realpath(public)):
        raise UsageError("The private and the public key need separate files; name another one with --recipient.")
    identity = Identity.made(hybrid=hybrid)
    write_whole(secret, identity_to_pem(identity), mode=PRIVATE, new=True)
    write_whole(public, recipient_to_pem(identity.recipient), new=True)
    say(
        f"Wrote the private key {secret} and the public key {public}. Give the public key to whoever shall embed for "
        "you, and keep the private key in a safe place: without it you cannot extract the record."
    )
