"""What attacks write into headers: rescale, padding, and the history of lossy compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import Dataset

from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.attacks.header import Rewrite, lossy_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydicom import FileDataset

    from Testing.conftest import ImageMaker


def padded(value: int, vr: str) -> Callable[[FileDataset], None]:
    def edit(dataset: FileDataset) -> None:
        dataset.add_new("PixelPaddingValue", vr, value)

    return edit


@pytest.fixture
def volume() -> np.ndarray:
    """Signed stored values with a corner of -2000 as padding."""
    pixels = np.random.default_rng(5).integers(-900, 1500, (1, 40, 36))
    pixels[0, :8, :8] = -2000
    return pixels


@pytest.mark.parametrize(("value", "vr"), [(-2000, "SS"), (63536, "US")])
def test_padding_moves_with_the_values_whatever_its_declared_sign(
    make_image: ImageMaker, volume: np.ndarray, value: int, vr: str
) -> None:
    instance = read_instance(make_image(padded(value, vr), volume=volume, rescale=(2.0, -24.0)))
    rewrite = Rewrite.of(instance, 3)
    attributes = rewrite.attributes(instance)

    assert (rewrite.least, attributes["PixelPaddingValue"]) == (-2000, 0)
    assert float(str(attributes["RescaleSlope"])) == pytest.approx(2 / 3)
    assert float(str(attributes["RescaleIntercept"])) == -4024
    values = rewrite.values(instance.plane())
    assert np.array_equal(values == 0, volume[0] == -2000)
    assert np.array_equal(rewrite.undone(values), volume[0])


def test_values_that_would_not_fit_are_refused(make_image: ImageMaker, volume: np.ndarray) -> None:
    instance = read_instance(make_image(volume=volume))

    with pytest.raises(UnusableInputError, match="do not fit its bits; give a smaller level"):
        Rewrite.of(instance, 12)


def test_rescale_in_functional_groups_is_refused(make_image: ImageMaker, volume: np.ndarray) -> None:
    def edit(dataset: FileDataset) -> None:
        dataset.SharedFunctionalGroupsSequence = [Dataset()]

    with pytest.raises(UnusableInputError, match="functional groups"):
        Rewrite.of(read_instance(make_image(edit, volume=volume)), 1)


@pytest.mark.parametrize(
    ("ratios", "methods", "expected"),
    [
        (None, None, (["10.04"], ["ISO_15444_1"])),
        ("7", "ISO_10918_1", (["7", "10.04"], ["ISO_10918_1", "ISO_15444_1"])),
        (["7", "8"], "ISO_10918_1", (["7", "8", "10.04"], None)),
    ],
)
def test_every_lossy_step_is_kept_with_its_method(
    ratios: object, methods: object, expected: tuple[list[str], list[str] | None]
) -> None:
    dataset = Dataset()
    if ratios is not None:
        dataset.LossyImageCompressionRatio, dataset.LossyImageCompressionMethod = ratios, methods
    found = lossy_attributes(dataset, 10.0388, "ISO_15444_1")

    assert found["LossyImageCompression"] == "01"
    assert found["LossyImageCompressionRatio"] == expected[0]
    assert found.get("LossyImageCompressionMethod") == expected[1]
