"""The shipped model: where it lies, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import StegoMedLib
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.paste import Thresholds

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FORMAT", "MODEL_NAME", "ModelFile", "find_model", "model_folders", "read_sidecar"]

MODEL_NAME = "body_maskrcnn"
FORMAT = 1
"""Version of the JSON file and of what the network is shown."""
_SMALLEST, _LARGEST = 32, 2048  # sides of a square that a network may ask for
_REMEDY = "install StegoMed again, or choose the finder 'threshold'."


@dataclass(frozen=True)
class ModelFile:
    """A checked model.

    Attributes
    ----------
    content : bytes
        The ONNX file.
    limits : Thresholds
        What was chosen on the validation images.
    side : int
        Rows and columns of the square that the network sees.
    shape : mapping of str to int or str
        What defines the network apart from its weights (`StegoMedLib.regions.training.model.ModelShape`); an engine
        that cannot read the graph builds it from this.
    """

    content: bytes
    limits: Thresholds
    side: int
    shape: Mapping[str, int | str] = field(default_factory=dict)


def model_folders() -> tuple[Path, ...]:
    """Folders that may hold models: beside the library (sources, Slicer), and inside it (installed with pip)."""
    library = Path(StegoMedLib.__file__).resolve().parent
    return library.parent / "Resources" / "Models", library / "models"


def find_model(name: str = MODEL_NAME) -> ModelFile:
    """Find a model by its name and check it.

    Raises
    ------
    UnusableInputError
        It is missing, damaged, or made for another version of this library.
    """
    for folder in model_folders():
        if (folder / f"{name}.json").is_file():
            return read_sidecar(folder / f"{name}.json")
    raise UnusableInputError(f"The model '{name}' is missing; {_REMEDY}")


def read_sidecar(path: Path) -> ModelFile:
    """Read a model through the JSON file beside it, which says how it is used and which bytes it has.

    Raises
    ------
    UnusableInputError
        As `find_model`.
    """
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        side, shape = int(about["side"]), dict(about.get("shape", {}))
        usable = about["format"] == FORMAT and _SMALLEST <= side <= _LARGEST
        limits = Thresholds(float(about["score_threshold"]), float(about["mask_threshold"]))
        content = path.with_suffix(".onnx").read_bytes()
        whole = hashlib.sha256(content).hexdigest() == about["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableInputError(f"The model of {path.name} cannot be read; {_REMEDY}") from error
    if not usable:
        raise UnusableInputError(f"The model of {path.name} was made for another version of StegoMed; {_REMEDY}")
    if not whole:
        raise UnusableInputError(f"The model of {path.name} is damaged: its checksum is wrong; {_REMEDY}")
    return ModelFile(content, limits, side, shape)
