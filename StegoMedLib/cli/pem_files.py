"""Private RSA keys on the command line, from PEM files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.key_sources import password_of
from StegoMedLib.errors import UnusableInputError, UnusableKeyError
from StegoMedLib.identity.certificates import LARGEST_PEM, PEM_REMEDY, needs_password, private_key_from_pem
from StegoMedLib.opening import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["read_private_key"]


def read_private_key(file: Path) -> RSAPrivateKey:
    """The private key in a file, whose password a terminal is asked for; raises `UnusableInputError`, naming it."""
    data = read_file(file, LARGEST_PEM, PEM_REMEDY)
    try:
        return private_key_from_pem(data, password_of(file) if needs_password(data) else None)
    except UnusableKeyError as error:
        raise UnusableInputError(f"{file} cannot be used: {error}") from None
