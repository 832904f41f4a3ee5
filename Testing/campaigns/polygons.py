"""Annotations of the VGG Image Annotator as strangers damage them.

Whatever is read draws masks of the images' size, or is refused in a sentence.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.training.polygons import ViaPolygons
from Testing.campaigns.campaign import WrongResultError
from Testing.campaigns.mutators import mutate_json

if TYPE_CHECKING:
    import random
    from pathlib import Path

__all__ = ["CAMPAIGN", "Polygons"]

_SHAPE = (40, 50)


def _entry(name: str, *outlines: tuple[list[float], list[float]]) -> dict[str, Any]:
    regions = [
        {"shape_attributes": {"name": "polygon", "all_points_x": across, "all_points_y": down}, "region_attributes": {}}
        for across, down in outlines
    ]
    return {"filename": name, "size": 1000, "regions": regions, "file_attributes": {}}


_ONE = _entry("one.png", ([5, 30, 30, 5], [5, 5, 30, 30]), ([40, 45.5, 45.5], [1.5, 1.5, 20]))
_OLD = {**_entry("one.dcm.png"), "regions": {"0": _ONE["regions"][0]}}
_FILES: tuple[dict[str, Any], ...] = (
    {"one.png1000": _ONE, "two.png1": _entry("two.png")},
    {"_via_settings": {}, "_via_img_metadata": {"a": _ONE, "b": _entry("series\\two.png", ([1, 2, 3], [1, 2, 1]))}},
    {"one.dcm.png1000": _OLD},
)


class Polygons:
    """See the module; an input is the content of the file."""

    name = "polygons"

    def prepare(self, folder: Path) -> None:
        """Nothing but the place of the file is needed."""
        self._place = folder / "via.json"

    def make(self, chance: random.Random) -> bytes:
        """Change an export or a project, version 1 or 2."""
        return mutate_json(chance, chance.choice(_FILES))

    def judge(self, content: bytes) -> str:
        """Read the file, and draw the images that it names."""
        self._place.write_bytes(content)
        found = ViaPolygons(self._place)
        drawn = 0
        for stem in ("one", "two"):
            mask = found.mask("CT/series", stem, _SHAPE)
            if mask is not None and (mask.shape != _SHAPE or mask.dtype != np.bool_ or not mask.any()):
                raise WrongResultError("no mask of the image")
            drawn += mask is not None
        if drawn and not _names(json.loads(content, parse_int=float), {"one", "two"}):
            raise WrongResultError("an image that the file does not name")
        return "read"


def _names(content: Any, stems: set[str]) -> bool:
    images = content.get("_via_img_metadata", content)
    names = [str(each["filename"]).replace("\\", "/") for each in images.values()]
    return any(PurePosixPath(name).stem.removesuffix(".dcm") in stems for name in names)


CAMPAIGN = Polygons()
