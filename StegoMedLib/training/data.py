"""Training pairs from folders: DICOM files on one side, reference masks on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.choices import LAYOUTS
from StegoMedLib.dicom import read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions import make_finder
from StegoMedLib.training.polygons import ViaPolygons
from StegoMedLib.training.references import read_reference
from StegoMedLib.training.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["LAYOUTS", "load_chaos", "load_pairs", "load_samples", "load_via"]

_LEAST_OF_BODY = 0.5
"""Masks that cover less of what looks like a body than this are masks of organs."""


def _pair(image: Path, mask: Path, series: str) -> Sample:
    plane = read_instance(image).plane(0)
    return Sample(f"{series}/{image.stem}", series, plane, read_reference(mask, plane.shape).patient)


def _images(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.dcm"))
    if not files:
        raise UnusableInputError(f"There is no DICOM file (*.dcm) in {folder}; check the folder's name.")
    return files


def load_pairs(images: Path, masks: Path, series: Sequence[str]) -> list[Sample]:
    """Load the single-frame images of some series with their reference masks.

    Parameters
    ----------
    images : Path
        Holds a folder ``<series>`` of ``<stem>.dcm`` for each series.
    masks : Path
        Holds ``<series>/<stem>.png``, white on the body, of the images' sizes; 128 is for what is not sure, and
        is not learnt as body.
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
    return [_pair(file, masks / name / f"{file.stem}.png", name) for name in series for file in _images(images / name)]


def load_via(images: Path, annotations: Path, series: Sequence[str]) -> list[Sample]:
    """Load the images of some series that have polygons in a JSON file of the VGG Image Annotator.

    Parameters
    ----------
    images, series
        As of `load_pairs`.
    annotations : Path
        A project or exported annotations; see `ViaPolygons`.

    Returns
    -------
    list of Sample
        Images without a polygon are left out: they were not annotated.

    Raises
    ------
    UnusableInputError
        A folder has no images or none with a polygon, or a file cannot be used.
    """
    polygons, found = ViaPolygons(annotations), []
    for name in series:
        planes = ((file, read_instance(file).plane(0)) for file in _images(images / name))
        drawn = ((file, plane, polygons.mask(name, file.stem, plane.shape)) for file, plane in planes)
        samples = [Sample(f"{name}/{file.stem}", name, plane, mask) for file, plane, mask in drawn if mask is not None]
        if not samples:
            raise UnusableInputError(f"{annotations} has no polygon for an image of {images / name}; check its names.")
        found += samples
    return found


def _chaos_pairs(images: Path, masks: Path, series: str) -> Iterable[tuple[Path, Path]]:
    """Pair the files of one CHAOS series: by name with masks of ``stegomed segment``, else by order with ``Ground``."""
    phases = [folder for folder in ("InPhase", "OutPhase") if (images / series / "DICOM_anon" / folder).is_dir()]
    for phase in phases or [""]:
        files = _images(images / series / "DICOM_anon" / phase)
        named = [masks / series / "DICOM_anon" / phase / f"{file.stem}.png" for file in files]
        drawn = named if named[0].is_file() else sorted((masks / series / "Ground").glob("*.png"))
        if len(drawn) != len(files):
            raise UnusableInputError(
                f"{series} of CHAOS has {len(files)} images and {len(drawn)} masks; give each image its mask."
            )
        yield from zip(files, drawn, strict=True)


def _refuse_organs(samples: Sequence[Sample], series: str) -> None:
    finder = make_finder("threshold")
    body = sum(int(np.count_nonzero(finder.find(sample.plane))) for sample in samples)
    drawn = sum(int(np.count_nonzero(sample.mask)) for sample in samples)
    if drawn < _LEAST_OF_BODY * body:
        raise UnusableInputError(
            f"The masks of {series} cover {drawn / body:.0%} of what looks like a body: CHAOS marks organs in Ground. "
            "Make masks of the body with 'stegomed segment', correct them, and name their folder."
        )


def load_chaos(images: Path, masks: Path, series: Sequence[str]) -> list[Sample]:
    """Load series of the CHAOS challenge (https://chaos.grand-challenge.org) where its archive was unpacked.

    CHAOS's own reference masks show liver, kidneys and spleen, never the body. They are refused; body masks take their
    place.

    Parameters
    ----------
    images : Path
        ``Train_Sets``: holds ``CT/<n>/DICOM_anon/*.dcm``, ``MR/<n>/T2SPIR/DICOM_anon/*.dcm``, and
        ``MR/<n>/T1DUAL/DICOM_anon/InPhase`` and ``OutPhase``, which share their masks.
    masks : Path
        Laid out alike, with ``<stem>.png`` where the images have ``<stem>.dcm`` (``stegomed segment Train_Sets --out
        MASKS`` does so), or with as many ``Ground/*.png``, in the images' order.
    series : sequence of str
        ``CT/<n>``, ``MR/<n>/T1DUAL``, ``MR/<n>/T2SPIR``.

    Returns
    -------
    list of Sample

    Raises
    ------
    UnusableInputError
        A file is missing or cannot be used, or masks are of organs.
    """
    found = []
    for name in series:
        samples = [_pair(image, mask, name) for image, mask in _chaos_pairs(images, masks, name)]
        _refuse_organs(samples, name)
        found += samples
    return found


def load_samples(images: Path, masks: Path, series: Sequence[str], layout: str = LAYOUTS[0]) -> list[Sample]:
    """Load images with reference masks, whatever they come from; see `load_pairs`, `load_via` and `load_chaos`."""
    if layout == "chaos":
        return load_chaos(images, masks, series)
    return load_via(images, masks, series) if masks.suffix.lower() == ".json" else load_pairs(images, masks, series)
