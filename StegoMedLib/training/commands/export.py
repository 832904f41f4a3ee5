"""``stegomed export``: make a model for ONNX Runtime of a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_target
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import say
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.series.staging import check_target
from StegoMedLib.training.export import export

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    target = chosen_target(arguments.target, arguments.checkpoint, ending=".onnx")
    for place in (target, target.with_suffix(".json")):
        check_target(arguments.checkpoint, place, overwrite=arguments.overwrite)
    image = prepare(read_instance(arguments.check).plane(0)).image
    try:
        described = export(arguments.checkpoint, target, image)
    except ImportError:
        raise UnusableInputError(
            "The export needs PyTorch; install it with pip install 'stegomed[training]'."
        ) from None
    done = f"Wrote {target}; the library finds it in Resources/Models."
    deliver(described, arguments.json_target, lambda: say(done))
