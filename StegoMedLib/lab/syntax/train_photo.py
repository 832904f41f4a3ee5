"""``stegomed train photo``: train networks that hide a medical image in a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, add_json, filled_path
from StegoMedLib.lab.photo.config import PhotoConfig

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    default = PhotoConfig()
    parser.add_argument(
        "--data",
        type=filled_path,
        required=True,
        metavar="DIR",
        help="folder with DICOM images of two patients or more; every fourth patient is for measuring only",
    )
    parser.add_argument("--out", type=filled_path, required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument(
        "--steps", type=int, help=f"training steps, over which the learning rate falls to 0 (default: {default.steps})"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        help="stop after this time; without --steps the learning rate falls to 0 over it (default: 0, no limit)",
    )
    numbers = {
        "crop": "pixels on a side of what is learnt from",
        "batch": "crops in a step",
        "channels": "channels of the networks' layers",
        "seed": "seed of the random numbers",
    }
    for name, what in numbers.items():
        value = getattr(default, name)
        parser.add_argument(f"--{name}", type=int, default=value, metavar="N", help=f"{what} (default: {value})")
    parser.add_argument(
        "--restart", action="store_true", help="start from the beginning even if DIR holds a checkpoint"
    )
    add_json(parser)
    add_debug(parser)
