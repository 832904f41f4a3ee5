"""Odd files: whatever can be read gets a sane answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.metrics.masks import iou
from StegoMedLib.regions import RegionFinder, guard, make_finder, usable_blocks

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.plane import Plane

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def finders() -> list[RegionFinder]:
    pytest.importorskip("onnxruntime")
    return [make_finder("threshold"), make_finder("maskrcnn")]


def plane(data_dir: Path, name: str, frame: int = 0) -> Plane:
    return read_instance(data_dir / "odd" / name, accept_lossy=True).plane(frame)


def room(finder: RegionFinder, given: Plane) -> int:
    return int(usable_blocks(given, guard(given, finder.find(given))).sum())


def test_every_readable_frame_gets_an_answer(data_dir: Path, finders: list[RegionFinder]) -> None:
    answered = 0
    for path in sorted((data_dir / "odd").glob("*.dcm")):
        try:
            instance = read_instance(path, accept_lossy=True)
        except UnusableInputError:
            continue
        for frame in range(0, instance.frames, 6):
            given = instance.plane(frame)
            for finder in finders:
                found = finder.find(given)
                assert found.shape == given.shape
                assert guard(given, found)[found | given.padding_mask].all()
                answered += 1
    assert answered >= 60


def test_a_slice_of_noise_shows_no_body(data_dir: Path, finders: list[RegionFinder]) -> None:
    given = plane(data_dir, "mr_empty_noise_only.dcm")
    assert not any(finder.find(given).any() for finder in finders)


@pytest.mark.parametrize(
    "name", ["mr_prostate_t2_nobackground.dcm", "mr_prostate_b1map_48x64.dcm", "mr_enhanced_64x64x10_RLE.dcm"]
)
def test_where_there_is_no_air_there_is_no_room(data_dir: Path, finders: list[RegionFinder], name: str) -> None:
    assert max(room(finder, plane(data_dir, name)) for finder in finders) < 200


def test_a_screenshot_offers_no_room_around_its_text(data_dir: Path, finders: list[RegionFinder]) -> None:
    assert max(room(finder, plane(data_dir, "ct_ankle_screenshot_burnedtext.dcm")) for finder in finders) == 0


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("t_ct_monochrome1.dcm", "t_ct_rle.dcm"),
        ("t_mr_monochrome1.dcm", "t_mr_j2k_lossless.dcm"),
        ("t_mr_8bit.dcm", "t_mr_j2k_lossless.dcm"),
    ],
)
def test_another_pixel_format_gives_the_same_body(
    data_dir: Path, finders: list[RegionFinder], name: str, same: str
) -> None:
    one, two = plane(data_dir, name), plane(data_dir, same)
    for finder in finders:
        assert iou(finder.find(one), finder.find(two)) > 0.99
    assert np.array_equal(one.shape, two.shape)
