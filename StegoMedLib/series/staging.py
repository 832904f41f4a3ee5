"""Writes results beside their target, and moves them there as a whole when the run is done."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import permissions
from StegoMedLib.series.carrying import refuse_links
from StegoMedLib.series.publishing import Seen, publish
from StegoMedLib.series.workplace import Workplace, is_workplace, recover

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_target", "is_in", "staged", "undisturbed"]

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def check_target(source: Path | None, target: Path, *, overwrite: bool) -> None:
    """Refuse a target that would touch the source (if there is one), or that exists.

    What a killed run left at the target is put in order first.

    Raises
    ------
    UnusableInputError
        When `target` is `source`, lies in it or holds it, exists and `overwrite` is False, is or holds a link that may
        lead elsewhere, is neither file nor folder, or cannot be looked at.
    """
    try:
        _check(source, target, overwrite=overwrite)
    except OSError as error:  # a folder on the way may not be entered
        raise _unwritable(target, error) from None


def _check(source: Path | None, target: Path, *, overwrite: bool) -> None:
    place = _real(target)
    reads = None if source is None else _real(source)
    if reads is not None and (is_in(place, reads) or (os.path.isdir(reads) and is_in(reads, place))):  # noqa: PTH112 pathlib raises where none may enter
        raise UnusableInputError(
            f"{target} and the source overlap, and a source is never changed; name another target."
        )
    recover(place)
    if not os.path.lexists(target):
        return
    if target.is_symlink() and not target.is_dir():
        raise UnusableInputError(f"{target} is a link to something that is not a folder; name another target.")
    if not target.is_file() and not target.is_dir():
        raise UnusableInputError(f"{target} is neither a file nor a folder; name another target.")
    _check_free(target, overwrite=overwrite)
    if target.is_dir():
        refuse_links(target)


def _real(path: Path) -> Path:
    """The path without links; `Path.resolve` raises where links lead in a circle."""
    return Path(os.path.realpath(path))


def is_in(place: Path, folder: Path) -> bool:
    """Whether `place` is `folder` or lies in it; on disks that take upper and lower case for the same, too."""
    return any(one == folder or _are_same(one, folder) for one in (place, *place.parents))


def _are_same(one: Path, other: Path) -> bool:
    """Whether both are there and are the same; what lies where none may enter is nothing that this run reads."""
    try:
        return one.samefile(other)
    except OSError:
        return False


@contextmanager
def staged(target: Path, *, overwrite: bool, single: bool = False, like: Path | None = None) -> Iterator[Path]:
    """Place to write results to, beside `target`: a folder, or the path of one file when `single`.

    When the block ends well, what was written replaces `target` as a whole, at once (`publishing`); files of a replaced
    folder that StegoMed did not write stay in it (`carrying`). When the block ends in an error or is cancelled, what
    was written is removed and `target` is as it was.

    Parameters
    ----------
    target : Path
        File or folder.
    overwrite : bool
        Whether `target` may be there already, and hold something.
    single : bool
        Whether it is a file.
    like : Path, optional
        The source: a folder that is written gets its permissions, and its sub-folders those of its own.

    Raises
    ------
    UnusableInputError
        When the place cannot be written to, or was changed by somebody else meanwhile.
    """
    place = _real(target)
    made: list[Path] = []
    work = None
    try:
        made = [folder for folder in place.parents if not folder.exists()]
        with undisturbed():
            recover(place)
            work, before = _begin(place, overwrite=overwrite, single=single)
        yield work.new
        with undisturbed():
            _give_permissions(work.new, like, place)
            publish(work, before, overwrite=overwrite)
            made = []
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        with undisturbed():
            if work is not None:
                work.leave()
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()


def _begin(target: Path, *, overwrite: bool, single: bool) -> tuple[Workplace, Seen]:
    """A place to work in, and what is at the target now."""
    if target.is_file() and not single:
        raise UnusableInputError(f"{target} is a file, and the result is a folder; name another target.")
    if target.is_dir() and single:
        raise UnusableInputError(f"{target} is a folder, and the result is a file; name another target.")
    work = _workplace(target)
    try:
        before = Seen.at(target, inside=work.inside)
        _check_free(target, overwrite=overwrite)
        if not single:
            work.new.mkdir()
    except BaseException:
        work.leave()
        raise
    return work, before


def _check_free(target: Path, *, overwrite: bool) -> None:
    """Refuse a target that holds something, unless it may be replaced."""
    held = target.is_file() or (target.is_dir() and any(not is_workplace(path.name) for path in target.iterdir()))
    if held and not overwrite:
        raise UnusableInputError(f"{target} exists already; name another target, or add --overwrite.")


def _workplace(target: Path) -> Workplace:
    """Beside the target, from where it can be put in its place in one step; in it where that cannot be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    bound = target.is_dir() and (os.path.ismount(target) or target.stat().st_dev != target.parent.stat().st_dev)
    try:
        return Workplace.make(target, inside=bound)
    except OSError:
        if bound or not target.is_dir():
            raise
        return Workplace.make(target, inside=True)


def _give_permissions(folder: Path, like: Path | None, target: Path) -> None:
    """Give a folder and those below it the permissions of the source's, or of what it replaces; owners may write."""
    model = like if like is not None and like.is_dir() else target
    if os.name == "nt" or not folder.is_dir() or not model.is_dir():
        return
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        own = model / path.relative_to(folder)
        if own.is_dir():
            path.chmod(permissions(own) | 0o700)


def _unwritable(target: Path, error: OSError) -> UnusableInputError:
    cause = error.strerror or type(error).__name__
    return UnusableInputError(f"{target} cannot be written ({cause}); free some space, or name another place.")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hear Ctrl-C, and what else is answered by a function of Python, when the block is done, and not before.

    Signals that are ignored, or end the process without Python, stay as they are. Outside the main thread, where Python
    hears no signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    answers = {number: signal.getsignal(number) for number in _SIGNALS}
    answers = {number: answer for number, answer in answers.items() if callable(answer)}
    for number in answers:
        signal.signal(number, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number, answer in answers.items():
            signal.signal(number, answer)
        if heard:
            raise KeyboardInterrupt
