"""``stegomed export``: make a model for ONNX Runtime of a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, filled_path, filled_text

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "checkpoint",
        type=filled_path,
        metavar="CHECKPOINT",
        help="best.pt of a training run, or an exported model (.onnx)",
    )
    parser.add_argument(
        "target", type=filled_text, metavar="MODEL", help="the .onnx file to write; a .json file is written beside it"
    )
    parser.add_argument(
        "--check",
        type=filled_path,
        required=True,
        metavar="DICOM",
        help="an image with a body, to compare the two networks on",
    )
    parser.add_argument(
        "--calibrate",
        type=filled_path,
        nargs="+",
        default=[],
        metavar="DICOM",
        help="folders of training images: the network then computes with 8-bit numbers, twice as fast, over the range "
        "of values that it meets in every sixth of them",
    )
    add_json(parser)
    add_overwrite(parser)
    add_debug(parser)
