"""``stegomed train`` and ``stegomed export`` through the parser: what is asked for, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.main import build_parser, main
from StegoMedLib.dicom import read_instance
from StegoMedLib.metrics.agreement import iou
from StegoMedLib.regions.maskrcnn import MaskRcnnFinder
from StegoMedLib.regions.model_files import find_model, read_sidecar
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.resources import find_resource
from StegoMedLib.training.commands.train import _config
from StegoMedLib.training.config import CONFIGS, TrainingConfig

if TYPE_CHECKING:
    from pathlib import Path

TRAIN = ("train", "images", "masks", "--out", "out", "--series", "a,b")


def test_the_options_of_a_training_run_are_understood() -> None:
    parsed = build_parser().parse_args([*TRAIN, "--validation", "c", "--emphasis", "a=3,b=1.6", "--minutes", "5"])

    assert parsed.learnt == ["a", "b"]
    assert parsed.validation == ["c"]
    assert parsed.emphasis == {"a": 3.0, "b": 1.6}
    assert parsed.minutes == 5.0


def config(*options: str) -> TrainingConfig:
    return _config(build_parser().parse_args([*TRAIN, *options]))


def test_a_time_alone_sets_the_schedule_and_beside_steps_it_only_ends_the_run() -> None:
    assert (config("--minutes", "5").steps, config("--minutes", "5").max_minutes) == (0, 5.0)
    assert (config("--minutes", "5", "--steps", "70").steps, config("--steps", "70").max_minutes) == (70, 0.0)
    assert config().steps == TrainingConfig.steps


def test_options_go_before_the_ready_configuration() -> None:
    paper = config("--config", "paper")
    assert paper == CONFIGS["paper"]
    changed = config("--config", "paper", "--backbone", "resnet50", "--side", "512", "--batch", "3", "--patience", "4")
    assert (changed.shape.backbone, changed.shape.side, changed.batch, changed.patience) == ("resnet50", 512, 3, 4)
    assert (changed.optimizer, changed.shape.pyramid_channels) == (paper.optimizer, paper.shape.pyramid_channels)


@pytest.mark.parametrize(
    "options",
    [
        ("--steps", "0"),
        ("--minutes", "-1"),
        ("--batch", "0"),
        ("--side", "100"),
        ("--side", "4096"),
        ("--patience", "-1"),
        ("--normalisation", "frozen"),
    ],
)
def test_courses_that_make_no_sense_are_usage_errors(options: tuple[str, str]) -> None:
    assert main([*TRAIN, *options]) == 2


@pytest.mark.parametrize("factors", ["a", "a=b", "a=-1", "a=0", "a=inf"])
def test_factors_that_make_no_sense_are_usage_errors(factors: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args([*TRAIN, "--emphasis", factors])

    assert stopped.value.code == 2


def test_a_series_is_not_learnt_from_and_validated_on_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*TRAIN, "--validation", "b"]) == 2
    assert "one list only" in capfd.readouterr().err


def test_a_folder_without_images_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(TRAIN) == 3
    assert "images/a" in capfd.readouterr().err.replace("\\", "/")


def test_a_missing_image_to_compare_on_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "best.pt", "model.onnx", "--check", "nowhere.dcm"]) == 3
    assert "nowhere.dcm" in capfd.readouterr().err


def test_the_shipped_model_can_be_exported_again(phantom_folder: Path, tmp_path: Path) -> None:
    for package in ("torchvision", "onnx", "onnxruntime"):
        pytest.importorskip(package)
    shipped = find_resource("Models", "body_maskrcnn.onnx")
    image = min(phantom_folder.iterdir())
    target = tmp_path / "again.onnx"
    command = ["export", str(shipped), str(target), "--check", str(image), "--calibrate", str(phantom_folder)]
    assert main(command) == 0
    again, first = read_sidecar(target.with_suffix(".json")), find_model()
    assert (again.side, again.shape) == (first.side, first.shape)
    plane = read_instance(image).plane(0)
    masks = [MaskRcnnFinder(OnnxEngine(each.content), each.limits).find(plane) for each in (again, first)]
    assert iou(*masks) > 0.99
