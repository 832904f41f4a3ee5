"""``stegomed train photo``: train networks that hide a medical image in a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.lab.photo.config import PhotoConfig
from StegoMedLib.lab.photo.photographs import photographs
from StegoMedLib.lab.photo.secrets import load_secrets
from StegoMedLib.lab.photo.training import CHECKPOINT, train_photo

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def _config(arguments: argparse.Namespace) -> PhotoConfig:
    if arguments.steps is not None and arguments.steps < 1:
        raise UsageError("--steps must be 1 or more.")
    steps = arguments.steps or (0 if arguments.minutes else PhotoConfig.steps)
    given = {name: getattr(arguments, name) for name in ("minutes", "crop", "batch", "channels", "seed")}
    return PhotoConfig(steps=steps, **given)


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    config = _config(arguments)
    pictures, secrets = photographs(), load_secrets(arguments.data)
    try:
        with progress_bar("Training") as progress:
            done = train_photo(
                config, pictures, secrets, arguments.out, going_on=not arguments.restart, progress=progress
            )
    except ImportError:
        raise UnusableInputError("Training needs PyTorch; install it with pip install 'stegomed[training]'.") from None
    except OSError as error:
        raise UnusableInputError(
            f"{arguments.out} cannot be written ({error.strerror}); name another folder."
        ) from None
    report = {"steps": done.step, "seconds": done.seconds, "measured": done.measured}

    def show() -> None:
        last = done.measured[-1]
        say(
            f"Held-out crops after {done.step:,} steps: photograph {last['cover_psnr']:.2f} dB, what comes out "
            f"{last['secret_psnr']:.2f} dB."
        )
        say(f"The networks are in {arguments.out / CHECKPOINT}.")

    deliver(report, arguments.json_target, show)
