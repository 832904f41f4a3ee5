"""Real slices that the paper's tables are repeated on: the CHAOS test series, and the MR of the validation split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.dicom import list_files
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.files import FilePart
from StegoMedLib.series.masks import FolderMasks
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["GROUPS", "Cover", "covers", "outside"]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "CHAOS CT": ("ct_abdomen_chaos3",),
    "validation MR": ("mr_head_datalad_t1", "mr_abdomen_pydicom_overlay"),
}
"""Series by what tables call them."""


@dataclass(frozen=True, eq=False)
class Cover:
    """A slice to hide in.

    Attributes
    ----------
    group, series, file : str
    plane : Plane
    significant : ndarray of bool, shape (H, W)
        The reference mask of the body.
    outside : ndarray of bool, shape (H // 4, W // 4)
        Blocks without a pixel of that mask: what the paper uses.
    usable : ndarray of bool, shape (H // 4, W // 4)
        Blocks that the guard around that mask leaves: what our profiles use.
    """

    group: str
    series: str
    file: str
    plane: Plane
    significant: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def covers(data: Path, most: int | None = None) -> Iterator[Cover]:
    """Slices of all groups, at most `most` of each series, evenly picked.

    Parameters
    ----------
    data : Path
        Folder with the series in ``curated/`` and their masks in ``masks/curated/``.

    Raises
    ------
    UnusableInputError
        When a series or a mask is missing.
    """
    for group, names in GROUPS.items():
        for name in names:
            yield from _series(data, group, name, most)


def outside(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Blocks (H // 4, W // 4) without a pixel of `mask` (H, W)."""
    return usable_blocks(~mask)


def _series(data: Path, group: str, name: str, most: int | None) -> Iterator[Cover]:
    folder, masks = data / "curated" / name, data / "masks" / "curated" / name
    if not folder.is_dir() or not masks.is_dir():
        raise UnusableInputError(
            f"The series {name} or its masks are not in {data}; name the folder with curated/ and masks/curated/ by "
            "--data."
        )
    reviewed, images = FolderMasks(masks), list_files(folder).images
    count = len(images) if most is None else min(most, len(images))
    for index in np.linspace(0, len(images) - 1, count).round().astype(int):
        each = FilePart(images[index], images[index].name).slice(0)
        plane, significant = each.plane, reviewed.region(each).significant
        free, usable = outside(significant), usable_blocks(air_of(plane, significant))
        yield Cover(group, name, images[index].name, plane, significant, free, usable)
