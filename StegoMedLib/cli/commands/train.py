"""``stegomed train``: train the region finder."""

from __future__ import annotations

import argparse
from pathlib import Path

from StegoMedLib.cli.screen import ProgressBar, say, write_json
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.pipeline.training_data import load_pairs
from StegoMedLib.regions.training.backbones import BACKBONES, NORMALISATIONS
from StegoMedLib.regions.training.loop import TrainingConfig, train
from StegoMedLib.regions.training.model import ModelShape

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("train", help="train the region finder (needs torch)")
    parser.add_argument("images", type=Path, metavar="IMAGES", help="folder with a sub-folder of *.dcm for each series")
    parser.add_argument(
        "masks", type=Path, metavar="MASKS", help="the same sub-folders with <stem>.png, white on the body"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for checkpoints, log and curves")
    parser.add_argument("--series", type=_names, required=True, metavar="A,B,…", help="series to learn from")
    parser.add_argument("--validation", type=_names, default=[], metavar="C,D,…", help="series to choose the best by")
    parser.add_argument("--backbone", choices=BACKBONES, default=BACKBONES[0], help="network (default: %(default)s)")
    parser.add_argument(
        "--normalisation",
        choices=NORMALISATIONS,
        default=NORMALISATIONS[0],
        help="layers of the backbone that normalise; frozen needs --weights (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="first weights: best.pt of a run with any backbone, or torchvision's, of COCO or ImageNet",
    )
    parser.add_argument("--steps", type=int, default=TrainingConfig.steps, help="length (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=TrainingConfig.batch, help="images a step (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so long; 0 is no limit (default)")
    parser.add_argument("--seed", type=int, default=0, help="all chance follows from it (default: %(default)s)")
    parser.add_argument(
        "--emphasis", type=_factors, default={}, metavar="A=2,B=1.5", help="how much more often series are drawn"
    )
    parser.add_argument("--restart", action="store_true", help="begin anew even if DIR holds a checkpoint")
    parser.add_argument(
        "--json", metavar="FILE", dest="json_target", help="write the metrics as JSON to FILE (- for standard output)"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    _check(arguments)
    samples = load_pairs(arguments.images, arguments.masks, arguments.series)
    validation = load_pairs(arguments.images, arguments.masks, arguments.validation)
    config = TrainingConfig(
        shape=ModelShape(backbone=arguments.backbone, normalisation=arguments.normalisation),
        steps=arguments.steps,
        batch=arguments.batch,
        max_minutes=arguments.minutes,
        seed=arguments.seed,
        emphasis=arguments.emphasis,
        weights=arguments.weights,
    )
    try:
        with ProgressBar("Training") as progress:
            metrics = train(
                config,
                samples,
                validation,
                arguments.out,
                resume=not arguments.restart,
                report=lambda step, _: progress(step, arguments.steps, ""),
            )
    except ImportError:
        raise UnusableInputError("Training needs PyTorch; install it with pip install 'stegomed[training]'.") from None
    except OSError as error:
        raise UnusableInputError(
            f"{arguments.out} cannot be written ({error.strerror}); name another folder."
        ) from None
    write_json(metrics, arguments.json_target)
    if metrics["weights"]:
        say(metrics["weights"])
    say(f"The best network is {arguments.out / 'best.pt'}; 'stegomed export' makes a model of it.")


def _check(arguments: argparse.Namespace) -> None:
    if set(arguments.series) & set(arguments.validation):
        raise UsageError("A series cannot be learnt from and validated on at once; name it in one list only.")
    if arguments.steps < 1 or arguments.batch < 1 or arguments.minutes < 0:
        raise UsageError("--steps and --batch take 1 or more, --minutes 0 or more.")


def _factors(text: str) -> dict[str, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")]
        factors = {name.strip(): float(factor) for name, factor in pairs}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of NAME=FACTOR") from None
    if not all(0 < factor < float("inf") for factor in factors.values()):
        raise argparse.ArgumentTypeError("factors are positive numbers")
    return factors


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
