"""``stegomed export``: make a model for ONNX Runtime of a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_target
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import say
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.regions.tissue import contrast, shows_body, surroundings
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.staging import check_target
from StegoMedLib.training.export import export

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["run"]

_EVERY = 6  # neighbouring slices show nearly the same


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    target = chosen_target(arguments.target, arguments.checkpoint, ending=".onnx")
    for place in (target, target.with_suffix(".json")):
        check_target(arguments.checkpoint, place, overwrite=arguments.overwrite)
    image = prepare(read_instance(arguments.check).plane(0)).image
    try:
        described = export(arguments.checkpoint, target, image, calibration=list(_seen(arguments.calibrate)))
    except ImportError:
        raise UnusableInputError(
            "The export needs PyTorch; install it with pip install 'stegomed[training]'."
        ) from None
    done = f"Wrote {target}; the library finds it in Resources/Models."
    deliver(described, arguments.json_target, lambda: say(done))


def _seen(sources: Iterable[Path]) -> Iterator[NDArray[np.float32]]:
    """What a finder shows its network of every sixth image of some folders; float32, shape (3, side, side)."""
    for source in sources:
        for part in FileSeries(source).files[::_EVERY]:
            for each in part.slices():
                seen = contrast(each.plane)
                if shows_body(each.plane, seen):
                    yield prepare(each.plane, shown=surroundings(each.plane, seen)).image
