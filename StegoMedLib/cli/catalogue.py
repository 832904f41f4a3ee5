"""The commands, and where each lives: in the product, or in a laboratory that may be absent (Slicer packages none)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["COMMANDS", "Command", "syntax_of", "work_of"]

_PRODUCT, _TRAINING, _LAB = "StegoMedLib.cli", "StegoMedLib.training", "StegoMedLib.lab"


@dataclass(frozen=True)
class Command:
    """What a command does, in a line of help, and the package that has it.

    The package has two modules of the command's name: in ``syntax`` what it takes, in ``commands`` what it does. Where
    the name has two words, theirs has an underscore between them.
    """

    does: str
    package: str = _PRODUCT


_ALL = {
    "segment": Command("find the body in every slice, and write masks as PNG"),
    "capacity": Command("tell how large a record fits in every slice"),
    "embed": Command("embed a record in every slice that has capacity for it"),
    "extract": Command("extract the embedded record"),
    "deidentify": Command("write a study without the identity, which goes along inside the images"),
    "reidentify": Command("put the identity back into a nameless study"),
    "reseal": Command("seal the embedded record anew, for another key"),
    "restore": Command("give images back as they were before embedding, pixel by pixel"),
    "erase": Command("take the embedded record out of a series"),
    "batch": Command("do that to many series, on many processes or machines, and go on after anything"),
    "conceal": Command("put a study, or any files, into photographs"),
    "reveal": Command("take it out of the photographs again, exactly"),
    "serve": Command("take images from a scanner or an archive, and forward them protected"),
    "push": Command("store DICOM files on a DICOMweb server"),
    "pull": Command("fetch a study or a series from a DICOMweb server"),
    "passphrase": Command("make a passphrase of random words"),
    "keygen": Command("make a key file, or the two keys of a recipient"),
    "audit": Command("see whether an audit file is as it was written"),
    "evaluate": Command("compare a marked series with its cover, or a region finder with reference masks", _LAB),
    "attack": Command("damage a series in a measured way, to see what survives", _LAB),
    "train": Command("train the region finder (needs torch)", _TRAINING),
    "train photo": Command("train networks that hide an image in a photograph, to compare with (needs torch)", _LAB),
    "export": Command("make an ONNX model of a trained network (needs torch)", _TRAINING),
    "benchmark": Command("compare with the paper and with other methods, or measure safety", _LAB),
    "demo": Command("embed and extract a record in a phantom, or in your own series, and show the result", _LAB),
}

COMMANDS = {name: command for name, command in _ALL.items() if find_spec(command.package) is not None}
"""The commands that are installed here, by name."""


def syntax_of(name: str) -> ModuleType:
    """The module that says what a command takes."""
    return import_module(f"{_ALL[name].package}.syntax.{name.replace(' ', '_')}")


def work_of(name: str) -> ModuleType:
    """The module that does a command's work."""
    return import_module(f"{_ALL[name].package}.commands.{name.replace(' ', '_')}")
