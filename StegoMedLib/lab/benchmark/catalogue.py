"""The comparisons of ``stegomed benchmark``, light to load for help; a new one is a row here and a file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from StegoMedLib.lab.benchmark.request import Request, Results

__all__ = ["COMPARISONS", "Comparison"]


@dataclass(frozen=True)
class Comparison:
    """What a comparison does, in a line of help.

    Attributes
    ----------
    does : str
    module : str
        The one beside this whose ``results`` does it.
    numbers : tuple of (str, int, str)
        Whole numbers that it takes beside a `Request`: name, default, and what they are.
    files : tuple of (str, str)
        Files that it takes: name and what they are; each may be left out.
    """

    does: str
    module: str
    numbers: tuple[tuple[str, int, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def results(self, request: Request, **chosen: int | Path | None) -> Results:
        """Measure, and write what was found."""
        found: Results = import_module(f"StegoMedLib.lab.benchmark.{self.module}").results(request, **chosen)
        return found


COMPARISONS: Mapping[str, Comparison] = MappingProxyType(
    {
        "paper": Comparison("repeat the paper's tables with its rule and with our profiles", "paper"),
        "peers": Comparison(
            "compare our profiles with other methods: time, quality, errors",
            "peers_files",
            numbers=(("attacked", 2, "slices of each series to attack"),),
        ),
        "steganalysis": Comparison(
            "train detectors, and measure how well they recognise marked planes (needs scikit-learn)",
            "steganalysis_files",
        ),
        "safety": Comparison(
            "count the pixels of patients that are usable or changed, with reference masks (must be 0)", "safety_files"
        ),
        "photo": Comparison(
            "hide slices in photographs, by ours, by LSB and by a trained network (needs scikit-image and -learn)",
            "photo",
            numbers=(("pairs", 12, "slices to hide"),),
            files=(("weights", "last.pt of 'stegomed train photo'; without it there is no network"),),
        ),
        "deidentify": Comparison(
            "plant identifying values, and count what de-identifiers leave, break and give back", "deidentify_files"
        ),
    }
)
