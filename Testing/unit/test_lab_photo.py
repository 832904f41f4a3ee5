"""The learned way to hide a slice in a photograph: a tiny run learns, goes on where it was, and refuses other files."""

from __future__ import annotations

import builtins
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.cli.main import build_parser, main
from StegoMedLib.dicom import new_series
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.lab.commands import train_photo as command
from StegoMedLib.lab.photo.checkpoints import load_network
from StegoMedLib.lab.photo.config import PhotoConfig
from StegoMedLib.lab.photo.crops import Drawer, pairs_of
from StegoMedLib.lab.photo.photographs import HELD_OUT, Photograph, photographs
from StegoMedLib.lab.photo.quality import psnr, ssim
from StegoMedLib.lab.photo.secrets import Secret, eight_bits, load_secrets
from StegoMedLib.lab.photo.training import CHECKPOINT, hide, show, train_photo
from StegoMedLib.plane import Plane

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.lab.photo.checkpoints import PhotoRun

torch = pytest.importorskip("torch")
SIDE = 64
CONFIG = PhotoConfig(
    steps=120, crop=32, batch=8, channels=16, seed=1, measure_every=40, measured=4, side=32, learning_rate=4e-3
)


def smooth(seed: int, *shape: int) -> np.ndarray:
    """What varies slowly, with some noise, as photographs and slices do."""
    rng = np.random.default_rng(seed)
    waves = [np.cumsum(np.cumsum(rng.normal(size=shape), axis), axis) for axis in (0, 1)]
    level = sum((wave - wave.min()) / np.ptp(wave) for wave in waves)
    return np.asarray(np.clip(np.rint(100 * level + 20 + rng.normal(0, 2, shape)), 0, 255), dtype=np.uint8)


def pictures() -> list[Photograph]:
    return [Photograph(name, smooth(seed, SIDE, SIDE, 3)) for seed, name in enumerate(("one", "two", "chelsea"))]


def slices() -> list[Secret]:
    return [Secret(f"{seed}.dcm", smooth(seed, SIDE, SIDE), held_out=seed < 12) for seed in range(10, 16)]


def trained(folder: Path, config: PhotoConfig = CONFIG, **options: Any) -> PhotoRun:
    torch.set_num_threads(1)
    return train_photo(config, pictures(), slices(), folder, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[PhotoRun, Path]:
    folder = tmp_path_factory.mktemp("photo")
    return trained(folder), folder


def weights(run: PhotoRun) -> np.ndarray:
    return np.concatenate([each.detach().numpy().ravel() for each in run.network.parts.parameters()])


def test_a_short_run_learns(run: tuple[PhotoRun, Path]) -> None:
    first, *_, last = run[0].measured

    assert last["loss"] < 0.7 * first["loss"]
    assert last["secret_psnr"] > first["secret_psnr"] + 1
    assert last["cover_psnr"] > 20


def test_the_stego_is_a_photograph_and_what_comes_out_is_a_slice(run: tuple[PhotoRun, Path]) -> None:
    network = load_network(run[1] / CHECKPOINT)
    pair = pairs_of(pictures(), slices(), 32, 1)[0]

    stego = hide(network, pair.cover, pair.pixels)
    out = show(network, stego)

    assert stego.dtype == out.dtype == np.uint8
    assert stego.shape == pair.cover.shape
    assert out.shape == pair.pixels.shape
    assert 20 < (psnr(pair.cover, stego) or 0) < 60
    assert ssim(pair.pixels, pair.pixels) == 1.0
    assert psnr(out, out) is None


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    short = replace(CONFIG, steps=4, measure_every=2)
    whole = trained(tmp_path / "whole", short)

    def stop(done: int, *_: object) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "stopped", short, progress=stop)
    again = trained(tmp_path / "stopped", short)

    assert again.step == 4
    assert weights(again) == pytest.approx(weights(whole), abs=1e-6)


def test_other_channels_do_not_go_on(run: tuple[PhotoRun, Path]) -> None:
    with pytest.raises(UnusableInputError, match="--restart"):
        trained(run[1], replace(CONFIG, channels=8))


