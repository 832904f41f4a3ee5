"""The default finder, with a stand-in for the network and with the shipped one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.metrics.agreement import iou
from StegoMedLib.plane import Plane
from StegoMedLib.regions import RegionFinder, make_finder
from StegoMedLib.regions.maskrcnn import MaskRcnnFinder
from StegoMedLib.regions.morphology import grow
from StegoMedLib.regions.paste import Detections, Thresholds
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Recorded:
    """An engine that finds one full box and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[NDArray[np.float32]] = []

    def detect(self, image: NDArray[np.float32]) -> Detections:
        self.shown.append(image)
        box = np.array([[64, 64, 128, 192]], dtype=np.float32)
        return Detections(box, np.full(1, 0.9, dtype=np.float32), np.ones((1, 8, 8), dtype=np.float32))


def bright(padding: tuple[tuple[int, int], ...] = ()) -> Plane:
    pixels = np.zeros((128, 128), dtype=np.int32)
    pixels[32:96, 32:64] = 500
    return Plane(pixels, 0, 4095, padding, "MR")


def test_a_detection_becomes_a_mask_of_the_plane() -> None:
    engine = Recorded()
    mask = MaskRcnnFinder(engine, Thresholds(mask=0.5)).find(bright())
    assert engine.shown[0].shape == (3, 256, 256)
    body = bright().pixels > 0
    assert mask[body].all()
    assert not mask[~grow(body, 2)].any()  # local means blur an edge by as much


def test_padding_is_never_body() -> None:
    plane = bright(padding=((500, 500),))
    assert not (MaskRcnnFinder(Recorded(), Thresholds(mask=0.5)).find(plane) & plane.padding_mask).any()


def test_the_network_is_not_asked_about_noise() -> None:
    engine = Recorded()
    noise = np.random.default_rng(1).rayleigh(4.0, (200, 200)).astype(np.int32)
    assert not MaskRcnnFinder(engine, Thresholds(mask=0.5)).find(Plane(noise, 0, 4095, (), "MR")).any()
    assert not engine.shown


@pytest.fixture(scope="module")
def shipped() -> RegionFinder:
    pytest.importorskip("onnxruntime")
    return make_finder("maskrcnn")


def planes() -> list[tuple[Plane, NDArray[np.bool_]]]:
    series = phantom_series(slices=4, size=256)
    ranges = ((-2000, -2000),)
    made = []
    for stored, body in zip(series.stored, series.body, strict=True):
        made.append((Plane(stored.astype(np.int32), -32768, 32767, ranges, "CT", 1.0, -1024.0), body))
    return made


def test_the_shipped_network_finds_a_phantom(shipped: RegionFinder) -> None:
    assert shipped.name == "maskrcnn"
    assert min(iou(shipped.find(plane), body) for plane, body in planes()) > 0.9


def test_the_shipped_network_answers_the_same_twice(shipped: RegionFinder) -> None:
    plane, _ = planes()[1]
    assert np.array_equal(shipped.find(plane), make_finder("maskrcnn").find(plane))


def test_one_step_in_air_hardly_moves_the_mask(shipped: RegionFinder) -> None:
    plane, body = planes()[2]
    steps = np.random.default_rng(2).integers(-1, 2, plane.shape) * ~body * ~plane.padding_mask
    changed = Plane((plane.pixels + steps).astype(np.int32), plane.low, plane.high, plane.padding, "CT", 1.0, -1024.0)
    assert iou(shipped.find(plane), shipped.find(changed)) > 0.995
