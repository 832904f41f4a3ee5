"""Neighbouring slices agree on the body without anybody holding the series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import new_series, read_instance
from StegoMedLib.errors import UnusableFileError
from StegoMedLib.regions import Region
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series import files as series_files
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.masks import FinderMasks
from StegoMedLib.series.neighbours import Regions
from StegoMedLib.series.stacks import StackSeries, VoxelStack
from Testing.multiframe import enhanced_phantom

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.dicom import Instance
    from StegoMedLib.plane import Plane
    from StegoMedLib.series.slice import Slice

SHAPE = (20, 24)


class Marks:
    """A finder that marks the column that a slice's first pixel names, and counts how often it is asked."""

    name = "marks"

    def __init__(self) -> None:
        self.asked = 0

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        return self.look(plane).significant

    def look(self, plane: Plane) -> Region:
        self.asked += 1
        mask = np.zeros(plane.shape, dtype=np.bool_)
        mask[:, plane.pixels[0, 0] - 1000] = True
        return Region(mask, ~mask)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    volume = np.full((8, *SHAPE), 1000)
    volume += np.arange(8)[:, None, None]
    return list(new_series(tmp_path / "in", volume, spacing=(3.0, 1.0, 1.0)))


def columns(mask: NDArray[np.bool_] | None) -> set[int]:
    return set() if mask is None else {int(each) for each in np.flatnonzero(mask.any(axis=0))}


def regions(files: list[Path], finder: Marks) -> list[Region]:
    series = FileSeries(files[0].parent)
    found = Regions(FinderMasks(finder), series)
    return [found.of(series.at((path.name, 0))) for path in files]


def test_each_slice_hears_of_two_neighbours_on_each_side(files: list[Path]) -> None:
    found = regions(files, Marks())
    own = [columns(region.significant).pop() for region in found]
    assert own == sorted(own)
    for number, region in enumerate(found):
        expected = {own[other] for other in range(8) if 0 < abs(other - number) <= 2}
        assert columns(region.beside) == expected
        assert region.suspect is not None


def test_every_slice_is_looked_at_once_whatever_the_order(files: list[Path]) -> None:
    finder, mixed = Marks(), [files[number] for number in (5, 0, 7, 2, 4, 1, 6, 3)]
    again = dict(zip(mixed, regions(mixed, finder), strict=True))
    assert finder.asked == len(files)
    for path, region in zip(files, regions(files, Marks()), strict=True):
        assert columns(region.beside) == columns(again[path].beside)


def test_a_single_slice_works_with_what_it_has(files: list[Path]) -> None:
    series = FileSeries(files[0])
    assert Regions(FinderMasks(Marks()), series).of(series.at((files[0].name, 0))).beside is None


def test_a_neighbour_that_cannot_be_read_says_nothing(files: list[Path]) -> None:
    series = FileSeries(files[0].parent)
    found = Regions(FinderMasks(Marks()), series)
    assert len(series.beside((files[0].name, 0))) == 2
    files[1].write_bytes(b"damaged")
    region = found.of(series.at((files[0].name, 0)))
    assert len(columns(region.beside)) == 1


def test_what_a_neighbour_could_not_tell_stops_its_own_turn(files: list[Path]) -> None:
    series = FileSeries(files[0].parent)
    found = Regions(FinderMasks(Marks()), series)
    assert len(series.beside((files[0].name, 0))) == 2
    content = files[1].read_bytes()
    files[1].write_bytes(content[:-100])
    found.of(series.at((files[0].name, 0)))
    with pytest.raises(UnusableFileError, match="shorter"):
        found.of(series.at((files[1].name, 0)))


def test_an_object_of_many_frames_is_opened_once_for_all_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enhanced_phantom(tmp_path / "object.dcm", 12, size=64)
    opened = list[object]()

    def counted(path: Path, *, accept_lossy: bool) -> Instance:
        opened.append(path)
        return read_instance(path, accept_lossy=accept_lossy)

    monkeypatch.setattr(series_files, "read_instance", counted)
    series = FileSeries(tmp_path / "object.dcm")
    source = Regions(FinderMasks(ThresholdFinder()), series)
    (part,) = series
    assert all(source.of(each).beside is not None for each in part.slices())
    assert len(opened) == 2, "the part itself, and what is beside its slices"


class Counted:
    """Masks that count how often each slice is asked for."""

    name, travels = "counted", False

    def __init__(self) -> None:
        self.asked: list[str] = []

    def region(self, each: Slice) -> Region:
        self.asked.append(each.name)
        return Region(np.zeros(SHAPE, dtype=np.bool_))


def many(masks: Counted, *, keep_all: bool) -> list[str]:
    """Ask for 600 slices, then for the last and the first again; what was asked of the masks since."""
    stack = StackSeries(VoxelStack(np.zeros((600, *SHAPE), dtype=np.int16)))
    source, slices = Regions(masks, stack, keep_all=keep_all), [each for part in stack for each in part.slices()]
    for each in slices:
        source.of(each)
    masks.asked.clear()
    source.of(slices[-1])
    source.of(slices[0])
    return masks.asked


def test_regions_of_long_ago_are_found_again() -> None:
    assert many(Counted(), keep_all=False) == ["slice 1", "slice 2"]


def test_all_regions_are_kept_for_a_second_walk() -> None:
    assert many(Counted(), keep_all=True) == []
