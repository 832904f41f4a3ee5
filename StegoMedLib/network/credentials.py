"""Who we are for a server: a bearer token, or a user with a password, from a file that nobody else may read."""

from __future__ import annotations

import base64
import logging
import re
from typing import TYPE_CHECKING

from StegoMedLib.envelope.key_sources import credentials_in
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Credentials"]

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


class Credentials:
    """What goes into the header *Authorization* of a request; it shows itself to nobody.

    Parameters
    ----------
    text : str
        One line: ``bearer TOKEN`` (RFC 6750), or ``basic USER:PASSWORD`` (RFC 7617).

    Raises
    ------
    UnusableInputError
        It is neither.
    """

    def __init__(self, text: str) -> None:
        kind, _, secret = text.rstrip("\r\n").partition(" ")
        if kind.lower() == "bearer" and _TOKEN.fullmatch(secret):
            self._header = f"Bearer {secret}"
        elif kind.lower() == "basic" and ":" in secret and secret.isprintable():
            self._header = f"Basic {base64.b64encode(secret.encode()).decode()}"
        else:
            raise UnusableInputError(
                "A file of credentials holds one line: 'bearer TOKEN', or 'basic USER:PASSWORD'; write it anew."
            )

    @classmethod
    def read(cls, file: Path) -> Credentials:
        """Those in a file; a warning is logged where others may read it.

        Raises
        ------
        UnusableInputError
            It cannot be read, or holds no credentials.
        """
        try:
            return cls(credentials_in(file, _log.warning).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise UnusableInputError(f"The credentials file {file} is not text in UTF-8; write it anew.") from None

    @property
    def header(self) -> str:
        """The value of the header."""
        return self._header

    def __repr__(self) -> str:
        """Nothing of what is secret."""
        return "Credentials()"
