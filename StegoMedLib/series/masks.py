"""Where the significant region of a slice comes from: a region finder, or masks that somebody has reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions import RegionFinder, make_finder
from StegoMedLib.series.carrying import MASK_SOFTWARE
from StegoMedLib.series.mask_pictures import read_levels
from StegoMedLib.series.region import Region

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = [
    "FinderMasks",
    "FolderMasks",
    "MaskSource",
    "Reference",
    "mask_name",
    "mask_source",
    "read_mask",
    "read_reference",
    "write_mask",
]

_UNSURE = 128
"""Grey value of reference masks for what is neither the patient for sure nor air for sure."""


class MaskSource(Protocol):
    """Gives the significant region of every slice of a series."""

    name: str

    def mask(self, file: Path, frame: int, frames: int, plane: Plane) -> NDArray[np.bool_]:
        """Significant region of a slice; bool, shape (H, W), all False when there is no body in it.

        Parameters
        ----------
        file : Path
            The instance, relative to the series' folder.
        frame, frames : int
            Number of the frame in the instance, and how many there are.
        plane : Plane
        """

    def region(self, file: Path, frame: int, frames: int, plane: Plane) -> Region:
        """Significant region of a slice, and what else may be it; parameters as of `mask`."""


class FinderMasks:
    """Masks by a region finder."""

    def __init__(self, finder: RegionFinder) -> None:
        self.name = finder.name
        self._finder = finder

    def mask(self, file: Path, frame: int, frames: int, plane: Plane) -> NDArray[np.bool_]:
        """What the finder finds in the plane alone."""
        return self.region(file, frame, frames, plane).significant

    def region(self, file: Path, frame: int, frames: int, plane: Plane) -> Region:
        """What the finder finds in the plane alone, and what it is not sure of."""
        del file, frame, frames
        found = self._finder.look(plane)
        return Region(found.significant, found.suspect)


class FolderMasks:
    """Masks from PNG files named as `stegomed segment` names them; the body is white.

    Raises
    ------
    UnusableInputError
        By `mask`, when a slice has no file, or one of another size.
    """

    name = "masks"

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UnusableInputError(f"{folder} is no folder; name the folder of masks that 'stegomed segment' wrote.")
        self._folder = folder

    def mask(self, file: Path, frame: int, frames: int, plane: Plane) -> NDArray[np.bool_]:
        """The file's mask, in the same sub-folder as the file."""
        return read_mask(self._folder / mask_name(file, frame, frames), plane.shape)

    def region(self, file: Path, frame: int, frames: int, plane: Plane) -> Region:
        """The file's mask: a person answers for it, and no finder is asked."""
        return Region(self.mask(file, frame, frames, plane))


def mask_source(finder: str, engine: str, masks: Path | None) -> MaskSource:
    """Reviewed masks where a folder of them is given, else the finder of that name."""
    return FolderMasks(masks) if masks is not None else FinderMasks(make_finder(finder, engine))


def mask_name(file: Path, frame: int, frames: int) -> Path:
    """Name of a slice's mask: ``<stem>.png``, or ``<stem>_<frame>.png`` in a multi-frame object."""
    stem = file.stem if file.suffix.lower() == ".dcm" else file.name
    return file.with_name(f"{stem}.png" if frames == 1 else f"{stem}_{frame}.png")


def read_mask(path: Path, shape: tuple[int, int] | None = None) -> NDArray[np.bool_]:
    """Read a mask; bool, shape (H, W), True where the picture is not black.

    Parameters
    ----------
    path : Path
    shape : tuple of (int, int), optional
        Rows and columns of the slice; a picture of another size is refused before it is decoded.

    Raises
    ------
    UnusableInputError
        When there is no such picture.
    """
    return _levels(path, shape) > 0


@dataclass(frozen=True)
class Reference:
    """A reference mask of two or three grey values.

    Attributes
    ----------
    patient, unsure : ndarray of bool, shape (H, W)
        What is the patient, and what is neither that nor air for sure (grey value 128). The rest is air or padding.
    """

    patient: NDArray[np.bool_]
    unsure: NDArray[np.bool_]


def read_reference(path: Path, shape: tuple[int, int] | None = None) -> Reference:
    """Read a reference mask; parameters and errors as of `read_mask`."""
    levels = _levels(path, shape)
    unsure = levels == _UNSURE
    return Reference((levels > 0) & ~unsure, unsure)


def _levels(path: Path, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    if _is_missing(path):
        raise UnusableInputError(f"There is no mask {path}; run 'stegomed segment' on this series, or draw the mask.")
    return read_levels(path, shape)


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except (OSError, ValueError):  # the reader says what is wrong with it
        return False
    return False


def write_mask(path: Path, mask: NDArray[np.bool_]) -> None:
    """Write `mask` (H, W) as an 8-bit PNG of 0 and 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = PngInfo()
    about.add_text("Software", MASK_SOFTWARE)
    Image.fromarray(mask.astype(np.uint8) * np.uint8(255)).save(path, pnginfo=about)
