"""Files that come with the library: models, and tables of the standard."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import StegoMedLib
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_file

__all__ = ["find_resource", "read_table", "resource_folders"]

_LARGEST_TABLE = 2**20
_REMEDY = "install StegoMed again."


def resource_folders(kind: str) -> tuple[Path, Path]:
    """Folders that may hold a kind of file, such as `Models`: beside the library (sources, Slicer), inside it (pip)."""
    library = Path(StegoMedLib.__file__).resolve().parent
    return library.parent / "Resources" / kind, library / kind.lower()


def find_resource(kind: str, name: str) -> Path | None:
    """Find a file that comes with the library; None where it is missing."""
    return next((folder / name for folder in resource_folders(kind) if (folder / name).is_file()), None)


def read_table(name: str) -> list[dict[str, str]]:
    """Read a table of `Resources/Standard`, whose first line names the columns.

    Raises
    ------
    UnusableInputError
        The table is missing or cannot be read.
    """
    path = find_resource("Standard", name)
    if path is None:
        raise UnusableInputError(f"The table '{name}' is missing; {_REMEDY}")
    try:
        text = read_file(path, _LARGEST_TABLE, _REMEDY).decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnusableInputError(f"The table '{name}' cannot be read; {_REMEDY}") from None
