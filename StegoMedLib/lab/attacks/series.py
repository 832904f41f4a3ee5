"""Attacks a series: what may happen to its slices, and to the series as a whole, on the way to the receiver."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom import DerivedSeries, read_instance
from StegoMedLib.errors import UnusableFileError, UsageError
from StegoMedLib.lab.attacks import KINDS, Kind, PlaneKind, attack_and_measure
from StegoMedLib.lab.attacks.header import Rewrite, lossy_attributes
from StegoMedLib.metrics import PAPER_NOTE, compare, summarise
from StegoMedLib.series.counting import FileCount
from StegoMedLib.series.files import FilePart, FileSeries, check_copy_others, place_in
from StegoMedLib.series.sinks import DerivedFiles
from StegoMedLib.series.slice import Progress, silent, steps
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.pipeline.slices import Metrics
    from StegoMedLib.plane import Plane

__all__ = ["ATTACKS", "SERIES_KINDS", "AttackReport", "attack_series"]

SLICES = "per cent of the files"

SERIES_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("lost", SLICES, 30, "Leaves out this share of the files.", most=99),
        Kind("shuffled", SLICES, 100, "Exchanges the names and instance numbers of this share of the files."),
        Kind(
            "rescale",
            "factor",
            2,
            "Multiplies stored values, counted from the smallest of the file, by this; changes slope and intercept to "
            "match.",
            least=0.1,
            most=16,
        ),
    )
}
"""Kinds of attacks that only make sense for a series, by name."""

ATTACKS: Mapping[str, Kind] = {**KINDS, **SERIES_KINDS}
"""All kinds of attacks by name."""


@dataclass(frozen=True)
class AttackedSlice:
    """One slice in the report.

    Attributes
    ----------
    file, written : str
        Its name in the source, and in the target; ``""`` for a lost one.
    frame : int
    state : str
        ``"attacked"`` or ``"lost"``.
    ratio : float or None
        BitsStored bits a pixel over the bits of its codestream, for lossy compression.
    metrics : dict
        Attacked against source, on the source's stored values; empty for a lost one.
    """

    file: str
    written: str
    frame: int
    state: str
    ratio: float | None
    metrics: Metrics


@dataclass
class AttackReport:
    """What `attack_series` did."""

    kind: str
    level: float
    unit: str
    seed: int
    slices: list[AttackedSlice] = field(default_factory=list)
    files: FileCount = field(default_factory=FileCount)

    @property
    def lost(self) -> int:
        """How many files were lost on purpose."""
        return len({row.file for row in self.slices if row.state == "lost"})

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed attack``."""
        return {
            "note": PAPER_NOTE,
            "kind": self.kind,
            "level": self.level,
            "unit": self.unit,
            "seed": self.seed,
            "summary": self.summary(),
            "slices": [asdict(row) for row in self.slices],
            **self.files.as_json(),
        }

    def summary(self) -> dict[str, dict[str, float]]:
        """Minimum, mean and maximum of every measure, and of the ratio, over the slices that have it."""
        return summarise({**row.metrics, "ratio": row.ratio} for row in self.slices)


def attack_series(
    source: Path,
    target: Path,
    kind: str,
    level: float | None = None,
    *,
    seed: int = 0,
    overwrite: bool = False,
    accept_lossy: bool = False,
    copy_others: bool = False,
    progress: Progress = silent,
) -> AttackReport:
    """Attack every slice of `source`, and write the series to `target` as derived instances.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the attacked file or folder goes.
    kind : str
        One of `ATTACKS`.
    level : float, optional
        How hard, in the kind's unit; its default without.
    seed : int, optional
        What is random is drawn from it, for each file by its own.
    overwrite, accept_lossy : bool, optional
    copy_others : bool, optional
        Take files that are left out along to the target, as they are.
    progress : callable, optional

    Raises
    ------
    UsageError
        When there is no such kind, or the level makes no sense for it.
    UnusableInputError
        When nothing can be read, or something cannot be written.
    """
    check_copy_others(source, copy_others=copy_others)
    chosen, level = _chosen(kind, level)
    place = place_in(source, target)
    check_target(source, place, overwrite=overwrite)
    series = FileSeries(source, accept_lossy=accept_lossy)
    report = AttackReport(kind, level, chosen.unit, seed, files=series.count)
    targets = _targets(kind, level, len(series), np.random.default_rng(seed))
    with staged(place, overwrite=overwrite, single=series.single, like=source) as work:
        description = f"StegoMed: attacked for a test, {kind} at level {level:g} ({chosen.unit}), seed {seed}"
        run = _Run(chosen, level, seed, report, DerivedFiles(series, work, DerivedSeries(description)))
        for index, part in enumerate(steps(series, progress)):
            with series.taking(part, report.slices) as made:
                goes_to = targets[index]
                if goes_to is None:
                    run.lose(part)
                else:
                    other = series.files[goes_to]
                    run.take(index, part, other.name, made, None if goes_to == index else _number(other.path))
        series.check_taken(lost=report.lost)
        if copy_others:
            series.copy_others(work)
    return report


