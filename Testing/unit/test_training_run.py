"""A tiny training run on synthetic bodies: it learns, it can be resumed, what it learnt can be exported."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.plane import Plane
from StegoMedLib.regions.model_files import read_sidecar
from StegoMedLib.regions.network import ModelShape, build_model
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Thresholds
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.training.checkpoints import load_weights, resume_run, save
from StegoMedLib.training.config import TrainingConfig
from StegoMedLib.training.evaluate import agreement, detect, torch_find
from StegoMedLib.training.export import export
from StegoMedLib.training.loop import train
from StegoMedLib.training.phantoms import random_body
from StegoMedLib.training.samples import Sample
from StegoMedLib.training.start import start

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("torchvision")
torch = pytest.importorskip("torch")
# Group normalisation: averages over batches would need a longer run to settle.
SHAPE = ModelShape("mobilenet_v3_large", 32, 32, 16, 14, "group", side=128)
CONFIG = TrainingConfig(
    SHAPE, steps=90, batch=4, warmup=5, learning_rate=2e-3, smoothing=0.9, validate_every=45, threads=1, seed=3
)
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
    train(CONFIG, samples(12), samples(2, 50), out)
    return out


def losses(out: Path) -> list[float]:
    return [each["loss"] for each in json.loads((out / "log.json").read_text(encoding="utf-8"))["losses"]]


def test_the_loss_goes_down(run: Path) -> None:
    course = losses(run)
    assert len(course) == CONFIG.steps
    assert np.mean(course[-6:]) < 0.8 * np.mean(course[:6])


def test_what_was_learnt_holds_for_bodies_never_seen(run: Path) -> None:
    held_out, limits = samples(6, 200), Thresholds(score=0.2)
    trained, shape = load_weights(run / "last.pt")
    untrained = start(CONFIG).smoothed
    learnt, guessed = (
        agreement(partial(torch_find, model, limits=limits), held_out)["mean"] for model in (trained, untrained)
    )
    assert shape == SHAPE
    assert learnt > 0.7
    assert learnt > guessed + 0.3


def test_a_run_leaves_its_records(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["steps"] == CONFIG.steps
    assert metrics["ended"] == "steps"
    assert (metrics["backbone"], metrics["precision"], metrics["seed"]) == ("mobilenet_v3_large", "float32", 3)
    assert metrics["last_loss"] < metrics["first_loss"]
    assert metrics["last"]["series"]["phantom"]["planes"] == 2
    assert metrics["best"]["score"] == max(metrics["last"]["score"], metrics["best"]["score"])
    log = json.loads((run / "log.json").read_text(encoding="utf-8"))
    assert [each["step"] for each in log["validations"]] == [45, 90]
    assert log["config"]["shape"]["mask_pool"] == SHAPE.mask_pool
    for name in ("loss.png", "predictions.png"):
        with Image.open(run / name) as picture:
            assert min(picture.size) > 100
            assert np.asarray(picture.convert("L")).std() > 1


def test_an_interrupted_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    def stop(step: int, _losses: dict[str, float]) -> None:
        if step == 3:
            raise KeyboardInterrupt

    train(SHORT, samples(2), [], tmp_path / "straight")
    with pytest.raises(KeyboardInterrupt):
        train(SHORT, samples(2), [], tmp_path / "halting", report=stop)
    train(SHORT, samples(2), [], tmp_path / "halting")
    assert (tmp_path / "straight" / "best.pt").is_file()
    assert losses(tmp_path / "halting") == losses(tmp_path / "straight")


def test_slow_runs_keep_checkpoints_between_validations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(step: int, _losses: dict[str, float]) -> None:
        if step == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("StegoMedLib.training.loop._KEEP_EVERY", 0.0)
    rare = replace(SHORT, validate_every=1000)
    with pytest.raises(KeyboardInterrupt):
        train(rare, samples(1), [], tmp_path, report=stop)
    resumed = start(rare, fresh=False)
    resume_run(resumed, SHAPE, tmp_path / "last.pt")
    assert resumed.step == 1


def test_a_run_that_gets_no_better_ends(tmp_path: Path) -> None:
    patient = replace(SHORT, steps=50, validate_every=1, patience=3, learning_rate=1e-12)
    metrics = train(patient, samples(1), samples(1), tmp_path)
    assert metrics["ended"] == "patience"
    assert metrics["steps"] < 10
    # Nothing is left to do for a run that is resumed.
    assert train(patient, samples(1), samples(1), tmp_path)["steps"] == metrics["steps"]


def test_a_checkpoint_of_another_network_is_not_resumed(tmp_path: Path, run: Path) -> None:
    (tmp_path / "last.pt").write_bytes((run / "last.pt").read_bytes())
    other = replace(SHORT, shape=replace(SHAPE, backbone="resnet18"))
    with pytest.raises(UnusableInputError, match="another network"):
        train(other, samples(1), [], tmp_path)


def test_a_checkpoint_from_before_the_newer_options_is_read(tmp_path: Path) -> None:
    path, shape = tmp_path / "last.pt", replace(SHAPE, normalisation="batch", side=256)
    config = replace(CONFIG, shape=shape)
    save(start(config), shape, path)
    state = torch.load(path, weights_only=True)
    del state["shape"]["normalisation"], state["shape"]["side"], state["transferred"], state["progress"]["stale"]
    torch.save(state, path)
    assert load_weights(path)[1] == shape
    resumed = start(config, fresh=False)
    resume_run(resumed, shape, path)
    assert (resumed.stale, resumed.transferred) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        {"shape": {"backbone": "resnet18", "mask_pool": 10**9}},
        {"shape": {"colour": "red"}},
        {"shape": None},
        {"smoothed": {}},
        {"smoothed": {"a": 1}},
        {"smoothed": 3},
    ],
)
def test_a_checkpoint_that_lies_is_refused(change: dict[str, Any], tmp_path: Path, run: Path) -> None:
    state = torch.load(run / "last.pt", weights_only=True)
    torch.save({**state, **change}, tmp_path / "last.pt")
    with pytest.raises(UnusableInputError, match="a file that training wrote"):
        load_weights(tmp_path / "last.pt")


def test_what_was_learnt_can_be_exported(run: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    image = prepare(samples(1, 200)[0].plane, SHAPE.side).image
    network, _ = load_weights(run / "last.pt")
    sure, unsure = detect(network, image).scores[:2]
    target = tmp_path / "models" / "tiny.onnx"
    about = export(run / "last.pt", target, image, Thresholds(score=float(sure + unsure) / 2))
    assert about["bytes"] == target.stat().st_size
    # About one byte for each of the network's numbers, and the graph itself.
    weights = sum(part.numel() for part in network.parameters())
    assert about["bytes"] < 1.5 * weights + 1e6
    found = OnnxEngine(read_sidecar(target.with_suffix(".json")).content).detect(image)
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
