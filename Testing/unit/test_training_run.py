"""A tiny training run on synthetic bodies: it learns, it can be resumed, what it learnt can be exported."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.plane import Plane
from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Thresholds
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.regions.training.checkpoints import load_weights
from StegoMedLib.regions.training.evaluate import agreement
from StegoMedLib.regions.training.export import export
from StegoMedLib.regions.training.config import TrainingConfig
from StegoMedLib.regions.training.loop import train
from StegoMedLib.regions.training.model import ModelShape, build_model
from StegoMedLib.regions.training.phantoms import random_body
from StegoMedLib.regions.training.samples import Sample

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("torchvision")
torch = pytest.importorskip("torch")
SHAPE = ModelShape("mobilenet_v3_large", pyramid_channels=32, box_features=32, mask_channels=16, mask_pool=14)
CONFIG = TrainingConfig(SHAPE, steps=24, batch=2, warmup=2, learning_rate=2e-3, validate_every=12, threads=1, seed=3)
SHORT = replace(CONFIG, steps=4, validate_every=2)


def samples(count: int, first: int = 0) -> list[Sample]:
    made = []
    for seed in range(first, first + count):
        image, mask = random_body(np.random.default_rng(seed), 128)
        plane = Plane(np.rint(1000 * image).astype(np.int32), 0, 4095, (), "MR")
        made.append(Sample(f"phantom/{seed}", "phantom", plane, mask > 0.5))
    return made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    train(CONFIG, samples(4), samples(1, 10), out)
    return out


def losses(out: Path) -> list[float]:
    return [each["loss"] for each in json.loads((out / "log.json").read_text(encoding="utf-8"))["losses"]]


def test_the_loss_goes_down(run: Path) -> None:
    course = losses(run)
    assert len(course) == CONFIG.steps
    assert np.mean(course[-6:]) < 0.8 * np.mean(course[:6])


def test_a_run_leaves_its_records(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["steps"] == CONFIG.steps
    assert metrics["last"]["series"]["phantom"]["planes"] == 1
    log = json.loads((run / "log.json").read_text(encoding="utf-8"))
    assert [each["step"] for each in log["validations"]] == [12, 24]
    assert log["config"]["shape"]["mask_pool"] == SHAPE.mask_pool
    assert (run / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_an_interrupted_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    def stop(step: int, _losses: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    train(SHORT, samples(2), [], tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        train(SHORT, samples(2), [], tmp_path / "halting", report=stop)
    train(SHORT, samples(2), [], tmp_path / "halting")
    assert (tmp_path / "straight" / "best.pt").is_file()
    assert losses(tmp_path / "halting") == pytest.approx(losses(tmp_path / "straight"), rel=1e-3)


def test_what_was_learnt_can_be_exported(run: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    prepared = prepare(samples(1)[0].plane)
    target = tmp_path / "models" / "tiny.onnx"
    about = export(run / "last.pt", target, prepared.image, Thresholds(score=0.05))
    assert about["bytes"] == target.stat().st_size
    # About one byte for each of the network's numbers, and the graph itself.
    weights = sum(part.numel() for part in load_weights(run / "last.pt")[0].parameters())
    assert about["bytes"] < 1.5 * weights + 1e6
    found = OnnxEngine(read_sidecar(target.with_suffix(".json")).content).detect(prepared.image)
    assert found.boxes.shape == (len(found.scores), 4)
    assert found.masks.shape == (len(found.scores), 28, 28)


def test_no_checkpoint_is_said(tmp_path: Path) -> None:
    (tmp_path / "last.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(UnusableInputError, match="a file that training wrote"):
        load_weights(tmp_path / "last.pt")
    with pytest.raises(UnusableInputError, match="a file that training wrote"):
        load_weights(tmp_path / "missing.pt")


def test_an_unknown_backbone_is_said() -> None:
    with pytest.raises(UsageError, match="resnet18"):
        build_model(ModelShape(backbone="vgg"))


def test_resnet_can_be_built() -> None:
    model = build_model(ModelShape("resnet18", 32, 32, 16, 14)).eval()
    with torch.inference_mode():
        (found,) = model([torch.rand(3, 256, 256)])
    assert found["boxes"].shape[1] == 4


def test_agreement_counts_by_series() -> None:
    given = [*samples(2), Sample("b/0", "b", samples(1)[0].plane, np.zeros((128, 128), dtype=np.bool_))]
    by_plane = {id(each.plane): each.mask for each in given}
    perfect = agreement(lambda plane: by_plane[id(plane)], given)
    assert perfect["mean"] == perfect["min"] == 1.0
    assert perfect["series"]["phantom"]["planes"] == 2
    blind = agreement(lambda plane: np.zeros(plane.shape, dtype=np.bool_), given)
    assert blind["series"]["phantom"]["mean"] == 0.0
    assert blind["series"]["b"]["mean"] == 1.0
