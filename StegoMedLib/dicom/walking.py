"""What lies below a folder: files to look at, and what is none or is no part of the data, each with the reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.files import is_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LeftOut", "Walk", "folders_below", "is_hidden", "is_walked", "status", "walk"]


@dataclass(frozen=True, order=True)
class LeftOut:
    """A file, or what else lay where files were expected, that is not worked on; `reason` is a sentence."""

    file: Path
    reason: str

    def as_json(self) -> dict[str, str]:
        """Row of a JSON report."""
        return {"file": str(self.file), "reason": self.reason}


@dataclass
class Walk:
    """What lies below a folder.

    Attributes
    ----------
    files : list of Path
        Files, and links to files that are nowhere else below the folder.
    left_out : list of LeftOut
        What may hold images and cannot be looked at: closed folders, links to folders elsewhere, links to nothing.
    passed_over : list of LeftOut
        What is no part of the data (hidden folders, leftovers of killed runs), or is worked on under another name
        (links to files and folders that are found anyway).
    """

    files: list[Path] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    passed_over: list[LeftOut] = field(default_factory=list)


def is_hidden(path: Path) -> bool:
    """Whether a name begins with a dot: folders of version control, settings, what systems put beside files."""
    return path.name.startswith(".")


def status(path: Path) -> os.stat_result | None:
    """What the system knows of a file, through links; None where there is none, or none that may be looked at."""
    try:
        return path.stat()
    except OSError:
        return None


def walk(folder: Path) -> Walk:
    """Look through `folder` and all its folders but hidden ones; nothing is opened, and no link is followed."""
    found, links = Walk(), list[Path]()
    for files, linked in folders_below(folder, found):
        found.files += files
        links += linked
    _add_links(found, links)
    return found


def folders_below(folder: Path, found: Walk) -> Iterator[tuple[list[Path], list[Path]]]:
    """Go through `folder` and those below it, as `walk` does, one after the other.

    Parameters
    ----------
    folder : Path
    found : Walk
        Is given what is left out and passed over, and no files.

    Yields
    ------
    tuple of (list of Path, list of Path)
        Files in a folder, and links that lie there.
    """

    def note(error: OSError) -> None:
        found.left_out.append(LeftOut(Path(error.filename), f"the folder cannot be opened ({error.strerror})."))

    for at, folders, names in os.walk(folder, onerror=note):
        here, files, links = Path(at), list[Path](), list[Path]()
        folders[:] = [name for name in folders if _enters(here / name, folder, found)]
        for path in (here / name for name in names):
            if is_unfinished(path.name):
                found.passed_over.append(LeftOut(path, "it was left behind by a run that was stopped."))
            else:
                (links if _is_link(path) else files).append(path)
        yield files, links


def _enters(path: Path, root: Path, found: Walk) -> bool:
    """Whether a folder is walked; what is not is noted."""
    if is_unfinished(path.name):
        found.passed_over.append(LeftOut(path, "it was left behind by a run that was stopped."))
    elif is_hidden(path):
        found.passed_over.append(LeftOut(path, "folders whose names begin with a dot are not part of the data."))
    elif not _is_link(path):
        return True
    elif is_walked(path, root):
        found.passed_over.append(LeftOut(path, "it is a link to a folder that is read anyway."))
    else:
        found.left_out.append(
            LeftOut(path, "links to folders are not followed; give the folder it points at as a source of its own.")
        )
    return False


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 pathlib raises where a folder may not be entered


def is_walked(link: Path, root: Path) -> bool:
    """Whether a link leads to the folder `root` or one below it that is no hidden one."""
    real, top = Path(os.path.realpath(link)), Path(os.path.realpath(root))
    if real != top and top not in real.parents:
        return False
    return not any(part.startswith(".") for part in real.relative_to(top).parts)


def _add_links(found: Walk, links: list[Path]) -> None:
    """Take links to files, as data set managers make them, unless the file itself was found: once is enough."""
    known = {identity: path for path in found.files if (identity := _identity(path)) is not None}
    for link in links:
        identity = _identity(link)
        if identity is None:
            found.left_out.append(
                LeftOut(link, "it is a link to a file that is not here; fetch the file, or remove the link.")
            )
        elif identity in known:
            found.passed_over.append(LeftOut(link, f"it is a link to {known[identity].name}, which is read anyway."))
        else:
            found.files.append(link)


def _identity(path: Path) -> tuple[int, int] | None:
    """What is the same for one file under all its names; None where there is no file."""
    known = status(path)
    return None if known is None else (known.st_dev, known.st_ino)
