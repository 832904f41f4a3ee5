"""What is done with identities, as commands, rules of the service and batches choose it: files stand for contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.identity.certificates import read_certificate
from StegoMedLib.identity.csv_pseudonyms import read_pseudonyms
from StegoMedLib.pipeline.deidentify import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from StegoMedLib.identity.options import Options

__all__ = ["chosen_identity"]


def chosen_identity(
    options: Options,
    carry: str,
    *,
    pseudonyms: Path | None = None,
    certificates: Iterable[Path] = (),
    accept_burned_in: bool = False,
    header_suffices: bool = False,
) -> Identity:
    """What is done with the identity; the files are read.

    Parameters
    ----------
    options : Options
    carry, accept_burned_in, header_suffices
        As of `Identity`.
    pseudonyms : Path, optional
        File of prescribed pseudonyms.
    certificates : iterable of Path
        PEM files.

    Raises
    ------
    UnusableInputError
        A file cannot be used.
    """
    given = {} if pseudonyms is None else read_pseudonyms(pseudonyms)
    read = tuple(map(read_certificate, certificates))
    return Identity(options, carry, given, accept_burned_in, read, header_suffices)
