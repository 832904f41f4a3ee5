"""Finds the patient in a plane, and proves which pixels are air."""

from StegoMedLib.regions.finder import RegionFinder, make_finder
from StegoMedLib.regions.guarding import Proof, guard, prove
from StegoMedLib.regions.reasons import REMEDIES, SENTENCES, WHOLE, Reason
from StegoMedLib.regions.region import Region

__all__ = [
    "REMEDIES",
    "SENTENCES",
    "WHOLE",
    "Proof",
    "Reason",
    "Region",
    "RegionFinder",
    "guard",
    "make_finder",
    "prove",
]
