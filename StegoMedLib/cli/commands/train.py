"""``stegomed train``: train the region finder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from StegoMedLib.cli.screen import ProgressBar, say, write_json
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.pipeline.training_data import LAYOUTS, load_samples
from StegoMedLib.regions.training.backbones import BACKBONES, NORMALISATIONS
from StegoMedLib.regions.training.config import CONFIGS, PRECISIONS, TrainingConfig
from StegoMedLib.regions.training.loop import train

__all__ = ["add"]

# Options that replace a value of the ready configuration, by where the value stands.
_OF_RUN = ("batch", "patience", "precision", "seed", "threads", "validate_every", "weights")
_OF_SHAPE = ("backbone", "normalisation", "side")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("train", help="train the region finder (needs torch)")
    _add_data(parser)
    _add_network(parser)
    _add_course(parser)
    parser.add_argument("--restart", action="store_true", help="begin anew even if DIR holds a checkpoint")
    parser.add_argument(
        "--json", metavar="FILE", dest="json_target", help="write the metrics as JSON to FILE (- for standard output)"
    )
    parser.set_defaults(run=_run)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", type=Path, metavar="IMAGES", help="folder with a sub-folder of *.dcm for each series")
    parser.add_argument(
        "masks",
        type=Path,
        metavar="MASKS",
        help="the same sub-folders with <stem>.png, white on the body; or a JSON file of polygons of the VGG Image "
        "Annotator; with --layout chaos the folder IMAGES again or one laid out like it",
    )
    parser.add_argument(
        "--layout", choices=LAYOUTS, default=LAYOUTS[0], help="how the folders lie (default: %(default)s)"
    )
    parser.add_argument(
        "--series", dest="learnt", type=_names, required=True, metavar="A,B,…", help="series to learn from"
    )
    parser.add_argument("--validation", type=_names, default=[], metavar="C,D,…", help="series to choose the best by")
    parser.add_argument(
        "--emphasis", type=_factors, default={}, metavar="A=2,B=1.5", help="how much more often series are drawn"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for checkpoints, log and pictures"
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    default = CONFIGS["default"].shape
    parser.add_argument(
        "--config",
        choices=sorted(CONFIGS),
        default="default",
        help="values that the other options do not give; paper is Mask R-CNN with ResNet-101 after He et al. 2017",
    )
    parser.add_argument("--backbone", choices=BACKBONES, help=f"network (default: {default.backbone})")
    parser.add_argument(
        "--normalisation",
        choices=NORMALISATIONS,
        help=f"layers of the backbone that normalise; frozen needs --weights (default: {default.normalisation})",
    )
    parser.add_argument(
        "--side", type=int, help=f"rows and columns of the network's square, a multiple of 32 (default: {default.side})"
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="first weights: best.pt of a run with any backbone, or torchvision's, of COCO or ImageNet",
    )


def _add_course(parser: argparse.ArgumentParser) -> None:
    default = CONFIGS["default"]
    parser.add_argument(
        "--steps", type=int, help=f"length; the learning rate falls to 0 over it (default: {default.steps})"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        help="stop after so long; without --steps the learning rate falls to 0 over this time; 0 is no limit (default)",
    )
    parser.add_argument("--batch", type=int, help=f"images a step (default: {default.batch})")
    parser.add_argument(
        "--validate-every", type=int, metavar="STEPS", help=f"and keep a checkpoint (default: {default.validate_every})"
    )
    parser.add_argument(
        "--patience", type=int, metavar="N", help="stop after N validations without a better one; 0 never (default)"
    )
    parser.add_argument("--seed", type=int, help="all chance follows from it (default: 0)")
    parser.add_argument("--threads", type=int, help="of the processor; 0 leaves the choice to PyTorch (default)")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="auto is float16 on CUDA and float32 elsewhere; bfloat16 where the processor has it (default: auto)",
    )


def _config(arguments: argparse.Namespace) -> TrainingConfig:
    """Lay the options that were given over the ready configuration."""

    def given(names: tuple[str, ...]) -> dict[str, Any]:
        return {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}

    if arguments.steps == 0 or (arguments.steps or 0) < 0:
        raise UsageError("--steps takes 1 or more.")
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


def _run(arguments: argparse.Namespace) -> None:
    if set(arguments.learnt) & set(arguments.validation):
        raise UsageError("A series cannot be learnt from and validated on at once; name it in one list only.")
    config = _config(arguments)
    samples, validation = (
        load_samples(arguments.images, arguments.masks, names, arguments.layout)
        for names in (arguments.learnt, arguments.validation)
    )
    try:
        with ProgressBar("Training") as progress:
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
    write_json(metrics, arguments.json_target)
    if metrics["weights"]:
        say(metrics["weights"])
    say(f"The best network is {arguments.out / 'best.pt'}; 'stegomed export' makes a model of it.")


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
