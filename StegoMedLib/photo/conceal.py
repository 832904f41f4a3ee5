"""Files into photographs: sealed, cut into shares with some to spare, and each share into a photograph."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.envelope.erasure import MOST_SHARDS
from StegoMedLib.errors import DoesNotFitError, UnusableInputError, UsageError
from StegoMedLib.files import is_unfinished
from StegoMedLib.photo.archive import checked_name, packed, packed_end
from StegoMedLib.photo.carrying import Carried, Errand, Measured, carry, measure
from StegoMedLib.photo.needs import MOST, bytes_in_words, needed, plan_in_words
from StegoMedLib.photo.photographs import ENDINGS
from StegoMedLib.photo.places import check_places
from StegoMedLib.photo.plan import Plan, lost_of, planned
from StegoMedLib.photo.sealing import seal_into
from StegoMedLib.photo.shares import RUN_BYTES, Cut, cut_into, share_overhead
from StegoMedLib.photo.sharing import done_side_by_side
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.series.staging import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from StegoMedLib.envelope import Key

__all__ = ["ConcealReport", "Concealment", "conceal_files", "files_of", "sealed_bytes"]

_SEALED, _UNITS = "sealed", "units"
_MOST_LOST = 90


@dataclass(frozen=True)
class Concealment:
    """How files go into photographs.

    Attributes
    ----------
    may_lose : float
        Percentage of the photographs that may be lost, rounded down to whole ones.
    metadata : bool
        Whether the photographs keep what they say beside their samples.
    decode_lossy : bool
        Whether photographs that were stored with loss are taken; they become PNG.
    overwrite : bool
    processes : int
        That share the work.
    """

    may_lose: float = 30
    metadata: bool = True
    decode_lossy: bool = False
    overwrite: bool = False
    processes: int = 1

    def __post_init__(self) -> None:
        """Refuse a percentage that leaves nothing."""
        if not 0 <= self.may_lose <= _MOST_LOST:
            raise UsageError(f"From 0 to {_MOST_LOST} percent of the photographs may be lost; choose among these.")


@dataclass(frozen=True)
class ConcealReport:
    """What became of it.

    Attributes
    ----------
    files : list of str
        Names of the files that were sealed.
    source_bytes, sealed_bytes : int
    may_be_lost : int
        Photographs.
    photographs : list of Carried
    lossy : list of str
        Photographs that had been stored with loss.
    unused : list of str
        Photographs that are too small to carry anything, and were not written.
    """

    files: list[str]
    source_bytes: int
    sealed_bytes: int
    may_be_lost: int
    photographs: list[Carried] = field(default_factory=list)
    lossy: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The report of the command."""
        return {**vars(self), "photographs": [each.as_json() for each in self.photographs]}


def files_of(*sources: Path) -> list[tuple[Path, str]]:
    """Files of sources, each with its name in the archive; half-written results of other runs are none.

    Raises
    ------
    UnusableInputError
        There are none, or one has a name that other systems do not take, or that another one has.
    """
    found = [each for source in sources for each in _files_in(source)]
    if not found:
        raise UnusableInputError(f"{sources[0] if sources else 'The source'} holds no file; name one that does.")
    seen = dict[str, Path]()
    for path, name in found:
        checked_name(name, path)
        other = seen.setdefault(name.casefold(), path)
        if other is not path:
            raise UnusableInputError(f"{path!s} and {other!s} have one name; rename one of them.")
    return found


def _files_in(source: Path) -> list[tuple[Path, str]]:
    if not os.path.isdir(source):  # noqa: PTH112  pathlib raises where none may enter
        return [(source, source.name)]
    walked = ((Path(folder), name) for folder, _, names in os.walk(source) for name in names)
    paths = sorted(folder / name for folder, name in walked)
    return [(path, path.relative_to(source).as_posix()) for path in paths if not _is_unfinished(path, source)]


def _is_unfinished(path: Path, source: Path) -> bool:
    return any(is_unfinished(part) for part in path.relative_to(source).parts)


