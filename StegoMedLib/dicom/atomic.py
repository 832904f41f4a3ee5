"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["whole_file"]


def _unwritable(target: Path, error: OSError) -> UnusableInputError:
    cause = error.strerror or "input/output error"
    return UnusableInputError(f"{target} cannot be written ({cause}); choose a folder with room and write permission.")


@contextmanager
def whole_file(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file that is written beside its place and renamed when the body ends without an exception.

    Missing parent folders are made. Whatever ends the body otherwise, a failing disk or a cancelled run, the temporary
    file goes away and a file that was at `target` stays.

    Parameters
    ----------
    target : Path
        Where the file shall be.

    Yields
    ------
    tuple of (BinaryIO, Path)
        The open temporary file, and its path.

    Raises
    ------
    UnusableInputError
        The disk is full, or the place is not writable.
    """
    beside = target.parent / f".{uuid.uuid4().hex}.part"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as stream:
            yield stream, beside
        os.replace(beside, target)  # noqa: PTH105 Path.replace is the same call
    except OSError as error:
        raise _unwritable(target, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
