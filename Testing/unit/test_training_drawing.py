"""What training draws: balanced, augmented, repeatable, never without a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.plane import Plane
from StegoMedLib.regions.prepare import SIDE
from StegoMedLib.training.augment import augment, background_only, phantom
from StegoMedLib.training.phantoms import random_body, random_head
from StegoMedLib.training.samples import Drawer, Sample, _frequencies, instances, target
from StegoMedLib.training.surroundings import (
    add_arms,
    add_clothes,
    add_pillow,
    add_table,
    cut_circle,
    cut_frame,
)

if TYPE_CHECKING:
    from collections.abc import Callable


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


@pytest.mark.parametrize("side", [64, 320])
def test_images_are_drawn_in_any_size(side: int) -> None:
    rng = np.random.default_rng(side)
    image, mask = random_body(rng, 200)
    drawn = [augment(rng, image, mask, is_ct=True, side=side), phantom(rng, side), background_only(rng, side)]
    assert all(part.shape == (side, side) for pair in drawn for part in pair)


@pytest.mark.parametrize("seed", range(8))
def test_arms_come_beside_the_body_at_the_border(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image, mask = random_body(rng, SIDE)
    changed, more = add_arms(rng, image, mask)
    body, new = mask > 0.5, (more > 0.5) & (mask <= 0.02)
    assert new.any()
    assert new[:, [0, -1]].any()
    np.testing.assert_array_equal(changed[body], image[body])
    assert (more >= mask).all()


@pytest.mark.parametrize("add", [add_pillow, add_table, add_clothes])
def test_what_lies_around_a_body_never_covers_it(add: Callable[..., np.ndarray]) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        image, mask = random_body(rng, SIDE)
        changed = add(rng, image, mask)
        np.testing.assert_array_equal(changed[mask > 0.5], image[mask > 0.5])
        assert (changed >= 0).all()
        assert not np.array_equal(changed, image)


@pytest.mark.parametrize("cut", [cut_circle, cut_frame])
def test_what_is_cut_off_is_no_body(cut: Callable[..., tuple[np.ndarray, np.ndarray]]) -> None:
    full = np.ones((SIDE, SIDE), dtype=np.float32)
    image, mask = cut(np.random.default_rng(1), full, full)
    np.testing.assert_array_equal(image, mask)
    assert 0.4 < mask.mean() < 1.0


@pytest.mark.parametrize("seed", range(5))
def test_a_head_has_a_scalp_beyond_a_dark_skull(seed: int) -> None:
    image, mask = random_head(np.random.default_rng(seed), SIDE)
    depth = distance_transform_edt(mask > 0.5)
    brightest = [float(np.median(image[(depth > near) & (depth <= near + 1)])) for near in range(16)]
    darkest = int(np.argmin(brightest))
    assert 0 < darkest < 15
    assert brightest[darkest] < 0.15
    assert max(brightest[:darkest]) > brightest[darkest] + 0.1
    assert mask[(depth > darkest) & (depth <= darkest + 1)].min() > 0.5  # the skull is body


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


def test_trunk_arms_and_legs_are_instances_of_one_class() -> None:
    pytest.importorskip("torch")
    mask = np.zeros((128, 128), dtype=np.float32)
    for rows, columns in (((10, 70), (40, 90)), ((15, 60), (10, 25)), ((15, 60), (100, 128)), ((80, 128), (45, 60))):
        mask[slice(*rows), slice(*columns)] = 1.0
    made = target(mask)
    assert made["labels"].tolist() == [1, 1, 1, 1]
    assert sorted(made["boxes"].tolist()) == [
        [10.0, 15.0, 25.0, 60.0],
        [40.0, 10.0, 90.0, 70.0],
        [45.0, 80.0, 60.0, 128.0],
        [100.0, 15.0, 128.0, 60.0],
    ]
    np.testing.assert_array_equal(made["masks"].sum(dim=0).numpy(), mask)


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
