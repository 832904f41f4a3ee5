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
    parser.add_argument("--restart", action="store_true", help="begin anew even if DIR holds a checkpoint")
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
        "--out", type=filled_path, required=True, metavar="DIR", help="folder for checkpoints, log and pictures"
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
        type=filled_path,
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
