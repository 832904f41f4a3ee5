"""Masks drawn as polygons in the VGG Image Annotator (VIA 1 and 2), as the paper's were.

VIA shows no DICOM; people draw on pictures named like their DICOM files. What is read may come from anybody.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["ViaPolygons", "draw_polygons"]

Polygon = tuple[tuple[float, float], ...]

_LARGEST_FILE = 16 * 2**20  # several thousand images of several hundred points; JSON takes 30 times that in memory
_MOST_POINTS = 20_000
"""Of the polygons of an image, all together: drawing takes their number times the image's rows."""
_LONGEST_NAME = 80
_FEWEST_POINTS = 3
_REMEDY = "save the project or export its annotations as JSON from VIA."
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
        return UnusableInputError(f"{self._path} {reason}; {_REMEDY}")

    def _entries(self) -> list[Any]:
        content = read_json(self._path, _LARGEST_FILE, _REMEDY)
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
            raise self._refuse("does not have the form that VIA writes")
        key = _key(name)
        if key in self._polygons:
            raise self._refuse(f"names two images '{_shown(key[1])}'")
        polygons = [self._polygon(region, name) for region in regions]
        if sum(len(polygon) for polygon in polygons) > _MOST_POINTS:
            raise self._refuse(f"has more than {_MOST_POINTS} points in '{_shown(name)}'")
        self._polygons[key] = polygons

    def _polygon(self, region: object, name: str) -> Polygon:
        shape = region.get("shape_attributes") if isinstance(region, dict) else None
        if not isinstance(shape, dict) or shape.get("name") not in ("polygon", "polyline"):
            raise self._refuse(f"has a region in '{_shown(name)}' that is not a polygon")
        across, down = shape.get("all_points_x"), shape.get("all_points_y")
        if not isinstance(across, list) or not isinstance(down, list):
            raise self._refuse(f"has a polygon without points in '{_shown(name)}'")
        if len(across) != len(down) or len(across) < _FEWEST_POINTS:
            raise self._refuse(f"has a polygon with a wrong number of points in '{_shown(name)}'")
        if not all(type(value) in (int, float) and math.isfinite(value) for value in across + down):
            raise self._refuse(f"has a polygon with points that are not numbers in '{_shown(name)}'")
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


def _shown(name: str) -> str:
    """Give a name out of the file as a sentence can show it: of sensible length, and without control characters."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in short)


def draw_polygons(polygons: list[Polygon], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Draw polygons, outlines included; bool, shape `shape`. Points are (column, row)."""
    picture = Image.new("1", (shape[1], shape[0]))
    pen = ImageDraw.Draw(picture)
    for polygon in polygons:
        pen.polygon(polygon, fill=1, outline=1)
    return np.array(picture, dtype=np.bool_)
