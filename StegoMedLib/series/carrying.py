"""Keeps the files that StegoMed did not write, when a folder is replaced as a whole."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import permissions
from StegoMedLib.series.workplace import is_workplace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MASK_SOFTWARE", "carry", "refuse_links"]

MASK_SOFTWARE = "StegoMed mask"
"""What a mask's PNG says of its maker (the standard keyword Software of PNG)."""

_HEAD = 1024
_PNG, _DICOM = b"\x89PNG\r\n\x1a\n", b"DICM"
_OURS = b"STEGOMED_"  # in ImplementationVersionName of the file meta information


def refuse_links(folder: Path) -> None:
    """Make sure that nothing below `folder` leads out of it.

    Raises
    ------
    UnusableInputError
        When there is a link.
    """
    for path in _below(folder):
        if path.is_symlink():
            raise _refusal(path)


def _refusal(path: Path) -> UnusableInputError:
    return UnusableInputError(
        f"{path} is a link, and StegoMed writes through no link; remove it, or name another target."
    )


def _below(folder: Path) -> Iterator[Path]:
    """Everything below a folder but places of runs; links are given, not followed."""
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in sorted(folders) if not is_workplace(name)]
        yield from (Path(at, name) for name in [*folders, *sorted(names)])


def carry(old: Path, new: Path) -> int:
    """Take into the folder `new` what is in `old`, is not replaced by it, and was not written by StegoMed.

    Results of an earlier run of the same kind (instances, masks) go: two runs are never mixed. Other files stay, as
    second names of the same data where the disk can.

    Returns
    -------
    int
        How many files of an earlier run go without being written again.

    Raises
    ------
    UnusableInputError
        When there is a link in `old`.
    OSError
        When a file is in the way of a folder, or the other way round.
    """
    kinds = {_kind(path) for path in _below(new)} - {""}
    gone = 0
    for path in _below(old):
        place = new / path.relative_to(old)
        if path.is_symlink():
            raise _refusal(path)
        if path.is_dir():
            continue
        if _kind(path) in kinds:
            gone += not place.exists()
        else:
            _take(path, place, old, new)
    return gone


def _take(path: Path, place: Path, old: Path, new: Path) -> None:
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{os.strerror(errno.EISDIR)}: {place.relative_to(new)}")
    if place.exists():
        return
    for folder in reversed(place.relative_to(new).parents[:-1]):
        if not (new / folder).exists():
            (new / folder).mkdir()
            (new / folder).chmod(permissions(old / folder))
    try:
        os.link(path, place)
    except NotADirectoryError:
        raise
    except OSError:  # a disk without hard links
        shutil.copy2(path, place)


def _kind(path: Path) -> str:
    """What a file is that StegoMed wrote; empty for all others."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return ""
    if head[128:132] == _DICOM and _OURS in head:
        return "instance"
    return "mask" if head.startswith(_PNG) and MASK_SOFTWARE.encode() in head else ""
