"""Whom we trust, and by what a server knows us: certificates for TLS, checked before anything is sent."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Trust"]


@dataclass(frozen=True)
class Trust:
    """Files in PEM.

    Attributes
    ----------
    ca : Path or None
        Certificates of the authorities that are trusted; those that are known everywhere without.
    certificate : Path or None
        Our own, for servers that ask for one.
    key : Path or None
        Its private key, where it does not lie in the same file.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def check(self) -> None:
        """Make sure that the files can be used.

        Raises
        ------
        UnusableInputError
            One is missing, is none, or is encrypted.
        """
        if self.key is not None and self.certificate is None:
            raise UnusableInputError(
                f"The private key {self.key} has no certificate; name that with --client-certificate."
            )
        if self.ca is not None:
            self._check_ca(self.ca)
        if self.certificate is not None:
            self._check_own(self.certificate)

    def _check_ca(self, file: Path) -> None:
        try:
            ssl.create_default_context(cafile=file)
        except (OSError, ValueError) as error:
            raise UnusableInputError(
                f"The file {file} holds no certificates in PEM ({_cause(error)}); name the one of the authority that "
                "signed the server's certificate."
            ) from None

    def _check_own(self, file: Path) -> None:
        try:  # never asks for a password
            ssl.create_default_context().load_cert_chain(file, self.key, password=_no_password)
        except (OSError, ValueError) as error:
            raise UnusableInputError(
                f"The client's certificate {file} and its private key cannot be used ({_cause(error)}); give both in "
                "PEM, and decrypt a key with 'openssl pkey' to a file that only you may read."
            ) from None

    @property
    def verify(self) -> str | bool:
        """As `requests` takes it."""
        return True if self.ca is None else str(self.ca)

    @property
    def cert(self) -> str | tuple[str, str] | None:
        """As `requests` takes it."""
        if self.certificate is None:
            return None
        return str(self.certificate) if self.key is None else (str(self.certificate), str(self.key))


def _no_password() -> bytes:
    raise ValueError("it is encrypted")


def _cause(error: Exception) -> str:
    """Why a file cannot be used; the library's own words name neither keys nor places in the program."""
    if isinstance(error, ssl.SSLError):
        return "it is no such file, or certificate and key do not belong together"
    return getattr(error, "strerror", None) or str(error)
