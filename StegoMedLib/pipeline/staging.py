"""All or nothing: results are made beside their place and moved there when the whole run is done."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_target", "is_in", "staged"]

_NAMED = 32
"""Characters of the target's name in that of the place beside it: longer ones could make its name too long."""


def check_target(source: Path | None, target: Path, *, overwrite: bool) -> None:
    """Refuse a target that would touch the source (if there is one), or that exists.

    Raises
    ------
    UnusableInputError
        When `target` is `source`, lies in it or holds it, or exists and `overwrite` is False.
    """
    if source is not None and _overlap(source.resolve(), target.resolve()):
        raise UnusableInputError(
            f"{target} and the source overlap, and a source is never touched; name another target."
        )
    if overwrite or not target.exists():
        return
    if target.is_file() or any(target.iterdir()):
        raise UnusableInputError(f"{target} exists already; name another target, or add --overwrite.")


def _overlap(source: Path, target: Path) -> bool:
    return is_in(target, source) or (source.is_dir() and is_in(source, target))


def is_in(place: Path, folder: Path) -> bool:
    """Whether `place` is `folder` or lies in it; on disks that take upper and lower case for the same, too."""
    return any(one == folder or (one.exists() and folder.exists() and one.samefile(folder)) for one in _chain(place))


def _chain(place: Path) -> tuple[Path, ...]:
    return (place, *place.parents)


@contextmanager
def staged(target: Path, *, single: bool = False) -> Iterator[Path]:
    """Place to write results to, beside `target`: a folder, or the path of one file when `single`.

    When the block ends well, what was written is moved to `target`: at once where there is none yet, else file by file,
    those of the same name being replaced while others stay. When the block ends in an error or is cancelled, what was
    written is removed and `target` is as it was.

    Raises
    ------
    UnusableInputError
        When the place cannot be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = target.with_name(f".{target.name[:_NAMED]}.{uuid.uuid4().hex}.partial")
        work.mkdir()
    except OSError as error:
        raise _unwritable(target, error) from None
    try:
        yield work / target.name if single else work
        if single:
            (work / target.name).replace(target)
        else:
            _publish(work, target)
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        _remove(work)


def _remove(work: Path) -> None:
    """Remove `work`, also when somebody impatient presses Ctrl-C a second time meanwhile."""
    try:
        shutil.rmtree(work, ignore_errors=True)
    except KeyboardInterrupt:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _publish(work: Path, target: Path) -> None:
    """Move the folder `work` to `target`, or what is in it when `target` exists."""
    if not target.exists():
        work.rename(target)
        return
    places = {path: target / path.relative_to(work) for path in sorted(work.rglob("*")) if path.is_file()}
    blocked = [place for place in places.values() if place.is_dir()]
    if blocked:  # before anything is replaced
        raise IsADirectoryError(errno.EISDIR, f"{os.strerror(errno.EISDIR)}: {blocked[0].name}")
    for path, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)


def _unwritable(target: Path, error: OSError) -> UnusableInputError:
    cause = error.strerror or type(error).__name__
    return UnusableInputError(f"{target} cannot be written ({cause}); make room or name a place you may write to.")
