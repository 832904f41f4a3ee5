"""Medical slices to hide: windowed to 8 bits, of patients to learn from, and of others to measure with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.pictures.canvas import window_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.dicom import Instance
    from StegoMedLib.plane import Plane

__all__ = ["Secret", "eight_bits", "load_secrets"]

_MOST = 400
"""Slices that are taken of a folder, evenly: all in memory at a time."""

_APART = 4
"""Of so many patients, the first is held out."""

_WHITE = 255.0


@dataclass(frozen=True, eq=False)
class Secret:
    """A slice to hide.

    Attributes
    ----------
    name : str
        Its file, relative to the folder that was named.
    pixels : ndarray of uint8, shape (H, W)
    held_out : bool
        Whether it is for measuring only.
    """

    name: str
    pixels: NDArray[np.uint8]
    held_out: bool


def load_secrets(folder: Path) -> list[Secret]:
    """Slices of all DICOM images in a folder, those of every fourth patient held out.

    Whole patients are held out: series of one are much alike. Patients are counted in the order of their first files.

    Raises
    ------
    UnusableInputError
        The folder holds no images, or those of one patient only; or an image cannot be read.
    """
    images = list_files(folder).images
    count = min(len(images), _MOST)
    chosen = [images[place] for place in np.linspace(0, len(images) - 1, count).round().astype(int)]
    found = [(path, read_instance(path, accept_lossy=True)) for path in chosen]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(_patient(each) for _, each in found))}
    if len(numbers) == 1:
        raise UnusableInputError(
            f"The images in {folder} are of one patient; give those of two or more, to learn from and to measure with."
        )
    return [
        Secret(path.relative_to(folder).as_posix(), eight_bits(each.plane(0)), numbers[_patient(each)] % _APART == 0)
        for path, each in found
    ]


def _patient(instance: Instance) -> str:
    """Whose image it is: a patient, or a study where nobody is named."""
    return str(instance.dataset.get("PatientID") or instance.dataset.get("StudyInstanceUID") or "")


def eight_bits(plane: Plane) -> NDArray[np.uint8]:
    """What a screen shows of a plane, from 0 to 255; uint8, shape (H, W)."""
    black, white = window_of(plane)
    shown = (plane.pixels - black) * (_WHITE / ((white - black) or 1.0))
    return np.asarray(np.clip(np.rint(shown), 0, _WHITE), dtype=np.uint8)
