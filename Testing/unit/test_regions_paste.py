"""Small masks over boxes become masks of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions.paste import Detections, Thresholds, paste, paste_each
from StegoMedLib.regions.prepare import SIDE, Prepared

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPE = (512, 512)
WHOLE = Prepared(np.zeros((3, SIDE, SIDE), dtype=np.float32), (SIDE, SIDE))


def found(*boxes: tuple[float, float, float, float], score: float = 0.9, cells: int = 28) -> Detections:
    count = len(boxes)
    return Detections(
        np.array(boxes, dtype=np.float32).reshape(-1, 4),
        np.full(count, score, dtype=np.float32),
        np.ones((count, cells, cells), dtype=np.float32),
    )


def rectangle(top: int, bottom: int, left: int, right: int) -> NDArray[np.bool_]:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def test_a_full_mask_fills_its_box() -> None:
    mask = paste(found((40, 60, 120, 160)), WHOLE, SHAPE, Thresholds(mask=0.5))
    assert mask.dtype == np.bool_
    assert mask[120:320, 82:238].all()
    assert mask[126:314, 80:240].all()
    assert not (mask & ~rectangle(120, 320, 80, 240)).any()


def test_nothing_found_is_all_false() -> None:
    assert not paste(found(), WHOLE, SHAPE, Thresholds(mask=0.5)).any()
    assert not paste(found((40, 60, 120, 160), score=0.49), WHOLE, SHAPE, Thresholds(score=0.5)).any()


def test_a_box_just_short_of_the_border_reaches_it() -> None:
    mask = paste(found((2, 1, 254, 255)), WHOLE, SHAPE, Thresholds(mask=0.5))
    assert mask.all()


def test_a_box_beyond_the_plane_is_cut() -> None:
    mask = paste(found((-30, -30, 20, 20)), WHOLE, SHAPE, Thresholds(mask=0.5))
    assert np.array_equal(mask, rectangle(0, 40, 0, 40))


def test_several_bodies_are_united() -> None:
    mask = paste(found((20, 20, 60, 60), (120, 120, 180, 160)), WHOLE, SHAPE, Thresholds(mask=0.5))
    assert iou(mask, rectangle(40, 120, 40, 120) | rectangle(240, 320, 240, 360)) > 0.99


def test_holes_are_filled() -> None:
    ring = found((40, 40, 200, 200))
    ring.masks[0, 10:18, 10:18] = 0.0
    mask = paste(ring, WHOLE, SHAPE, Thresholds(mask=0.5))
    assert mask[84:396, 84:396].all()


@pytest.mark.parametrize(
    ("shape", "content"), [((512, 512), (256, 256)), ((384, 274), (256, 183)), ((100, 200), (128, 256))]
)
def test_a_round_body_comes_back_round(shape: tuple[int, int], content: tuple[int, int]) -> None:
    cells = 96
    rows, columns = (np.mgrid[:cells, :cells] + 0.5) / cells * 2 - 1
    body = np.clip((1.0 - np.hypot(rows, columns)) * cells / 2 + 0.5, 0, 1).astype(np.float32)
    box = (20.0, 30.0, 20.0 + content[1] / 2, 30.0 + content[0] / 2)
    detected = Detections(np.array([box], dtype=np.float32), np.ones(1, dtype=np.float32), body[None])
    mask = paste(detected, Prepared(WHOLE.image, content), shape, Thresholds(mask=0.5))
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    down, across = shape[0] / content[0], shape[1] / content[1]
    y = (rows / down - (box[1] + box[3]) / 2) / ((box[3] - box[1]) / 2)
    x = (columns / across - (box[0] + box[2]) / 2) / ((box[2] - box[0]) / 2)
    assert iou(mask, np.hypot(y, x) < 1) > 0.985


def test_several_thresholds_give_what_each_gives_alone() -> None:
    detected = Detections(
        np.array([(20, 20, 90, 90), (60, 70, 180, 200)], dtype=np.float32),
        np.array([0.9, 0.4], dtype=np.float32),
        np.random.default_rng(4).random((2, 9, 9), dtype=np.float32),
    )
    limits = (Thresholds(0.5, 0.4), Thresholds(0.3, 0.15), Thresholds(0.95, 0.1))
    for each, mask in zip(limits, paste_each(detected, WHOLE, SHAPE, limits), strict=True):
        assert np.array_equal(mask, paste(detected, WHOLE, SHAPE, each))
