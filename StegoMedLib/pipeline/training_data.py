"""Training pairs from folders: DICOM files on one side, reference masks as PNG on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.masks import read_mask
from StegoMedLib.regions.training.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


__all__ = ["load_pairs"]


def _pair(image: Path, mask: Path, series: str) -> Sample:
    plane, reference = read_instance(image).plane(0), read_mask(mask)
    if reference.shape != plane.shape:
        raise UnusableInputError(f"The reference mask {mask} has another size than its image; make it from that image.")
    return Sample(f"{series}/{image.stem}", series, plane, reference)


def load_pairs(images: Path, masks: Path, series: Sequence[str]) -> list[Sample]:
    """Load the single-frame images of some series with their reference masks.

    Parameters
    ----------
    images : Path
        Holds a folder ``<series>`` of ``<stem>.dcm`` for each series.
    masks : Path
        Holds ``<series>/<stem>.png``, not 0 on the body, of the images' sizes.
    series : sequence of str
        Names of the folders.

    Returns
    -------
    list of Sample
        In the order of the names, then of the file names.

    Raises
    ------
    UnusableInputError
        A folder has no images, an image cannot be read, or its mask is missing or does not fit.
    """
    found = []
    for name in series:
        files = sorted((images / name).glob("*.dcm"))
        if not files:
            raise UnusableInputError(f"There is no DICOM file (*.dcm) in {images / name}; check the folder's name.")
        found += [_pair(file, masks / name / f"{file.stem}.png", name) for file in files]
    return found