def _chosen(kind: str, level: float | None) -> tuple[Kind, float]:
    """The kind of that name, and its level; the default without one."""
    if kind not in ATTACKS:
        raise UsageError(f"There is no attack {kind!r}; choose one of {', '.join(ATTACKS)}.")
    chosen = ATTACKS[kind]
    level = chosen.default if level is None else level
    chosen.check(level)
    return chosen, level


def _targets(kind: str, level: float, files: int, rng: np.random.Generator) -> list[int | None]:
    """Whose name every file gets; None for one that is lost. At least one file is left."""
    found: list[int | None] = list(range(files))
    chosen = rng.permutation(files)[: round(level / 100 * files)]
    if kind == "lost":
        for index in chosen[: files - 1]:
            found[index] = None
    elif kind == "shuffled":
        for index, other in zip(chosen, np.roll(chosen, 1), strict=True):
            found[index] = int(other)
    return found


def _number(path: Path) -> object:
    """Instance number of another file of the series; of one that cannot be used, the file itself tells in its turn."""
    try:
        return read_instance(path, accept_lossy=True).dataset.get("InstanceNumber")
    except UnusableFileError:
        return None


@dataclass(frozen=True)
class _Hit:
    """A frame after an attack: what is written, the same in the source's stored units, and the ratio it reached."""

    pixels: NDArray[np.int32]
    seen: NDArray[np.int32]
    ratio: float | None = None


class _Run:
    """Takes files through an attack."""

    def __init__(self, kind: Kind, level: float, seed: int, report: AttackReport, sink: DerivedFiles) -> None:
        self._kind, self._level, self._seed, self._report, self._sink = kind, level, seed, report, sink
        self._rewrite: Rewrite | None = None

    def lose(self, part: FilePart) -> None:
        """Leave a file out."""
        for each in part.slices():
            self._report.slices.append(AttackedSlice(part.name, "", each.frame, "lost", None, {}))

    def take(self, index: int, part: FilePart, name: str, made: list[Path], number: object | None) -> None:
        """Attack the file `index`, and write it by another `name` and instance `number`, where that is a new one."""
        attributes: dict[str, object] = {} if number is None else {"InstanceNumber": number}
        seed = [self._seed, index]
        if isinstance(self._kind, PlaneKind) and self._kind.method:
            # What the header says of all frames stands before the first of them.
            ratios = [hit.ratio for _, hit in self._hits(part, seed) if hit.ratio is not None]
            attributes |= lossy_attributes(part.instance.dataset, float(np.mean(ratios)), self._kind.method)
        elif self._kind.name == "rescale":
            self._rewrite = Rewrite.of(part.instance, self._level)
            attributes |= self._rewrite.attributes(part.instance)
        self._sink.take(part, self._reported(self._hits(part, seed), part.name, name), made, name, attributes)

    def _reported(self, hits: Iterable[tuple[Plane, _Hit]], name: str, written: str) -> Iterator[NDArray[np.int32]]:
        """New stored values of one frame after the other, each noted in the report."""
        for frame, (plane, hit) in enumerate(hits):
            yield hit.pixels
            metrics: Metrics = compare(plane, hit.seen).as_json()
            row = AttackedSlice(name, written, frame, "attacked", hit.ratio, metrics)
            self._report.slices.append(row)

    def _hits(self, part: FilePart, seed: Sequence[int]) -> Iterator[tuple[Plane, _Hit]]:
        """Planes, and what the attack makes of them; the same at every call."""
        rng = np.random.default_rng(seed)
        for each in part.slices():
            yield each.plane, self._hit(each.plane, rng)

    def _hit(self, plane: Plane, rng: np.random.Generator) -> _Hit:
        if isinstance(self._kind, PlaneKind):
            found = attack_and_measure(self._kind.name, plane, self._level, rng)
            return _Hit(found.plane.pixels, found.plane.pixels, found.ratio)
        if self._rewrite is None:
            return _Hit(plane.pixels, plane.pixels)
        pixels = self._rewrite.values(plane)
        return _Hit(pixels, self._rewrite.undone(pixels))
