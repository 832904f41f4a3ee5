"""Masks drawn as polygons in VIA, and CHAOS's folders: what is taken, and what is refused in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from StegoMedLib.cli.main import main
from StegoMedLib.dicom import new_series
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.masks import write_mask
from StegoMedLib.training.data import load_chaos, load_samples, load_via
from StegoMedLib.training.polygons import ViaPolygons, draw_polygons

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SQUARE = {"name": "polygon", "all_points_x": [10, 50, 50, 10], "all_points_y": [20, 20, 60, 60]}
ARM = {"name": "polygon", "all_points_x": [70.0, 79.5, 79.5], "all_points_y": [5.0, 5.0, 30.0]}


def entry(name: str, *shapes: dict[str, Any]) -> dict[str, Any]:
    regions = [{"shape_attributes": shape, "region_attributes": {"kind": "body"}} for shape in shapes]
    return {"filename": name, "size": 1, "regions": regions, "file_attributes": {}}


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_polygons_of_a_project_become_a_mask(tmp_path: Path) -> None:
    project = {"_via_settings": {}, "_via_img_metadata": {"one.png1": entry("one.png", SQUARE, ARM)}}
    mask = ViaPolygons(written(tmp_path / "via.json", project)).mask("a", "one", (80, 80))
    assert mask is not None
    assert mask[20:61, 10:51].all()
    assert mask[:61, :51].sum() == 41 * 41
    assert mask[6, 76]
    assert not mask[28, 71]


def test_annotations_of_version_1_are_read(tmp_path: Path) -> None:
    old = entry("one.dcm.png", SQUARE)
    old["regions"] = {"0": old["regions"][0]}
    found = ViaPolygons(written(tmp_path / "via.json", {"one.dcm.png1": old}))
    assert found.mask("a", "one", (80, 80)) is not None
    assert found.mask("a", "two", (80, 80)) is None


def test_folders_tell_images_of_one_name_apart(tmp_path: Path) -> None:
    content = {"1": entry("ct/one.png", SQUARE), "2": entry(r"C:\pictures\mr\one.png", ARM), "3": entry("two.png")}
    found = ViaPolygons(written(tmp_path / "via.json", content))
    ct, mr = found.mask("CT/3/ct", "one", (80, 80)), found.mask("mr", "one", (80, 80))
    assert ct is not None
    assert mr is not None
    assert ct.sum() > mr.sum()
    assert found.mask("us", "one", (80, 80)) is None
    assert found.mask("us", "two", (80, 80)) is None  # listed, not annotated


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "no annotated images"),
        ({"_via_img_metadata": 3}, "no annotated images"),
        ({"1": 3}, "not have the form that VIA"),
        ({"1": {"filename": 3, "regions": []}}, "not have the form that VIA"),
        ({"1": {"filename": "a", "regions": 7}}, "not have the form that VIA"),
        ({"1": {"filename": "a", "regions": [7]}}, "not a polygon"),
        ({"1": entry("a", {"name": "circle", "cx": 1, "cy": 1, "r": 5})}, "not a polygon"),
        ({"1": entry("a", {"name": "polygon"})}, "without points"),
        ({"1": entry("a", {"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1, 2]})}, "number of points"),
        ({"1": entry("a", {"name": "polygon", "all_points_x": [1, 2, 3], "all_points_y": [1, 2]})}, "number of points"),
        ({"1": entry("a", {"name": "polygon", "all_points_x": [1, 2, "3"], "all_points_y": [1, 2, 3]})}, "not numbers"),
        (
            {"1": entry("a", {"name": "polygon", "all_points_x": [1, 2, 1e999], "all_points_y": [1, 2, 3]})},
            "not numbers",
        ),
        (
            {"1": entry("a", {"name": "polygon", "all_points_x": [1, 2, True], "all_points_y": [1, 2, 3]})},
            "not numbers",
        ),
        (
            {"1": entry("a", {"name": "polygon", "all_points_x": [1, 2, 10**400], "all_points_y": [1, 2, 3]})},
            "not numbers",
        ),
        ({"1": entry("a.png"), "2": entry("a.jpg")}, "two images"),
        ({"1": entry("a", *[{**ARM, "all_points_x": [1] * 7000, "all_points_y": [1] * 7000}] * 3)}, "20000 points"),
    ],
)
def test_annotations_that_are_wrong_are_refused(content: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match=said):
        ViaPolygons(written(tmp_path / "via.json", content))


@pytest.mark.parametrize("name", ["a\nb\x1b[31m", "\u202ea", "a" * 100_000, "\ud800"])
def test_a_name_out_of_the_file_does_no_harm_in_a_sentence(name: str, tmp_path: Path) -> None:
    for content in ({"1": entry(name, {"name": "circle"})}, {"1": entry(name), "2": entry(name)}):
        with pytest.raises(UnusableInputError) as refused:
            ViaPolygons(written(tmp_path / "via.json", content))
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 400


def test_a_number_of_any_length_is_read_at_once(tmp_path: Path) -> None:
    text = json.dumps({"1": entry("a", {**ARM, "all_points_x": [1, 2, "LONG"]})})
    (tmp_path / "via.json").write_text(text.replace('"LONG"', "9" * 100_000), encoding="utf-8")
    with pytest.raises(UnusableInputError, match="not numbers"):
        ViaPolygons(tmp_path / "via.json")


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "via.json").open("wb") as stream:
        stream.truncate(2**25)
    with pytest.raises(UnusableInputError, match="more than 16 MiB"):
        ViaPolygons(tmp_path / "via.json")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b'{"1": NaN}', b'{"1": {}, "1": {}}'])
def test_what_is_no_json_is_refused(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "via.json").write_bytes(raw)
    with pytest.raises(UnusableInputError, match="VIA"):
        ViaPolygons(tmp_path / "via.json")


def test_a_polygon_outside_its_image_is_refused(tmp_path: Path) -> None:
    found = ViaPolygons(written(tmp_path / "via.json", {"1": entry("one.png", SQUARE)}))
    with pytest.raises(UnusableInputError, match="outside its image 'one' of 40x40"):
        found.mask("a", "one", (40, 40))


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["filename", "regions", "shape_attributes", "name", "all_points_x", "_via_img_metadata"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: object) -> None:
    path = written(tmp_path_factory.mktemp("via") / "via.json", content)
    try:
        ViaPolygons(path)
    except UnusableInputError as error:
        assert str(path) in str(error)  # noqa: PT017 - either way is right


def test_drawn_outlines_are_included() -> None:
    mask = draw_polygons([((1.0, 1.0), (4.0, 1.0), (4.0, 4.0), (1.0, 4.0))], (6, 6))
    assert mask.sum() == 16


def ct(folder: Path, count: int = 2) -> NDArray[np.bool_]:
    """Write a series of a disc in air, and give the disc."""
    rows, columns = np.mgrid[:64, :64]
    disc: NDArray[np.bool_] = np.hypot(rows - 32, columns - 32) < 20
    volume = np.repeat(np.where(disc, 1040, 0)[None], count, axis=0).astype(np.int32)
    new_series(folder, volume)
    return disc


def test_images_without_a_polygon_are_left_out(tmp_path: Path) -> None:
    ct(tmp_path / "a")
    first = min((tmp_path / "a").glob("*.dcm")).stem
    annotations = written(tmp_path / "via.json", {"1": entry(f"{first}.png", SQUARE)})
    (sample,) = load_samples(tmp_path, annotations, ["a"])
    assert sample.name == f"a/{first}"
    assert sample.mask.shape == sample.plane.shape
    with pytest.raises(UnusableInputError, match="no polygon for an image"):
        load_via(tmp_path, written(tmp_path / "none.json", {}), ["a"])


def test_a_network_is_trained_on_polygons_from_the_command_line(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    images = tmp_path / "images"
    ct(images / "a")
    names = [file.stem for file in (images / "a").glob("*.dcm")]
    annotations = written(tmp_path / "via.json", {name: entry(f"{name}.png", SQUARE) for name in names})
    options = ("--series", "a", "--out", tmp_path / "run", "--steps", 2, "--batch", 2, "--side", 64, "--threads", 1)
    report = tmp_path / "report.json"
    command = ("train", images, annotations, *options, "--backbone", "mobilenet_v3_large", "--json", report)
    assert main([str(word) for word in command]) == 0
    metrics = json.loads(report.read_text(encoding="utf-8"))
    assert (metrics["steps"], metrics["ended"], metrics["best"]) == (2, "steps", None)
    assert {file.name for file in (tmp_path / "run").iterdir()} == {
        "best.pt",
        "last.pt",
        "log.json",
        "loss.png",
        "metrics.json",
        "predictions.png",
    }


@pytest.fixture
def chaos(tmp_path: Path) -> Path:
    """CHAOS's folders with body masks in Ground."""
    disc = ct(tmp_path / "CT" / "1" / "DICOM_anon")
    for phase in ("InPhase", "OutPhase"):
        ct(tmp_path / "MR" / "1" / "T1DUAL" / "DICOM_anon" / phase)
    for series in ("CT/1", "MR/1/T1DUAL"):
        for number in range(2):
            write_mask(tmp_path / series / "Ground" / f"liver_GT_{number:03}.png", disc)
    return tmp_path


