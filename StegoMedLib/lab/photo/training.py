# ruff: noqa: PLC0415  PyTorch takes seconds to import and is not always there; only what uses it imports it.
"""Training of the networks that hide a medical image in a photograph: seeded, resumable, measured on held-out crops."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.photo.checkpoints import PhotoRun, resume, save
from StegoMedLib.lab.photo.crops import Drawer, Pair, pairs_of, tensors
from StegoMedLib.lab.photo.network import network_of
from StegoMedLib.lab.photo.quality import psnr
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from StegoMedLib.lab.photo.config import PhotoConfig
    from StegoMedLib.lab.photo.network import PhotoNetwork
    from StegoMedLib.lab.photo.photographs import Photograph
    from StegoMedLib.lab.photo.secrets import Secret

__all__ = ["CHECKPOINT", "hide", "measure", "show", "train_photo"]

CHECKPOINT = "last.pt"

_LEVELS = 255.0


def train_photo(
    config: PhotoConfig,
    photographs: Sequence[Photograph],
    secrets: Sequence[Secret],
    folder: Path,
    *,
    going_on: bool = True,
    progress: Progress = silent,
) -> PhotoRun:
    """Train, and keep ``last.pt`` in a folder.

    Parameters
    ----------
    config : PhotoConfig
    photographs, secrets : sequence
        Some of each held out.
    folder : Path
    going_on : bool
        Go on from ``last.pt`` where there is one.
    progress : callable

    Raises
    ------
    UnusableInputError
        There is nothing to learn from or nothing to measure with, or the checkpoint cannot be used.
    """
    pairs = pairs_of(photographs, secrets, config.side, config.measured)
    if not pairs:
        raise UnusableInputError(
            f"No held-out slice has {config.side} rows and columns; give larger images, or those of more patients."
        )
    drawer = Drawer(photographs, secrets, config.crop, config.seed)
    run = _start(config)
    if going_on and (folder / CHECKPOINT).is_file():
        resume(run, folder / CHECKPOINT)
    folder.mkdir(parents=True, exist_ok=True)
    while not config.ended(run.step, run.seconds):
        progress(run.step, config.steps or run.step, _last(run))
        _step(run, config, drawer)
        if run.step % config.measure_every == 0 or config.ended(run.step, run.seconds):
            _keep(run, pairs, folder)
    return run


def _start(config: PhotoConfig) -> PhotoRun:
    import torch

    torch.manual_seed(config.seed)
    network = network_of(config.channels)
    return PhotoRun(network, torch.optim.Adam(network.parts.parameters()), config.channels)


def _step(run: PhotoRun, config: PhotoConfig, drawer: Drawer) -> None:
    begun = time.monotonic()
    for group in run.optimizer.param_groups:
        group["lr"] = config.rate(run.step, run.seconds)
    loss = _loss(run.network, *drawer.batch(run.step, config.batch), config.weight)
    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimizer.step()
    run.step += 1
    run.seconds += time.monotonic() - begun


def _loss(network: PhotoNetwork, photos: torch.Tensor, secrets: torch.Tensor, weight: float) -> torch.Tensor:
    """Mean squared errors of the stego photograph and of what comes out of it."""
    from torch.nn import functional

    stegos = network.embed(photos, secrets)
    return functional.mse_loss(stegos, photos) + weight * functional.mse_loss(network.extract(stegos), secrets)


def _keep(run: PhotoRun, pairs: Sequence[Pair], folder: Path) -> None:
    run.measured.append({"step": float(run.step), "seconds": run.seconds, **measure(run.network, pairs)})
    save(run, folder / CHECKPOINT)


def _last(run: PhotoRun) -> str:
    if not run.measured:
        return ""
    return f"photograph {run.measured[-1]['cover_psnr']:.1f} dB, secret {run.measured[-1]['secret_psnr']:.1f} dB"


def measure(network: PhotoNetwork, pairs: Sequence[Pair]) -> dict[str, float]:
    """Loss over pairs, and means of the PSNR of photographs and of what comes out."""
    stegos = [hide(network, pair.cover, pair.pixels) for pair in pairs]
    found = [show(network, stego) for stego in stegos]
    ends = (
        [(pair.cover, stego) for pair, stego in zip(pairs, stegos, strict=True)],
        [(pair.pixels, out) for pair, out in zip(pairs, found, strict=True)],
    )
    errors = [np.mean([np.mean((one / _LEVELS - two / _LEVELS) ** 2) for one, two in each]) for each in ends]
    cover, secret = (float(np.mean([psnr(one, two) or math.inf for one, two in each])) for each in ends)
    return {"loss": float(sum(errors)), "cover_psnr": cover, "secret_psnr": secret}


def hide(network: PhotoNetwork, cover: NDArray[np.uint8], secret: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A photograph (H, W, 3) with a secret (H, W) in it, of an even number of rows and columns."""
    import torch

    with torch.no_grad():
        stego = network.embed(*tensors(cover[None], secret[None]))[0]
    return _stored(stego.numpy().transpose(1, 2, 0))


def show(network: PhotoNetwork, stego: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What comes out of a stego photograph (H, W, 3); uint8, shape (H, W)."""
    import torch

    with torch.no_grad():
        photos, _ = tensors(stego[None], stego[None, :, :, 0])
        return _stored(network.extract(photos)[0, 0].numpy())


def _stored(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.clip(np.rint(values * _LEVELS), 0, _LEVELS).astype(np.uint8))
