"""``stegomed export``: make a model for ONNX Runtime of a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_overwrite
from StegoMedLib.cli.screen import say, write_json
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.staging import check_target
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.regions.training.export import export

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("export", help="make an ONNX model of a trained network (needs torch)")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="best.pt of a training run")
    parser.add_argument("target", type=Path, metavar="MODEL", help="the .onnx file to write; a .json goes beside it")
    parser.add_argument(
        "--check", type=Path, required=True, metavar="DICOM", help="an image with a body, to compare on"
    )
    parser.add_argument(
        "--json",
        metavar="FILE",
        dest="json_target",
        help="write the model's description to FILE (- for standard output)",
    )
    add_overwrite(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    for place in (arguments.target, arguments.target.with_suffix(".json")):
        check_target(arguments.checkpoint, place, overwrite=arguments.overwrite)
    image = prepare(read_instance(arguments.check).plane(0)).image
    try:
        described = export(arguments.checkpoint, arguments.target, image)
    except ImportError:
        raise UnusableInputError(
            "The export needs PyTorch; install it with pip install 'stegomed[training]'."
        ) from None
    write_json(described, arguments.json_target)
    say(f"Wrote {arguments.target}; the library finds it in Resources/Models.")
