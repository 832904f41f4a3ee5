"""Masks drawn as polygons in the VGG Image Annotator (VIA 1 and 2), as the paper's were.

VIA shows no DICOM; people draw on pictures named like their DICOM files. What is read may come from anybody.
"""

from __future__ import annotations

import json
import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["ViaPolygons", "draw_polygons"]

Polygon = tuple[tuple[float, float], ...]

_LARGEST_FILE = 64 * 2**20
_MOST_POINTS = 100_000
_FEWEST_POINTS = 3
_IMAGES = "_via_img_metadata"  # where a project keeps them; an export of annotations is that part alone


class ViaPolygons:
    """The polygons of a project or of exported annotations.

    Parameters
    ----------
    path : Path
        The JSON file.

    Raises
    ------
    UnusableInputError
        It cannot be read, is none of VIA's, or holds other shapes than polygons.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._polygons: dict[tuple[str, str], list[Polygon]] = {}
        for entry in self._entries():
            self._add(entry)

    def _refuse(self, reason: str) -> UnusableInputError:
        return UnusableInputError(
            f"{self._path} {reason}; save the project or export its annotations as JSON from VIA."
        )

    def _entries(self) -> list[Any]:
        try:
            if self._path.stat().st_size > _LARGEST_FILE:
                raise self._refuse("is too large for annotations")
            content = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise self._refuse("cannot be read as JSON") from error
        images = content.get(_IMAGES, content) if isinstance(content, dict) else None
        if not isinstance(images, dict):
            raise self._refuse("holds no annotated images")
        return list(images.values())

    def _add(self, entry: object) -> None:
        """Take over the regions of one image."""
        name = entry.get("filename") if isinstance(entry, dict) else None
        regions = entry.get("regions") if isinstance(entry, dict) else None
        if isinstance(regions, dict):  # VIA 1 numbers them
            regions = list(regions.values())
        if not isinstance(name, str) or not isinstance(regions, list):
            raise self._refuse("is not written as VIA writes")
        key = _key(name)
        if key in self._polygons:
            raise self._refuse(f"names two images '{key[1]}'")
        self._polygons[key] = [self._polygon(region, name) for region in regions]

    def _polygon(self, region: object, name: str) -> Polygon:
        shape = region.get("shape_attributes") if isinstance(region, dict) else None
        if not isinstance(shape, dict) or shape.get("name") not in ("polygon", "polyline"):
            raise self._refuse(f"has a region in '{name}' that is no polygon")
        across, down = shape.get("all_points_x"), shape.get("all_points_y")
        if not isinstance(across, list) or not isinstance(down, list):
            raise self._refuse(f"has a polygon without points in '{name}'")
        if len(across) != len(down) or not _FEWEST_POINTS <= len(across) <= _MOST_POINTS:
            raise self._refuse(f"has a polygon with a wrong number of points in '{name}'")
        if not all(type(value) in (int, float) and math.isfinite(value) for value in across + down):
            raise self._refuse(f"has a polygon with points that are no numbers in '{name}'")
        return tuple((float(x), float(y)) for x, y in zip(across, down, strict=True))

    def mask(self, series: str, stem: str, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
        """Draw the mask of an image.

        Parameters
        ----------
        series, stem : str
            A file named ``<series>/<stem>.<anything>`` in VIA is meant, else one named ``<stem>.<anything>``.
        shape : tuple of (int, int)
            Rows and columns.

        Returns
        -------
        ndarray of bool, shape `shape`, or None
            True in any of its polygons. None where there is no polygon: VIA lists images before they are annotated.

        Raises
        ------
        UnusableInputError
            A polygon lies outside the image.
        """
        last = PurePosixPath(series).name
        polygons = self._polygons.get((last, stem)) or self._polygons.get(("", stem))
        if not polygons:
            return None
        rows, columns = shape
        for polygon in polygons:
            if not all(-1 <= x <= columns + 1 and -1 <= y <= rows + 1 for x, y in polygon):
                raise self._refuse(f"has a polygon outside its image '{stem}' of {columns}x{rows} pixels")
        return draw_polygons(polygons, shape)


def _key(name: str) -> tuple[str, str]:
    """Split a file name of VIA into the name of its folder, if any, and its stem; ``.dcm.png`` is one ending."""
    path = PurePosixPath(name.replace("\\", "/"))
    stem = path.stem.removesuffix(".dcm")
    return path.parent.name, stem


def draw_polygons(polygons: list[Polygon], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Draw polygons, outlines included; bool, shape `shape`. Points are (column, row)."""
    picture = Image.new("1", (shape[1], shape[0]))
    pen = ImageDraw.Draw(picture)
    for polygon in polygons:
        pen.polygon(polygon, fill=1, outline=1)
    return np.array(picture, dtype=np.bool_)
