"""``stegomed train``: train the region finder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.training.config import CONFIGS, TrainingConfig
from StegoMedLib.training.data import load_samples
from StegoMedLib.training.loop import train

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]

# Options that replace a value of the ready configuration, by where the value stands.
_OF_RUN = ("batch", "patience", "precision", "seed", "threads", "validate_every", "weights")
_OF_SHAPE = ("backbone", "normalisation", "side")


def _config(arguments: argparse.Namespace) -> TrainingConfig:
    """Lay the options that were given over the ready configuration."""

    def given(names: tuple[str, ...]) -> dict[str, Any]:
        return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}

    if arguments.steps == 0 or (arguments.steps or 0) < 0:
        raise UsageError("--steps must be 1 or more.")
    base = CONFIGS[arguments.config]
    steps = arguments.steps or (0 if arguments.minutes else base.steps)
    return replace(
        base,
        shape=replace(base.shape, **given(_OF_SHAPE)),
        steps=steps,
        max_minutes=arguments.minutes,
        emphasis=arguments.emphasis,
        **given(_OF_RUN),
    )


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    if set(arguments.learnt) & set(arguments.validation):
        raise UsageError("A series cannot be used for training and for validation; name it in one list only.")
    config = _config(arguments)
    samples, validation = (
        load_samples(arguments.images, arguments.masks, names, arguments.layout)
        for names in (arguments.learnt, arguments.validation)
    )
    try:
        with progress_bar("Training") as progress:
            metrics = train(
                config,
                samples,
                validation,
                arguments.out,
                resume=not arguments.restart,
                report=lambda step, _: progress(step, config.steps or step, ""),
            )
    except ImportError:
        raise UnusableInputError("Training needs PyTorch; install it with pip install 'stegomed[training]'.") from None
    except OSError as error:
        raise UnusableInputError(
            f"{arguments.out} cannot be written ({error.strerror}); name another folder."
        ) from None

    def show() -> None:
        if metrics["weights"]:
            say(metrics["weights"])
        say(f"The best network is {arguments.out / 'best.pt'}; 'stegomed export' makes a model of it.")

    deliver(metrics, arguments.json_target, show)