def test_the_layout_of_chaos_is_understood(chaos: Path) -> None:
    samples = load_chaos(chaos, chaos, ["CT/1", "MR/1/T1DUAL"])
    assert len(samples) == 2 + 4  # both phases share their masks
    assert {sample.series for sample in samples} == {"CT/1", "MR/1/T1DUAL"}


def test_masks_of_organs_are_refused(chaos: Path) -> None:
    for path in (chaos / "CT" / "1" / "Ground").glob("*.png"):
        organ = np.zeros((64, 64), dtype=np.uint8)
        organ[25:40, 25:40] = 255
        Image.fromarray(organ).save(path)
    with pytest.raises(UnusableInputError, match="CHAOS marks organs"):
        load_chaos(chaos, chaos, ["CT/1"])


def test_masks_of_segment_go_before_those_of_chaos(chaos: Path, tmp_path: Path) -> None:
    disc = load_chaos(chaos, chaos, ["CT/1"])[0].mask
    larger = np.pad(disc[4:-4, 4:-4], 4, mode="edge")
    for file in (chaos / "CT" / "1" / "DICOM_anon").glob("*.dcm"):
        write_mask(tmp_path / "mine" / "CT" / "1" / "DICOM_anon" / f"{file.stem}.png", larger | disc)
    assert len(load_samples(chaos, tmp_path / "mine", ["CT/1"], "chaos")) == 2


def test_missing_masks_of_chaos_are_counted(chaos: Path) -> None:
    (chaos / "CT" / "1" / "Ground" / "liver_GT_001.png").unlink()
    with pytest.raises(UnusableInputError, match="2 images and 1 masks"):
        load_chaos(chaos, chaos, ["CT/1"])
    with pytest.raises(UnusableInputError, match="no DICOM file"):
        load_chaos(chaos, chaos, ["CT/7"])