def sealed_bytes(files: list[tuple[Path, str]], key: Key, progress: Progress = silent) -> int:
    """Bytes that files take when they are sealed, without a photograph."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  no place of its own
        return seal_into(nowhere, _archive(files, lambda done: progress(done, len(files), "")), key)


def conceal_files(
    files: list[tuple[Path, str]],
    photographs: Sequence[Path],
    target: Path,
    key: Key,
    *,
    options: Concealment,
    announce: Callable[[str], None] = lambda _: None,
    progress: Progress = silent,
) -> ConcealReport:
    """Write photographs that carry files.

    Parameters
    ----------
    files : list of (Path, str)
        As `files_of` gives them.
    photographs : sequence of Path
    target : Path
        Folder for the photographs, under the names that they have.
    key : Key
    options : Concealment
    announce : callable
        Is told, before anything is written, what the photographs will carry.
    progress : callable

    Raises
    ------
    UnusableInputError
        A file or photograph cannot be used, or comes twice.
    DoesNotFitError
        The photographs are too few or too small.
    """
    if len(photographs) > MOST_SHARDS:
        raise UnusableInputError(f"At most {MOST_SHARDS} photographs share a secret; give fewer, or larger ones.")
    check_places([*(path for path, _ in files), *photographs], target, overwrite=options.overwrite)
    clock = _Clock(progress, len(files), len(photographs))
    measured = done_side_by_side(
        measure, [(path, options.decode_lossy) for path in photographs], options.processes, clock.measured
    )
    _check_different(photographs, measured)
    with staged(target, overwrite=options.overwrite) as place:
        work = place.parent
        with (work / _SEALED).open("w+b") as sealed:
            size = seal_into(sealed, _archive(files, clock.packed), key)
            lost = lost_of(len(photographs), options.may_lose)
            plan = planned([each.samples for each in measured], size, lost)
            cut = Cut(secrets.token_bytes(RUN_BYTES), plan.total, plan.needed, size)
            _check_fits(plan, cut, measured, lost, options)
            announce(plan_in_words(plan, size, lost))
            sealed.seek(0)
            with (work / _UNITS).open("w+b") as units:
                cut_into(units, sealed, cut)
        errands = _errands(photographs, measured, place, key, options, plan, cut, work / _UNITS)
        rows = done_side_by_side(carry, list(errands), options.processes, clock.carried)
    lossy = [str(path) for path, each in zip(photographs, measured, strict=True) if each.lossy]
    unused = [str(path) for path, count in zip(photographs, plan.units, strict=True) if not count]
    source_bytes = sum(path.stat().st_size for path, _ in files)
    return ConcealReport([name for _, name in files], source_bytes, size, lost, rows, lossy, unused)


@dataclass(frozen=True)
class _Clock:
    """Tells how far the work is: photographs count twice, as they are looked at before they are written."""

    progress: Progress
    files: int
    photographs: int

    def measured(self, done: int) -> None:
        self._tell(done, "looking at the photographs")

    def packed(self, done: int) -> None:
        self._tell(self.photographs + done, "sealing")

    def carried(self, done: int) -> None:
        self._tell(self.photographs + self.files + done, "writing photographs")

    def _tell(self, done: int, what: str) -> None:
        self.progress(done, self.files + 2 * self.photographs, what)


def _archive(files: list[tuple[Path, str]], done: Callable[[int], None]) -> Iterator[bytes]:
    yield from packed(files, done)
    yield packed_end()


def _check_different(photographs: Sequence[Path], measured: Sequence[Measured]) -> None:
    """Refuse the same picture twice: side by side, the two would show what was changed."""
    seen: dict[bytes, Path] = {}
    for path, each in zip(photographs, measured, strict=True):
        if each.digest in seen:
            raise UnusableInputError(
                f"{path} and {seen[each.digest]} are the same picture, and would show what was changed; take one."
            )
        seen[each.digest] = path


def _check_fits(plan: Plan, cut: Cut, measured: Sequence[Measured], lost: int, options: Concealment) -> None:
    loads = zip(plan.units, measured, strict=True)
    if all(share_overhead(units) + units * cut.unit_bytes <= each.capacity for units, each in loads if units) and any(
        plan.units
    ):
        return
    mean = sum(each.all_samples for each in measured) // len(measured)
    number = max(len(measured) + 1, needed(cut.length, max(mean, 1), MOST, options.may_lose))
    less = ", or let fewer of them be lost" if lost else ""
    raise DoesNotFitError(
        f"{bytes_in_words(cut.length)} sealed do not fit into these photographs; take about {number} of their size, or "
        f"larger ones{less}."
    )


def _errands(  # noqa: PLR0917  once
    photographs: Sequence[Path],
    measured: Sequence[Measured],
    place: Path,
    key: Key,
    options: Concealment,
    plan: Plan,
    cut: Cut,
    units: Path,
) -> Iterator[Errand]:
    """What each photograph shall carry; one that is too small to serve is left as it is."""
    locator, first, taken = key.locators()[0], 0, set[str]()
    for path, each, count in zip(photographs, measured, plan.units, strict=True):
        if count:
            numbers = tuple(range(first, first + count))
            target = place / _free_name(path.stem, ENDINGS[each.format], taken)
            yield Errand(path, target, locator, options.decode_lossy, options.metadata, cut, numbers, units)
        first += count


def _free_name(stem: str, ending: str, taken: set[str]) -> str:
    """A name that no photograph before has, on disks that take upper and lower case for the same, too."""
    number = 1
    while (name := f"{stem}{f'-{number}' if number > 1 else ''}{ending}").casefold() in taken:
        number += 1
    taken.add(name.casefold())
    return name
