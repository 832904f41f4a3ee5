"""Which slices are next to each other follows from where they lie, not from their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from StegoMedLib.dicom import Placed, list_files, new_series
from StegoMedLib.series.files import FileSeries

if TYPE_CHECKING:
    from pathlib import Path

VOLUME = np.random.default_rng(0).integers(0, 900, (6, 20, 24))


def positions(folder: Path, spacing: float = 5.0) -> list[Path]:
    return list(new_series(folder, VOLUME, spacing=(spacing, 1.0, 1.0)))


def test_neighbours_follow_the_place_whatever_the_names(tmp_path: Path) -> None:
    files = positions(tmp_path / "in")
    shuffled = [path.rename(path.with_name(name)) for path, name in zip(files, "dbface", strict=True)]
    beside = Placed(sorted(shuffled)).beside(each_side=1)
    assert beside[shuffled[0], 0] == ((shuffled[1], 0),)
    assert set(beside[shuffled[3], 0]) == {(shuffled[2], 0), (shuffled[4], 0)}


def test_files_come_in_place_where_asked_whatever_the_names(tmp_path: Path) -> None:
    files = positions(tmp_path / "in")
    shuffled = [path.rename(path.with_name(f"{name}.dcm")) for path, name in zip(files, "dbface", strict=True)]
    dataset = dcmread(shuffled[2])
    del dataset.ImagePositionPatient
    dataset.save_as(shuffled[2])
    there = [shuffled[number] for number in (0, 1, 3, 4, 5)]
    images = list_files(tmp_path / "in").in_place().images
    assert images in {(*there, shuffled[2]), (*there[::-1], shuffled[2])}
    series = FileSeries(tmp_path / "in", list_files(tmp_path / "in").in_place())
    assert [part.path for part in series] == list(images)


def test_slices_far_apart_have_nothing_to_say_of_each_other(tmp_path: Path) -> None:
    assert not Placed(positions(tmp_path / "in", spacing=30.0)).beside()


def test_other_series_orientations_and_places_are_no_neighbours(tmp_path: Path) -> None:
    first, second, third, *_ = positions(tmp_path / "in")
    turned, moved = dcmread(second), dcmread(third)
    turned.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    turned.save_as(second)
    moved.ImagePositionPatient = [40.0, *list(moved.ImagePositionPatient)[1:]]
    moved.save_as(third)
    assert not Placed([first, second, third]).beside()


def test_files_without_a_place_or_unreadable_have_no_neighbours(tmp_path: Path) -> None:
    first, second, *_ = positions(tmp_path / "in")
    dataset = dcmread(second)
    del dataset.ImagePositionPatient
    dataset.save_as(second)
    broken = tmp_path / "in" / "broken.dcm"
    broken.write_bytes(b"no image")
    assert not Placed([first, second, broken]).beside()


def test_frames_of_one_object_are_neighbours(tmp_path: Path) -> None:
    path, *_ = positions(tmp_path / "in")
    dataset = dcmread(path)
    frames = []
    for number in range(3):
        place = Dataset()
        place.ImagePositionPatient = [0.0, 0.0, 4.0 * number]
        group = Dataset()
        group.PlanePositionSequence = Sequence([place])
        frames.append(group)
    del dataset.ImagePositionPatient
    dataset.NumberOfFrames = 3
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    dataset.PixelData = dataset.PixelData * 3
    dataset.save_as(path)
    assert Placed([path]).beside(each_side=1)[path, 1] == ((path, 0), (path, 2))
