"""The shipped model: where it lies, and whether it is whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_file, read_json
from StegoMedLib.regions.paste import Thresholds
from StegoMedLib.resources import find_resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FORMAT", "LARGEST_MODEL", "MODEL_NAME", "ModelFile", "find_model", "read_sidecar"]

MODEL_NAME = "body_maskrcnn"
FORMAT = 1
"""Version of the JSON file and of what the network is shown."""
LARGEST_MODEL = 512 * 2**20
"""Bytes of an ONNX file; twice that of the largest network that is trained here, unrounded."""
_LARGEST_SIDECAR = 64 * 2**10
_SMALLEST, _LARGEST = 32, 2048  # sides of a square that a network may ask for
_REMEDY = "install StegoMed again, or choose the finder 'threshold'."


@dataclass(frozen=True)
class ModelFile:
    """A checked model.

    Attributes
    ----------
    content : bytes
        The ONNX file.
    limits, side : Thresholds and int
        What was chosen on the validation images; rows and columns of the square that the network sees.
    shape : mapping of str to int or str
        What defines the network apart from its weights (`StegoMedLib.regions.network.ModelShape`); an engine
        that cannot read the graph builds it from this.
    """

    content: bytes
    limits: Thresholds
    side: int
    shape: Mapping[str, int | str] = field(default_factory=dict)


def find_model(name: str = MODEL_NAME) -> ModelFile:
    """Find a model by its name and check it.

    Raises
    ------
    UnusableInputError
        It is missing, damaged, or made for another version of this library.
    """
    sidecar = find_resource("Models", f"{name}.json")
    if sidecar is None:
        raise UnusableInputError(f"The model '{name}' is missing; {_REMEDY}")
    return read_sidecar(sidecar)


def read_sidecar(path: Path) -> ModelFile:
    """Read a model through the JSON file beside it, which says how it is used and which bytes it has.

    Raises
    ------
    UnusableInputError
        As `find_model`.
    """
    about = _about(read_json(path, _LARGEST_SIDECAR, _REMEDY))
    if about is None:
        raise UnusableInputError(f"The model of {path.name} cannot be read; {_REMEDY}")
    if about.format != FORMAT or not _SMALLEST <= about.side <= _LARGEST:
        raise UnusableInputError(f"The model of {path.name} was made for another version of StegoMed; {_REMEDY}")
    content = read_file(path.with_suffix(".onnx"), LARGEST_MODEL, _REMEDY)
    if hashlib.sha256(content).hexdigest() != about.checksum:
        raise UnusableInputError(f"The model of {path.name} is damaged: its checksum is wrong; {_REMEDY}")
    return ModelFile(content, about.limits, about.side, about.shape)


@dataclass(frozen=True)
class _About:
    """What the JSON file says."""

    format: object
    side: int
    shape: Mapping[str, int | str]
    limits: Thresholds
    checksum: str


def _about(content: object) -> _About | None:
    """Take what is needed out of the JSON file; None where something is missing, or of another kind than it should."""
    if not isinstance(content, dict):
        return None
    side, shape, checksum = content.get("side"), content.get("shape", {}), content.get("sha256")
    score, mask = content.get("score_threshold"), content.get("mask_threshold")
    if type(side) is not int or not isinstance(checksum, str) or not isinstance(shape, dict):
        return None
    if not _is_share(score) or not _is_share(mask) or not all(type(value) in (int, str) for value in shape.values()):
        return None
    return _About(content.get("format"), side, shape, Thresholds(float(score), float(mask)), checksum)


def _is_share(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and type(value) is not bool and 0 <= value <= 1
