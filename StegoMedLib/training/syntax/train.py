"""``stegomed train``: train the region finder."""

from __future__ import annotations

import argparse

from StegoMedLib.choices import BACKBONES, LAYOUTS, NORMALISATIONS, PRECISIONS
from StegoMedLib.cli.syntax.common import add_debug, add_json, filled_path
from StegoMedLib.training.config import CONFIGS

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    _add_data(parser)
    _add_network(parser)
    _add_course(parser)
    parser.add_argument(
        "--restart", action="store_true", help="start from the beginning even if DIR holds a checkpoint"
    )
    add_json(parser)
    add_debug(parser)


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images", type=filled_path, metavar="IMAGES", help="folder with a sub-folder of *.dcm for each series"
    )
    parser.add_argument(
        "masks",
        type=filled_path,
        metavar="MASKS",
        help="folder with the same sub-folders and <stem>.png for each image, white on the body; or a JSON file of "
        "polygons of the VGG Image Annotator; with --layout chaos IMAGES or a folder with the same layout",
    )
    parser.add_argument(
        "--layout", choices=LAYOUTS, default=LAYOUTS[0], help="layout of the folders (default: %(default)s)"
    )
    parser.add_argument(
        "--series", dest="learnt", type=_names, required=True, metavar="A,B,…", help="series to train on"
    )
    parser.add_argument(
        "--validation", type=_names, default=[], metavar="C,D,…", help="series that the best checkpoint is chosen on"
    )
    parser.add_argument(
        "--emphasis", type=_factors, default={}, metavar="A=2,B=1.5", help="how much more often these series are used"
    )
    parser.add_argument(
        "--out", type=filled_path, required=True, metavar="DIR", help="folder for checkpoints, log and pictures"
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    default = CONFIGS["default"].shape
    parser.add_argument(
        "--config",
        choices=sorted(CONFIGS),
        default="default",
        help="defaults of the other options; paper is Mask R-CNN with ResNet-101 as in He et al. 2017",
    )
    parser.add_argument("--backbone", choices=BACKBONES, help=f"backbone of the network (default: {default.backbone})")
    parser.add_argument(
        "--normalisation",
        choices=NORMALISATIONS,
        help=f"normalisation layers of the backbone; frozen needs --weights (default: {default.normalisation})",
    )
    parser.add_argument(
        "--side", type=int, help=f"rows and columns of the network's input, a multiple of 32 (default: {default.side})"
    )
    parser.add_argument(
        "--weights",
        type=filled_path,
        metavar="FILE",
        help="weights to start from: best.pt of another run, or torchvision weights of COCO or ImageNet",
    )


def _add_course(parser: argparse.ArgumentParser) -> None:
    default = CONFIGS["default"]
    parser.add_argument(
        "--steps", type=int, help=f"training steps, over which the learning rate falls to 0 (default: {default.steps})"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        help="stop after this time; without --steps the learning rate falls to 0 over it (default: 0, no limit)",
    )
    parser.add_argument("--batch", type=int, help=f"images in a step (default: {default.batch})")
    parser.add_argument(
        "--validate-every",
        type=int,
        metavar="STEPS",
        help=f"validate and save a checkpoint after so many steps (default: {default.validate_every})",
    )
    parser.add_argument(
        "--patience", type=int, metavar="N", help="stop after N validations without a better one (default: 0, never)"
    )
    parser.add_argument("--seed", type=int, help="seed of the random numbers (default: 0)")
    parser.add_argument("--threads", type=int, help="threads of the processor (default: 0, chosen by PyTorch)")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="number format: auto is float16 on CUDA and float32 elsewhere; bfloat16 needs a processor that supports "
        "it (default: auto)",
    )


def _factors(text: str) -> dict[str, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")]
        factors = {name.strip(): float(factor) for name, factor in pairs}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of NAME=FACTOR") from None
    if not all(0 < factor < float("inf") for factor in factors.values()):
        raise argparse.ArgumentTypeError("the factors must be positive numbers")
    return factors


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
