"""How frames lie in the patient, read from headers of all kinds."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom import Dataset

from StegoMedLib.lab.evaluation.placing import placing_of


def header(cosines: list[float] | None = None, spacing: list[float] | None = None) -> Dataset:
    made = Dataset()
    if cosines is not None:
        made.ImageOrientationPatient = cosines
    if spacing is not None:
        made.PixelSpacing = spacing
    return made


def turned(degrees: float) -> list[float]:
    """An axial plane turned about the patient's left-right axis."""
    angle = np.deg2rad(degrees)
    return [1, 0, 0, 0, round(float(np.cos(angle)), 6), round(float(np.sin(angle)), 6)]


@pytest.mark.parametrize(
    ("cosines", "orientation"),
    [
        ([1, 0, 0, 0, 1, 0], "axial"),
        ([-1, 0, 0, 0, -1, 0], "axial"),
        ([0, 1, 0, 0, 0, -1], "sagittal"),
        ([1, 0, 0, 0, 0, -1], "coronal"),
        (turned(15), "axial"),
        (turned(45), "oblique"),
        (turned(75), "coronal"),
        ([0, 0, 0, 0, 0, 0], "unknown"),
        ([1, 0, 0, 1, 0, 0], "unknown"),
        ([5, 0, 0, 0, 5, 0], "unknown"),
        (None, "unknown"),
    ],
)
def test_the_orientation_follows_the_axis_that_stands_on_the_plane(
    cosines: list[float] | None, orientation: str
) -> None:
    assert placing_of(header(cosines), 0).orientation == orientation


@pytest.mark.parametrize(
    ("spacing", "area"), [([0.5, 0.25], 0.125), (None, None), ([0, 1], None), ([-1, -1], None), ([1, 2, 3], None)]
)
def test_the_area_of_a_pixel_is_known_or_not(spacing: list[float] | None, area: float | None) -> None:
    assert placing_of(header(spacing=spacing), 0).pixel_area == area


def test_a_frame_s_own_groups_go_before_shared_ones() -> None:
    shared, own, made = Dataset(), Dataset(), Dataset()
    shared.PlaneOrientationSequence = [header([1, 0, 0, 0, 1, 0])]
    shared.PixelMeasuresSequence = [header(spacing=[2, 2])]
    own.PlaneOrientationSequence = [header([1, 0, 0, 0, 0, -1])]
    made.SharedFunctionalGroupsSequence, made.PerFrameFunctionalGroupsSequence = [shared], [Dataset(), own]
    assert [placing_of(made, frame).orientation for frame in (0, 1)] == ["axial", "coronal"]
    assert placing_of(made, 1).pixel_area == 4.0