def changed(state: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**state, **values}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"channels": 10**9}, "no networks", id="too many channels"),
        pytest.param({"channels": 8}, "other networks", id="other channels"),
        pytest.param({"weights": {}}, "other networks", id="no weights"),
        pytest.param({"weights": None}, "no networks", id="nothing"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(
    run: tuple[PhotoRun, Path], tmp_path: Path, values: dict[str, Any], says: str
) -> None:
    state = torch.load(run[1] / CHECKPOINT, weights_only=True)
    torch.save(changed(state, **values), tmp_path / "bad.pt")

    with pytest.raises(UnusableInputError, match=says):
        load_network(tmp_path / "bad.pt")


@pytest.mark.parametrize("values", [{"step": -1}, {"gathered": {}}, {"measured": 3}, {"seconds": float("nan")}])
def test_a_damaged_run_does_not_go_on(run: tuple[PhotoRun, Path], tmp_path: Path, values: dict[str, Any]) -> None:
    torch.save(changed(torch.load(run[1] / CHECKPOINT, weights_only=True), **values), tmp_path / CHECKPOINT)

    with pytest.raises(UnusableInputError, match="does not fit"):
        trained(tmp_path)


def test_what_is_held_out_is_never_learnt_from() -> None:
    black = [Photograph(each.name, 0 * each.pixels) if each.held_out else each for each in pictures()]
    hidden = [Secret(each.name, 0 * each.pixels, held_out=True) if each.held_out else each for each in slices()]

    for one, two in zip(
        Drawer(pictures(), slices(), 32, 5).batch(3, 8), Drawer(black, hidden, 32, 5).batch(3, 8), strict=True
    ):
        assert torch.equal(one, two)


def test_pairs_are_of_held_out_photographs_and_slices_and_each_is_another() -> None:
    pairs = pairs_of(pictures(), slices(), 32, 6)

    assert len(pairs) == 6
    assert {pair.photograph for pair in pairs} == {"chelsea"}
    assert {pair.secret for pair in pairs} == {"10.dcm", "11.dcm"}
    assert not pairs_of(pictures(), slices(), SIDE + 1, 6)


@pytest.mark.parametrize(
    "values",
    [{"steps": 0}, {"steps": -1}, {"batch": 0}, {"channels": 1}, {"crop": 33}, {"crop": 8}, {"minutes": float("nan")}],
)
def test_a_run_that_makes_no_sense_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        PhotoConfig(**values)  # type: ignore[arg-type]


def folder_of(target: Path, patients: int) -> Path:
    for patient in range(patients):
        volume = np.stack([smooth(patient, 130, 130).astype(np.int16)] * 2) * 4
        new_series(target / f"series{patient}", volume, attributes={"PatientID": f"P{patient}"})
    return target


def test_every_fourth_patient_is_held_out(tmp_path: Path) -> None:
    found = load_secrets(folder_of(tmp_path, 5))

    assert {each.name.split("/")[0] for each in found if each.held_out} == {"series0", "series4"}
    assert all(each.pixels.dtype == np.uint8 for each in found)


def test_one_patient_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="one patient"):
        load_secrets(folder_of(tmp_path, 1))


def test_soft_tissue_fills_the_eight_bits_of_a_ct() -> None:
    plane = Plane(np.array([[-1000, -220], [40, 3000]], dtype=np.int32), -1024, 3071, modality="CT")

    assert eight_bits(plane).tolist() == [[0, 0], [128, 255]]


def test_photographs_come_with_a_package_and_some_are_held_out() -> None:
    pytest.importorskip("skimage")
    found = photographs()

    assert {each.name for each in found if each.held_out} == set(HELD_OUT)
    assert all(each.pixels.ndim == 3 and each.pixels.dtype == np.uint8 for each in found)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str, *rest: Any) -> Any:
        if name.startswith("skimage"):
            raise ImportError(name)
        return imported(name, *rest)

    imported = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnusableInputError, match="pip install scikit-image"):
        photographs()


def test_the_command_trains_and_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        command, "photographs", lambda: [Photograph(n, smooth(3, 140, 140, 3)) for n in ("a", "chelsea")]
    )
    data = str(folder_of(tmp_path / "data", 2))
    small = ("--steps", "2", "--crop", "16", "--batch", "1", "--channels", "4")

    code = main(["train", "photo", "--data", data, "--out", str(tmp_path / "run"), *small, "--json", "-"])

    report = json.loads(capsys.readouterr().out)
    assert (code, report["steps"]) == (0, 2)
    assert load_network(tmp_path / "run" / CHECKPOINT)
    assert main(["train", "photo", "--data", data, "--out", str(tmp_path / "run"), "--steps", "0"]) == 2


def test_a_folder_named_photo_can_still_be_trained_on() -> None:
    parsed = build_parser().parse_args(["train", "./photo", "masks", "--out", "out", "--series", "a"])

    assert (parsed.command, parsed.images.name) == ("train", "photo")
