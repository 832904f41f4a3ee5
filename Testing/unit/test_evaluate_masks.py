"""Region finders against reference masks: the numbers, the groups, the pictures, and the command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.evaluation.masks import PAPER_IOU, AgreementReport, evaluate_masks
from StegoMedLib.lab.pictures.canvas import ACCENT, TRUTH
from StegoMedLib.lab.pictures.worst import SHOWN, WorstSlices
from StegoMedLib.regions import Region, guard
from StegoMedLib.series.masks import FolderMasks, write_mask

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane


def square(shape: tuple[int, int], top: int = 100) -> NDArray[np.bool_]:
    mask = np.zeros(shape, dtype=np.bool_)
    mask[top : top + 40, 100:140] = True
    return mask


class Says:
    """A finder that says the same of every plane."""

    def __init__(self, name: str, top: int | None) -> None:
        self.name = name
        self._top = top

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        return np.zeros(plane.shape, dtype=np.bool_) if self._top is None else square(plane.shape, self._top)

    def look(self, plane: Plane) -> Region:
        return Region(self.find(plane), self.find(plane))


@pytest.fixture
def references(phantom_folder: Path, tmp_path: Path) -> Path:
    for file in phantom_folder.iterdir():
        write_mask(tmp_path / "reference" / f"{file.stem}.png", square(read_instance(file).plane(0).shape))
    return tmp_path / "reference"


def compare(source: Path, references: Path, **options: Any) -> AgreementReport:
    finders = [Says("right", 100), Says("low", 110), Says("blind", None)]
    return evaluate_masks(source, FolderMasks(references), finders, **options)


def test_measures_count_pixels_and_square_millimetres(phantom_folder: Path, references: Path) -> None:
    report = compare(phantom_folder, references)
    spacing = read_instance(next(phantom_folder.iterdir())).dataset.PixelSpacing
    area = float(spacing[0]) * float(spacing[1])
    assert len(report.slices) == 4
    for row in report.slices:
        right, low, blind = (row.finders[name] for name in ("right", "low", "blind"))
        assert (right["iou"], right["dice"], right["missed_pixels"], right["false_mm2"]) == (1.0, 1.0, 0, 0.0)
        assert low["iou"] == pytest.approx(30 / 50)
        assert low["dice"] == pytest.approx(30 / 40)
        assert (low["missed_pixels"], low["false_pixels"]) == (400, 400)
        assert low["missed_mm2"] == pytest.approx(400 * area)
        assert (blind["iou"], blind["missed_pixels"]) == (0.0, 1600)


def test_where_no_body_is_found_nothing_is_left_unguarded(phantom_folder: Path, references: Path) -> None:
    blind = compare(phantom_folder, references).as_json()["summary"]["blind"]  # type: ignore[index]
    assert blind["missed_unguarded"]["max"] == 0
    assert blind["usable_share"]["max"] == 0


def test_missed_pixels_beyond_the_guard_are_counted(phantom_folder: Path, tmp_path: Path) -> None:
    free = {}
    for file in sorted(phantom_folder.iterdir()):
        plane = read_instance(file).plane(0)
        body = ~guard(plane, square(plane.shape))  # as if all that may be written to were body
        free[file.name] = int(body.sum())
        write_mask(tmp_path / "wrong" / f"{file.stem}.png", body)
    rows = compare(phantom_folder, tmp_path / "wrong").slices
    assert {row.file: row.finders["right"]["missed_unguarded"] for row in rows} == free
    assert all(free.values())


def test_slices_are_grouped_by_folder_and_orientation(phantom_folder: Path, references: Path, tmp_path: Path) -> None:
    turned = tmp_path / "many" / "turned"
    turned.mkdir(parents=True)
    for number, file in enumerate(sorted(phantom_folder.iterdir())):
        dataset = read_instance(file).dataset
        if number % 2:
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        dataset.save_as(turned / file.name)
    (tmp_path / "masks").mkdir()
    references.rename(tmp_path / "masks" / "turned")
    groups = compare(tmp_path / "many", tmp_path / "masks").groups()
    assert [(each.series, each.orientation, each.modality, each.slices) for each in groups] == [
        ("turned", "axial", "CT", 2),
        ("turned", "coronal", "CT", 2),
    ]
    assert groups[0].finders["low"]["iou"]["mean"] == pytest.approx(0.6)


def test_a_missing_reference_mask_is_said(phantom_folder: Path, references: Path) -> None:
    next(references.iterdir()).unlink()
    with pytest.raises(UnusableInputError, match="There is no mask"):
        compare(phantom_folder, references)


def test_the_worst_slices_are_drawn_with_both_outlines(phantom_folder: Path, references: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    worst = WorstSlices("low")
    compare(phantom_folder, references, onlooker=worst.take)
    (name,) = worst.draw(tmp_path / "pictures")
    assert name == "01_series_axial.png"
    with Image.open(tmp_path / "pictures" / name) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    for colour in (ACCENT, TRUTH):
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert (pixels == wanted).all(axis=2).any(), colour


def test_no_more_slices_are_kept_than_are_shown(phantom_folder: Path, references: Path) -> None:
    pytest.importorskip("matplotlib")
    worst = WorstSlices("low")
    for _ in range(2):
        compare(phantom_folder, references, onlooker=worst.take)
    assert [len(group) for group in worst._groups.values()] == [SHOWN]


def test_the_command_reports_a_finder_beside_the_baseline(
    phantom_folder: Path, references: Path, tmp_path: Path, stegomed: Any
) -> None:
    done = stegomed("evaluate", phantom_folder, "--masks", references, "--finder", "threshold", "--json", "-")
    report = json.loads(done.stdout)
    assert report["finders"] == ["threshold"]
    assert report["paper_iou"] == PAPER_IOU
    assert len(report["slices"]) == report["groups"][0]["slices"] == 4
    assert str(PAPER_IOU) in done.stderr
    both = stegomed("evaluate", phantom_folder, "--masks", references, "--pictures", "drawn", "--json", "-")
    report = json.loads(both.stdout)
    assert report["finders"] == ["maskrcnn", "threshold"]
    assert [(tmp_path / "drawn" / name).is_file() for name in report["pictures"]] == [True]


@pytest.mark.parametrize("arguments", [("cover",), ("cover", "stego", "--pictures", "drawn")])
def test_what_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...], stegomed: Any) -> None:
    done = stegomed("evaluate", *arguments)
    assert done.returncode == 2
    assert "--masks" in done.stderr
