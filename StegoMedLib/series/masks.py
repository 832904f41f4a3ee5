"""Where the significant region of a slice comes from: a region finder, or masks that somebody has reviewed."""

from __future__ import annotations

from pathlib import Path
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
    from numpy.typing import NDArray

    from StegoMedLib.series.slice import Slice
    from StegoMedLib.series.stacks import Stack

__all__ = [
    "FinderMasks",
    "FolderMasks",
    "MaskSource",
    "VolumeMasks",
    "mask_levels",
    "mask_name",
    "mask_source",
    "read_mask",
    "write_mask",
]


class MaskSource(Protocol):
    """Gives the significant region of every slice of a series."""

    name: str

    @property
    def travels(self) -> bool:
        """Whether it can be pickled, and gives the same regions in another process."""

    def region(self, each: Slice) -> Region:
        """Significant region of a slice by itself, and what else may be it; all False when there is no body in it."""


class FinderMasks:
    """Masks by a region finder.

    Parameters
    ----------
    finder : RegionFinder
    engine : str or None
        The software by which another process makes the same; None where it cannot.
    """

    def __init__(self, finder: RegionFinder, engine: str | None = None) -> None:
        self.name = finder.name
        self._finder, self._engine = finder, engine

    @property
    def travels(self) -> bool:
        """See `MaskSource`."""
        return self._engine is not None

    def __reduce__(self) -> tuple[object, ...]:
        """By name: networks are loaded where they compute."""
        return mask_source, (self.name, self._engine, None)

    def region(self, each: Slice) -> Region:
        """What the finder finds in the plane alone, and what it is not sure of."""
        return self._finder.look(each.plane)


class FolderMasks:
    """Masks from PNG files named as `stegomed segment` names them; the body is white.

    Raises
    ------
    UnusableInputError
        By `region`, when a slice has no file, or one of another size.
    """

    name = "masks"
    travels = True

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UnusableInputError(
                f"{folder} is not a folder; name the folder of masks that 'stegomed segment' wrote."
            )
        self._folder = folder

    def region(self, each: Slice) -> Region:
        """The slice's mask, in the same sub-folder as its file: a person answers for it, and no finder is asked."""
        return Region(read_mask(self._folder / mask_name(each), each.plane.shape))


class VolumeMasks:
    """Masks of a volume as a viewer shows them, in the volume's rows and columns.

    Parameters
    ----------
    stack : Stack
        Turns them to the planes' rows and columns.
    masks : ndarray of bool, shape (S, H, W)
    suspects : ndarray of bool, shape (S, H, W), optional
        What else a finder may take for the body.
    """

    name = "segmentation"
    travels = False

    def __init__(self, stack: Stack, masks: NDArray[np.bool_], suspects: NDArray[np.bool_] | None = None) -> None:
        self._stack, self._masks, self._suspects = stack, masks, suspects

    def region(self, each: Slice) -> Region:
        """The mask of the slice of that number."""
        suspects = None if self._suspects is None else self._stack.turned(self._suspects[each.frame])
        return Region(self._stack.turned(self._masks[each.frame]), suspects)


def mask_source(finder: str, engine: str, masks: Path | None, threads: int = 0) -> MaskSource:
    """Give reviewed masks if there is a folder of them, else the finder of that name, as `make_finder` makes it."""
    return FolderMasks(masks) if masks is not None else FinderMasks(make_finder(finder, engine, threads), engine)


def mask_name(each: Slice) -> Path:
    """Name of a slice's mask: ``<stem>.png``, or ``<stem>_<frame>.png`` in a multi-frame object."""
    file = Path(each.name)
    stem = file.stem if file.suffix.lower() == ".dcm" else file.name
    return file.with_name(f"{stem}.png" if each.frames == 1 else f"{stem}_{each.frame}.png")


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
    return mask_levels(path, shape) > 0


def mask_levels(path: Path, shape: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Grey values of a mask; parameters and errors as of `read_mask`."""
    try:
        path.stat()
    except FileNotFoundError:
        raise UnusableInputError(
            f"There is no mask {path}; run 'stegomed segment' on this series, or draw the mask."
        ) from None
    except (OSError, ValueError):
        pass  # the reader says what is wrong with it
    return read_levels(path, shape)


def write_mask(path: Path, mask: NDArray[np.bool_]) -> None:
    """Write `mask` (H, W) as an 8-bit PNG of 0 and 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    about = PngInfo()
    about.add_text("Software", MASK_SOFTWARE)
    Image.fromarray(mask.astype(np.uint8) * np.uint8(255)).save(path, pnginfo=about)
