"""Where the patient is in a plane, and what must never be written."""

from StegoMedLib.regions.finder import ENGINES, FINDERS, RegionFinder, make_finder
from StegoMedLib.regions.guarding import BLOCK, guard, usable_blocks

__all__ = ["BLOCK", "ENGINES", "FINDERS", "RegionFinder", "guard", "make_finder", "usable_blocks"]
