"""Photographs that come with packages: those of scikit-image, and of scikit-learn where it is installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["HELD_OUT", "Photograph", "photographs"]

HELD_OUT = ("chelsea", "coffee", "rocket")
"""Photographs that are never learnt from."""

_OF_SKIMAGE = (
    "astronaut",
    "chelsea",
    "coffee",
    "hubble_deep_field",
    "immunohistochemistry",
    "retina",
    "rocket",
    "stereo_motorcycle",
)
_OF_SKLEARN = ("china", "flower")


@dataclass(frozen=True, eq=False)
class Photograph:
    """A colour photograph.

    Attributes
    ----------
    name : str
    pixels : ndarray of uint8, shape (H, W, 3)
    """

    name: str
    pixels: NDArray[np.uint8]

    @property
    def held_out(self) -> bool:
        """Whether it is for measuring only."""
        return self.name in HELD_OUT


def photographs() -> list[Photograph]:
    """All that are installed.

    Raises
    ------
    UnusableInputError
        scikit-image is missing.
    """
    return [Photograph(name, np.ascontiguousarray(pixels)) for name, pixels in (*_of_skimage(), *_of_sklearn())]


def _of_skimage() -> Iterator[tuple[str, NDArray[np.uint8]]]:
    try:
        from skimage import data  # noqa: PLC0415  for the laboratory only
    except ImportError:
        raise UnusableInputError(
            "The photographs come with scikit-image, which is not installed; run: pip install scikit-image."
        ) from None
    for name in _OF_SKIMAGE:
        found = getattr(data, name)()
        yield name, found[0] if isinstance(found, tuple) else found  # of a stereo pair one is enough


def _of_sklearn() -> Iterator[tuple[str, NDArray[np.uint8]]]:
    try:
        from sklearn.datasets import load_sample_image  # noqa: PLC0415  for the laboratory only
    except ImportError:
        return
    for name in _OF_SKLEARN:
        yield name, load_sample_image(f"{name}.jpg")
