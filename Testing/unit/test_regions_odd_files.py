"""Odd files: whatever can be read gets a sane answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage

from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.metrics.agreement import iou
from StegoMedLib.plane import Plane
from StegoMedLib.regions import RegionFinder, guard, make_finder
from StegoMedLib.series.masks import read_mask
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def finders() -> list[RegionFinder]:
    pytest.importorskip("onnxruntime")
    return [make_finder("threshold"), make_finder("maskrcnn")]


@pytest.fixture(scope="module")
def torch_finder() -> RegionFinder:
    pytest.importorskip("torchvision")
    pytest.importorskip("onnx")
    return make_finder("maskrcnn", "torch")


def plane(data_dir: Path, name: str, frame: int = 0) -> Plane:
    return read_instance(data_dir / "odd" / name, accept_lossy=True).plane(frame)


def room(finder: RegionFinder, given: Plane) -> int:
    return int(usable_blocks(~guard(given, finder.find(given))).sum())


def tissue(given: Plane) -> NDArray[np.bool_]:
    """Mark large parts that are dense (CT) or bright (MR) without doubt; by other means than finders and guard."""
    values = given.pixels.astype(np.float64)
    if given.modality == "CT":
        values = given.slope * values + given.intercept
    elif given.inverted or given.slope < 0:
        values = -values
    inside = ~given.padding_mask
    values = ndimage.median_filter(np.where(inside, values, values[inside].min()), 5)
    level = -200.0 if given.modality == "CT" else values.min() + 0.2 * (np.percentile(values, 99) - values.min())
    labels, _ = ndimage.label(values > level)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= labels.size / 100)[labels], dtype=np.bool_)


def written(given: Plane, found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the pixels that embedding may change."""
    return pixels_of(usable_blocks(air_of(given, found)), given.shape)


def test_every_readable_frame_gets_an_answer_that_calls_no_tissue_air(
    data_dir: Path, finders: list[RegionFinder]
) -> None:
    answered = 0
    for path in sorted((data_dir / "odd").glob("*.dcm")):
        try:
            instance = read_instance(path, accept_lossy=True)
        except UnusableInputError:
            continue
        for frame in range(0, instance.frames, 6):
            given = instance.plane(frame)
            dense = tissue(given)
            for finder in finders:
                found = finder.find(given)
                assert found.shape == given.shape
                assert guard(given, found)[found | given.padding_mask].all()
                assert not (written(given, found) & dense).any(), f"{finder.name}: tissue of {path.name} {frame} is air"
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


@pytest.mark.parametrize(
    ("name", "series", "source"),
    [
        ("t_ct_rle.dcm", "ct_abdomen_chaos3", "i0047_0000b"),
        ("t_cts_jpegll_sv1.dcm", "ct_thorax_lidc", "0003_-204_000000"),
        ("t_mr_jpegls_lossless.dcm", "mr_pelvis_prostatex0001_loc", "1_1-11"),
    ],
)
def test_a_transcoded_slice_gets_the_mask_of_its_source(
    data_dir: Path, finders: list[RegionFinder], name: str, series: str, source: str
) -> None:
    reference = read_mask(data_dir / "masks" / "curated" / series / f"{source}.png")
    assert min(iou(finder.find(plane(data_dir, name)), reference) for finder in finders) > 0.95


@pytest.mark.parametrize(
    "name",
    [
        "mr_empty_noise_only.dcm",
        "ct_head_plastic_phantom_philips12.dcm",
        "mr_prostate_t2_nobackground.dcm",
        "mr_prostate_b1map_48x64.dcm",
        "mr_enhanced_64x64x10_RLE.dcm",
        "ct_lumbar_fullfov_paddingus.dcm",
    ],
)
def test_the_other_engine_answers_nearly_the_same(
    data_dir: Path, finders: list[RegionFinder], torch_finder: RegionFinder, name: str
) -> None:
    given = plane(data_dir, name)
    assert iou(torch_finder.find(given), finders[1].find(given)) >= 0.99


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (8, 8), (4, 200)])
@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_planes_too_small_for_a_body_are_not_taken_for_air(
    finders: list[RegionFinder], shape: tuple[int, int], modality: str
) -> None:
    rng = np.random.default_rng(3)
    for pixels in (np.zeros(shape), np.full(shape, 900), rng.integers(0, 2000, shape)):
        for padding in ((), ((0, 4095),)):
            given = Plane(pixels.astype(np.int32), 0, 4095, padding, modality, 1.0, -1024.0)
            for finder in finders:
                found = finder.find(given)
                assert found.shape == shape
                assert not written(given, found).any()
