"""What callers give in several ways: keys, masks, and names of choices."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.envelope import Key, Passphrase
from StegoMedLib.envelope.strength import strength_of
from StegoMedLib.errors import UsageError
from StegoMedLib.series.masks import mask_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from StegoMedLib.series.masks import MaskSource

    Place = str | PathLike[str]

__all__ = ["masks_of", "one_of", "places_of", "sealing_key"]


def sealing_key(key: Key | str, *, weak: bool) -> Key:
    """A key; a passphrase that is easy to guess is refused unless `weak`."""
    if not isinstance(key, str):
        return key
    typed = Passphrase.typed(key)
    if (strength := strength_of(typed.prepared)).refused and not weak:
        raise UsageError(f"This passphrase could be guessed in {strength}; use a better one.")
    return typed


def one_of(name: str, names: Collection[str]) -> str:
    """A name, if it is among some; raises `UsageError`."""
    if name not in names:
        raise UsageError(f"There is no {name!r} here; choose one of {', '.join(names)}.")
    return name


def masks_of(folder: Place | None, finder: str, processes: int = 1) -> MaskSource:
    """Masks in a folder, or those of a finder, which computes with one thread where several processes do."""
    return mask_source(finder, "auto", None if folder is None else Path(folder), threads=1 if processes > 1 else 0)


def places_of(given: Place | Iterable[Place]) -> list[Path]:
    """Paths, where one or several are given."""
    return [Path(given)] if isinstance(given, str | PathLike) else [Path(each) for each in given]
