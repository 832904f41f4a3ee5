"""Files out of photographs: in any order, with others among them, and with some missing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import NothingReadableError, TooFewPhotographsError, UnusableInputError
from StegoMedLib.photo.archive import Unpacker
from StegoMedLib.photo.canvas import extract
from StegoMedLib.photo.photographs import read_pixels
from StegoMedLib.photo.places import check_places
from StegoMedLib.photo.sealing import opened
from StegoMedLib.photo.shares import Cut, Share, joined_units, read_share
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from StegoMedLib.envelope import Key

__all__ = ["RevealReport", "Seen", "reveal_files"]

_ENDINGS = frozenset({".png", ".webp", ".tif", ".tiff"})


@dataclass(frozen=True)
class Seen:
    """A photograph, and the number of the secret of which it carries a share; 0 where it carries none for this key.

    Where positions are public, also shares of what is sealed for others have a number; nothing else is told of them.
    """

    file: str
    secret: int


@dataclass(frozen=True)
class RevealReport:
    """What became of it.

    Attributes
    ----------
    files : list of str
        Names of the files that were written, below the target.
    photographs : list of Seen
    incomplete : list of str
        A sentence of each secret of which too few photographs are there.
    """

    files: list[str]
    photographs: list[Seen]
    incomplete: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The report of the command."""
        return {**vars(self), "photographs": [asdict(each) for each in self.photographs]}


@dataclass
class _Secret:
    """Units of one secret as they are found, put into a file one after the other."""

    cut: Cut
    path: Path
    number: int
    places: dict[int, int] = field(default_factory=dict)
    photographs: int = 0

    def add(self, share: Share) -> None:
        """Take the units of a share; of equal numbers the first stays."""
        self.photographs += 1
        with self.path.open("ab") as stream:
            for number, unit in share.units.items():
                if number not in self.places:
                    self.places[number] = stream.tell()
                    stream.write(unit)

    @property
    def is_whole(self) -> bool:
        return len(self.places) >= self.cut.needed


def reveal_files(
    photographs: Sequence[Path], target: Path, key: Key, *, overwrite: bool = False, progress: Progress = silent
) -> RevealReport:
    """Write the files that photographs carry into a folder; where there are several secrets, into a folder for each.

    Parameters
    ----------
    photographs : sequence of Path
        Files, and folders of them.
    target : Path
    key : Key
    overwrite : bool
    progress : callable

    Raises
    ------
    NothingReadableError
        The key is another one, or there is nothing: always the same, without a cause.
    TooFewPhotographsError
        There is something, but of no secret enough.
    UnusableInputError
        The target cannot be written, or whoever sealed something sealed what this version does not know.
    """
    paths = list(_found(photographs))
    if not paths:
        raise UnusableInputError(
            f"{photographs[0]} holds no photograph; name PNG, WebP or TIFF files, or folders of them."
        )
    check_places(photographs, target, overwrite=overwrite)
    with staged(target, overwrite=overwrite) as place:
        secrets: dict[Cut, _Secret] = {}
        seen = []
        for done, path in enumerate(paths):
            progress(done, len(paths), path.name)
            share = _share_in(path, key)
            if share is not None:
                new = _Secret(share.cut, place.parent / f"units{len(secrets) + 1}", len(secrets) + 1)
                secrets.setdefault(share.cut, new).add(share)
            seen.append(Seen(str(path), secrets[share.cut].number if share is not None else 0))
        files = _write(list(secrets.values()), place, key)
        progress(len(paths), len(paths), "")
    return RevealReport(files, seen, [_missing(each) for each in secrets.values() if not each.is_whole])


def _found(photographs: Sequence[Path]) -> Iterator[Path]:
    """Files as they were named, and those of folders that may be such photographs.

    Raises
    ------
    UnusableInputError
        Nothing goes by one of the names.
    """
    for each in photographs:
        if os.path.isdir(each):  # noqa: PTH112  pathlib raises where none may enter
            walked = (Path(folder) / name for folder, _, names in os.walk(each) for name in names)
            yield from sorted(path for path in walked if path.suffix.lower() in _ENDINGS)
        elif os.path.lexists(each):
            yield each
        else:
            raise UnusableInputError(f"There is no {each}; name photographs, or folders of them.")


def _share_in(path: Path, key: Key) -> Share | None:
    pixels = read_pixels(path)
    if pixels is None:
        return None
    data = (extract(pixels, locator) for locator in key.locators())
    found = next((each for each in data if each is not None), None)
    return None if found is None else read_share(found)


def _write(secrets: list[_Secret], place: Path, key: Key) -> list[str]:
    """Write the files of all secrets that are whole, and that the key opens."""
    readable = [each for each in secrets if each.is_whole and _opens(each, key)]
    if not readable:
        incomplete = [_missing(each) for each in secrets if not each.is_whole]
        raise TooFewPhotographsError(*incomplete) if incomplete else NothingReadableError
    files = []
    for each in readable:
        folder = place / str(each.number) if len(readable) > 1 else place
        folder.mkdir(exist_ok=True)
        files += [str((folder / name).relative_to(place)) for name in _unpacked(each, folder, key)]
    return files


def _opens(secret: _Secret, key: Key) -> bool:
    """Whether the key opens it: where positions are public, others' secrets are found, too."""
    with secret.path.open("rb") as units:
        try:
            next(_plain(secret, units, key))
        except NothingReadableError:
            return False
    return True


def _unpacked(secret: _Secret, folder: Path, key: Key) -> list[str]:
    with secret.path.open("rb") as units, _unpacker(folder) as unpacker:
        for piece in _plain(secret, units, key):
            unpacker.feed(piece)
        unpacker.finish()
        return unpacker.files


def _plain(secret: _Secret, units: BinaryIO, key: Key) -> Iterator[bytes]:
    """What is sealed, piece by piece."""
    return opened(_Reader(joined_units(units, secret.places, secret.cut)), secret.cut.length, key)


@contextmanager
def _unpacker(folder: Path) -> Iterator[Unpacker]:
    unpacker = Unpacker(folder)
    try:
        yield unpacker
    except ValueError:
        raise UnusableInputError(
            "What the photographs hold was not written by this version of StegoMed; update it, or ask who sent them."
        ) from None
    finally:
        unpacker.leave()


class _Reader:
    """Gives so many bytes at a time of what comes in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._waiting = pieces, bytearray()

    def __call__(self, size: int) -> bytes:
        while len(self._waiting) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        given = bytes(self._waiting[:size])
        del self._waiting[:size]
        return given


def _missing(secret: _Secret) -> str:
    found = len(secret.places) / secret.cut.needed
    return (
        f"Secret {secret.number}: its photographs hold {100 * found:.0f} of the 100 percent that are needed "
        f"({secret.photographs} found); add more of them."
    )
