"""Masks of single instances, by their UID."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.masks import read_mask
from StegoMedLib.series.region import Region

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.series.slice import Slice

__all__ = ["InstanceMasks"]

_UID = re.compile(r"[0-9.]{1,64}")


class InstanceMasks:
    """Masks from PNG files ``<SOPInstanceUID>.png``, or ``<SOPInstanceUID>_<frame>.png``; the body is white.

    Raises
    ------
    UnusableInputError
        By `region`, when an instance has no UID or no file, or one of another size.
    """

    name = "masks"
    travels = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def region(self, each: Slice) -> Region:
        """The slice's mask: a person answers for it, and no finder is asked."""
        uid = "" if each.header is None else str(each.header.get("SOPInstanceUID") or "")
        if _UID.fullmatch(uid) is None:  # it comes from anybody, and becomes the name of a file
            raise UnusableInputError("The instance has no lawful SOPInstanceUID, by which its mask is found.")
        frame = "" if each.frames == 1 else f"_{each.frame}"
        return Region(read_mask(self._folder / f"{uid}{frame}.png", each.plane.shape))
