"""Every backbone trains and exports, whatever normalises it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.plane import Plane
from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.regions.network import BACKBONES, ModelShape
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Thresholds
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.training.checkpoints import save
from StegoMedLib.training.config import CONFIGS, TrainingConfig
from StegoMedLib.training.export import export
from StegoMedLib.training.loop import train, training_step
from StegoMedLib.training.phantoms import random_body
from StegoMedLib.training.samples import Drawer, Sample
from StegoMedLib.training.start import start

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.training.checkpoints import Run

pytest.importorskip("torchvision")
torch = pytest.importorskip("torch")

SIDE = 64
SHAPE = ModelShape("resnet18", 16, 16, 8, 8, side=SIDE)
CONFIG = TrainingConfig(SHAPE, steps=2, batch=2, warmup=1, threads=1, seed=5)


def body(seed: int = 1) -> Sample:
    image, mask = random_body(np.random.default_rng(seed), 96)
    plane = Plane(np.rint(1000 * image).astype(np.int32), 0, 4095, (), "MR")
    return Sample(f"phantom/{seed}", "phantom", plane, mask > 0.5)


def two_steps(config: TrainingConfig) -> Run:
    run, drawer = start(config), Drawer([body()], config.seed, {}, config.shape.side)
    for step in range(2):
        training_step(run, config, *drawer.batch(step, config.batch))
    return run


@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_backbone_trains_two_steps_and_exports(
    backbone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    shape = replace(SHAPE, backbone=backbone)
    run = two_steps(replace(CONFIG, shape=shape))
    assert len(run.losses) == run.step == 2
    assert all(np.isfinite(each["loss"]) for each in run.losses)
    save(run, shape, tmp_path / "best.pt")
    # An untrained network is sure of nothing: every detection counts, and rounded weights would change their order.
    monkeypatch.setattr("StegoMedLib.training.export._LEAST_WEIGHTS", 10**9)
    image = prepare(body().plane, SIDE).image
    about = export(tmp_path / "best.pt", tmp_path / "tiny.onnx", image, Thresholds(score=0.0))
    assert (about["side"], about["shape"]["backbone"]) == (SIDE, backbone)
    model = read_sidecar(tmp_path / "tiny.json")
    found = OnnxEngine(model.content).detect(image)
    assert found.masks.shape == (len(found.scores), 16, 16)


@pytest.mark.parametrize("backbone", ["resnet18", "mobilenet_v3_large"])
def test_group_normalisation_trains(backbone: str) -> None:
    run = two_steps(replace(CONFIG, shape=replace(SHAPE, backbone=backbone, normalisation="group")))
    names = [name for name, _ in run.model.named_buffers() if name.startswith("backbone.body")]
    assert np.isfinite(run.losses[-1]["loss"])
    assert not names  # no statistics of batches


def test_frozen_statistics_stay(tmp_path: Path) -> None:
    torch.save(start(CONFIG).model.state_dict(), tmp_path / "first.pt")
    shape = replace(SHAPE, normalisation="frozen")
    run = two_steps(replace(CONFIG, shape=shape, weights=tmp_path / "first.pt"))
    given, now = torch.load(tmp_path / "first.pt", weights_only=True), run.model.state_dict()
    for name in ("backbone.body.bn1.running_var", "backbone.body.layer2.0.bn1.weight"):
        assert torch.equal(now[name], given[name])
    assert not torch.equal(now["backbone.body.conv1.weight"], given["backbone.body.conv1.weight"])


def test_a_backbone_that_came_in_part_is_not_frozen(tmp_path: Path) -> None:
    torch.save(start(CONFIG).model.state_dict(), tmp_path / "first.pt")
    shape = replace(SHAPE, backbone="mobilenet_v3_large", normalisation="frozen")
    with pytest.raises(UnusableInputError, match="cannot be frozen"):
        start(replace(CONFIG, shape=shape, weights=tmp_path / "first.pt"))


def test_equal_steps_give_equal_weights_to_the_bit(tmp_path: Path) -> None:
    config = replace(CONFIG, shape=replace(SHAPE, backbone="mobilenet_v3_large"), steps=3, max_minutes=60.0)
    first, second = tmp_path / "first", tmp_path / "second"
    for out in (first, second):
        train(config, [body(1), body(2)], [], out)
    one, two = (torch.load(out / "best.pt", weights_only=True)["smoothed"] for out in (first, second))
    assert all(torch.equal(one[name], two[name]) for name in one)
    other = replace(config, seed=6)
    train(other, [body(1), body(2)], [], tmp_path / "other")
    three = torch.load(tmp_path / "other" / "best.pt", weights_only=True)["smoothed"]
    assert not all(torch.equal(one[name], three[name]) for name in one)


def test_mixed_precision_trains_where_the_processor_has_it() -> None:
    config = replace(CONFIG, precision="bfloat16")
    try:
        run = two_steps(config)
    except UnusableInputError:
        pytest.skip("this processor has no bfloat16")
    assert run.precision is torch.bfloat16
    assert np.isfinite(run.losses[-1]["loss"])
    assert all(part.dtype is torch.float32 for part in run.model.parameters())


@pytest.mark.skipif(torch.cuda.is_available(), reason="CUDA can")
def test_half_precision_is_refused_on_a_processor() -> None:
    with pytest.raises(UnusableInputError, match="choose float32"):
        start(replace(CONFIG, precision="float16"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("precision", ["auto", "bfloat16", "float32"])
def test_cuda_trains_in_every_precision(precision: str) -> None:
    run = two_steps(replace(CONFIG, precision=precision))
    assert run.device.type == "cuda"
    assert np.isfinite(run.losses[-1]["loss"])


def test_the_rate_follows_steps_where_they_are_given() -> None:
    by_steps = TrainingConfig(steps=1000, max_minutes=1.0, warmup=1)
    assert by_steps.rate(500, 0.0) == by_steps.rate(500, 59.0) == pytest.approx(by_steps.learning_rate / 2)
    assert by_steps.finished(999, 59.0) == ""
    assert by_steps.finished(1000, 0.0) == "steps"
    assert by_steps.finished(3, 60.0) == "minutes"
    by_time = TrainingConfig(steps=0, max_minutes=1.0, warmup=1)
    assert by_time.rate(5, 30.0) == pytest.approx(by_time.learning_rate / 2)
    assert by_time.finished(5, 30.0) == ""


def test_the_papers_configuration_names_its_network() -> None:
    paper = CONFIGS["paper"]
    assert paper.shape.backbone == "resnet101"
    optimizer: Any = start(replace(paper, shape=replace(SHAPE, backbone="resnet101"), threads=1)).optimizer
    assert isinstance(optimizer, torch.optim.SGD)
    assert optimizer.param_groups[0]["momentum"] == 0.9


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"steps": -1},
        {"batch": 0},
        {"patience": -1},
        {"precision": "float8"},
        {"optimizer": "newton"},
        {"shape": ModelShape(normalisation="frozen")},
    ],
)
def test_configurations_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        TrainingConfig(**wrong)
