"""Pseudonyms that somebody prescribed, from a CSV file (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_pseudonyms"]

_LARGEST = 16 * 2**20
_REMEDY = "name a CSV file whose first line has the columns PatientID and Pseudonym."
_LAWFUL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._^-]{0,63}")
"""What PatientID and PatientName hold in every character set: at most 64 characters (PS3.5 6.2, LO and PN)."""


def read_pseudonyms(file: Path) -> Mapping[str, str]:
    """Pseudonyms by PatientID.

    Parameters
    ----------
    file : Path
        UTF-8, columns ``PatientID`` and ``Pseudonym``; others are ignored.

    Raises
    ------
    UnusableInputError
        It cannot be read, a pseudonym is none that DICOM takes, or is given to two patients, or a patient has two. The
        sentence names the line, and no value.
    """
    try:
        text = read_file(file, _LARGEST, _REMEDY).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        lines, columns = list(reader), set(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error):
        raise UnusableInputError(f"{file} is not a CSV file in UTF-8; {_REMEDY}") from None
    if not {"PatientID", "Pseudonym"} <= columns:
        raise UnusableInputError(f"{file} lacks a column; {_REMEDY}")
    found: dict[str, str] = {}
    whose: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        patient, pseudonym = ((line[column] or "").strip() for column in ("PatientID", "Pseudonym"))
        if not patient or _LAWFUL.fullmatch(pseudonym) is None:
            raise UnusableInputError(
                f"Line {number} of {file} has no PatientID, or a pseudonym that is empty, longer than 64 characters, "
                "or not made of letters, digits, blanks and ._^-; correct it."
            )
        if found.setdefault(patient, pseudonym) != pseudonym or whose.setdefault(pseudonym, patient) != patient:
            raise UnusableInputError(
                f"Line {number} of {file} gives a second pseudonym to a patient, or one pseudonym to two; correct it."
            )
    return found
