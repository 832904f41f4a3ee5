"""Where the patient is in a plane, and what must never be written."""

from StegoMedLib.regions.finder import FINDERS, RegionFinder, make_finder
from StegoMedLib.regions.guarding import BLOCK, guard, usable_blocks

__all__ = ["BLOCK", "FINDERS", "RegionFinder", "guard", "make_finder", "usable_blocks"]
