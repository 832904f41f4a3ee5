"""What training draws: balanced, augmented, repeatable, never without a body."""

from __future__ import annotations

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.plane import Plane
from StegoMedLib.regions.prepare import SIDE
from StegoMedLib.regions.training.augment import augment, background_only, phantom
from StegoMedLib.regions.training.phantoms import random_body
from StegoMedLib.regions.training.samples import Drawer, Sample, _frequencies, instances


def sample(seed: int, series: str = "a", modality: str = "MR") -> Sample:
    image, mask = random_body(np.random.default_rng(seed), 128)
    stored = np.rint(1000 * image).astype(np.int32)
    plane = Plane(stored, 0, 4095, (), modality, 1.0, -1024.0 if modality == "CT" else 0.0)
    return Sample(f"{series}/{seed}", series, plane, mask > 0.5)


@pytest.mark.parametrize("is_ct", [True, False])
@pytest.mark.parametrize("seed", range(15))
def test_augmented_images_stay_images(seed: int, *, is_ct: bool) -> None:
    rng = np.random.default_rng(seed)
    image, mask = random_body(rng, 300)
    for changed in augment(rng, image[:280], mask[:280], is_ct=is_ct), phantom(rng):
        for part in changed:
            assert part.shape == (SIDE, SIDE)
            assert part.dtype == np.float32
            assert part.min() >= 0.0
            assert part.max() <= 1.0


@pytest.mark.parametrize("seed", range(5))
def test_a_background_has_no_body(seed: int) -> None:
    image, mask = background_only(np.random.default_rng(seed))
    assert image.any()
    assert not mask.any()
    assert image.min() >= 0.0
    assert image.max() <= 1.0


def test_parts_of_a_body_are_instances_and_specks_are_not() -> None:
    mask = np.zeros((SIDE, SIDE), dtype=np.float32)
    mask[20:60, 20:60] = mask[100:180, 90:200] = 1.0
    mask[19, 20:60] = 0.4
    mask[240, 240] = 1.0
    parts = instances(mask)
    assert len(parts) == 2
    assert sum(float(part.sum()) for part in parts) == pytest.approx(1600 + 16 + 8800)
    assert not instances(np.zeros((SIDE, SIDE), dtype=np.float32))


def test_a_batch_follows_from_seed_and_number() -> None:
    torch = pytest.importorskip("torch")
    samples = [sample(1), sample(2, "b", "CT")]
    one, two = Drawer(samples, 5, {}), Drawer(samples, 5, {})
    images, targets = one.batch(3, 2)
    again, _ = two.batch(3, 2)
    other, _ = two.batch(4, 2)
    assert all(torch.equal(first, second) for first, second in zip(images, again, strict=True))
    assert not torch.equal(images[0], other[0])
    assert images[0].shape == (3, SIDE, SIDE)
    for each in targets:
        count = len(each["boxes"])
        assert each["masks"].shape == (count, SIDE, SIDE)
        assert each["labels"].shape == (count,)
        assert (each["boxes"][:, 2:] > each["boxes"][:, :2]).all()


def test_series_are_drawn_by_the_root_of_their_lengths() -> None:
    shares = _frequencies(["a"] * 16 + ["b"] * 4, {})
    assert shares.sum() == pytest.approx(1.0)
    assert shares[:16].sum() == pytest.approx(2 / 3)
    emphasised = _frequencies(["a"] * 16 + ["b"] * 4, {"b": 2.0})
    assert emphasised[16:].sum() == pytest.approx(0.5)


def test_nothing_to_train_on_is_said() -> None:
    with pytest.raises(UnusableInputError, match="nothing to train on"):
        Drawer([], 0, {})
