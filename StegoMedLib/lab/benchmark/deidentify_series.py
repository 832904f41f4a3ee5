"""Plants a series, has one tool after the other take the identity away and put it back, and counts."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from StegoMedLib.lab.benchmark.dciodvfy import errors_of, is_installed
from StegoMedLib.lab.benchmark.deidentify_tools import run
from StegoMedLib.lab.benchmark.planted import Planted, left, plant, searched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from StegoMedLib.lab.benchmark.deidentify_tools import Tool

__all__ = ["DeidentifyReport", "PlantedSeries", "Row", "elements", "judge", "plant_series"]

_PIXELS, _SOP_INSTANCE = 0x7FE00010, "/00080018"


@dataclass(frozen=True)
class PlantedSeries:
    """A series with planted values.

    Attributes
    ----------
    name : str
    folder : Path
    files : tuple of Path
    values : tuple of Planted
        Of all files, each place once.
    errors : frozenset of str
        What dciodvfy objects to in it.
    """

    name: str
    folder: Path
    files: tuple[Path, ...]
    values: tuple[Planted, ...]
    errors: frozenset[str]


@dataclass(frozen=True)
class Row:
    """What one tool did to one series.

    Attributes
    ----------
    tool, series : str
    files, written, returned : int
        Planted, de-identified, and put back.
    left : tuple of str
        Places of planted values of which a part is left in a file or its name.
    new_errors : tuple of str or None
        None without dciodvfy.
    elements, back : int
        Data elements of all files, at every level but without pixels; how many came back as they were.
    same : int
        Files that came back byte by byte.
    away_seconds, back_seconds : float or None
        Wall time, with the start of the program.
    failure : str
        What the tool said when it failed.
    """

    tool: str
    series: str
    files: int
    written: int = 0
    returned: int = 0
    left: tuple[str, ...] = ()
    new_errors: tuple[str, ...] | None = None
    elements: int = 0
    back: int = 0
    same: int = 0
    away_seconds: float | None = None
    back_seconds: float | None = None
    failure: str = ""

    def as_json(self) -> dict[str, object]:
        """The row in the JSON report."""
        return asdict(self)


@dataclass(frozen=True)
class DeidentifyReport:
    """How many values were planted into each series, and what every tool did to every series."""

    planted: int
    tools: list[Tool]
    rows: list[Row]

    def as_json(self) -> dict[str, object]:
        """What the JSON report of ``stegomed benchmark deidentify`` says of tools and series."""
        tools = [{"name": tool.name, "settings": tool.settings, "missing": tool.missing} for tool in self.tools]
        rows = [row.as_json() for row in self.rows]
        return {"planted": self.planted, "tools": tools, "series": rows}


def plant_series(name: str, sources: Sequence[Path], folder: Path) -> PlantedSeries:
    """Write a series with planted values into a new folder; its files are called ``image0001.dcm`` and so on."""
    folder.mkdir(parents=True)
    files, values = [], {}
    for number, source in enumerate(sources):
        dataset = dcmread(source)
        values.update({(each.where, each.value): each for each in plant(dataset, number)})
        files.append(folder / f"image{number + 1:04d}.dcm")
        dataset.save_as(files[-1], enforce_file_format=True)
    return PlantedSeries(name, folder, tuple(files), tuple(values.values()), _errors(files))


def judge(tool: Tool, series: PlantedSeries, work: Path, keys: Path) -> Row:
    """Let a tool work on a planted series, in a new folder `work`, and count what it left, broke and gave back."""
    away, returned = work / "away", work / "returned"
    work.mkdir(parents=True)
    row = Row(tool.name, series.name, len(series.files))
    failure, seconds = _timed(tool, tool.away, series.folder, away, keys)
    written = _files(away)
    row = replace(row, failure=failure, away_seconds=seconds, written=len(written))
    row = replace(row, left=_left(series.values, written, away), new_errors=_new_errors(series, written))
    if not tool.back or not written:
        return row
    failure, seconds = _timed(tool, tool.back, away, returned, keys)
    files = _files(returned)
    total, equal = _came_back(series.files, files)
    same = len({path.read_bytes() for path in files} & {path.read_bytes() for path in series.files})
    row = replace(row, back_seconds=seconds, returned=len(files), elements=total, back=equal, same=same)
    return replace(row, failure=row.failure or failure)


def elements(dataset: Dataset, inside: str = "") -> Iterator[tuple[str, str]]:
    """Give place and value of every data element at every level, without pixels."""
    for element in dataset:
        place = f"{inside}/{int(element.tag):08X}"
        if element.VR == "SQ":
            yield place, f"{len(element.value)} items"
            for number, item in enumerate(element.value):
                yield from elements(item, f"{place}[{number}]")
        elif element.tag != _PIXELS:
            yield place, f"{element.VR} {element.value!r}"


def _timed(tool: Tool, command: Sequence[str], source: Path, target: Path, keys: Path) -> tuple[str, float]:
    if not tool.makes_target:
        target.mkdir()
    start = time.perf_counter()
    failure = run(command, source, target, keys)
    return failure, time.perf_counter() - start


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _left(values: Sequence[Planted], files: Sequence[Path], folder: Path) -> tuple[str, ...]:
    """Give the places of values that are left, in the order they were planted."""
    found: set[str] = set()
    for path in files:
        content = searched(path) + str(path.relative_to(folder)).encode()
        found.update(each.where for each in left(values, content))
    return tuple(dict.fromkeys(each.where for each in values if each.where in found))


def _errors(files: Sequence[Path]) -> frozenset[str]:
    return frozenset().union(*map(errors_of, files)) if is_installed() else frozenset()


def _new_errors(series: PlantedSeries, written: Sequence[Path]) -> tuple[str, ...] | None:
    return tuple(sorted(_errors(written) - series.errors)) if is_installed() else None


def _came_back(originals: Sequence[Path], returned: Sequence[Path]) -> tuple[int, int]:
    """Count the elements of the originals, and those of them that what came back of the same file has.

    Tools name files as they like: an instance is known by its UID or, where that did not come back, by its place.
    """
    wanted, found = [_read(path) for path in originals], [_read(path) for path in returned]
    known = {each.get(_SOP_INSTANCE): each for each in found}
    by_place = found if len(found) == len(wanted) else [{}] * len(wanted)
    equal = 0
    for before, placed in zip(wanted, by_place, strict=True):
        after = known.get(before[_SOP_INSTANCE], placed)
        equal += sum(after.get(place) == value for place, value in before.items())
    return sum(map(len, wanted)), equal


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(elements(dcmread(path, stop_before_pixels=True)))
    except InvalidDicomError:
        return {}
