"""Region finders by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from StegoMedLib.choices import ENGINES, FINDERS
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions.region import Region

__all__ = ["RegionFinder", "make_finder"]


class RegionFinder(Protocol):
    """Anything that maps a plane to its significant region."""

    @property
    def name(self) -> str:
        """What the finder is called, for reports."""

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        """Mark the significant region; bool, shape (H, W), all False where there is no body."""

    def look(self, plane: Plane) -> Region:
        """Mark the significant region, and what else may be it."""


def make_finder(name: str, engine: str = "auto", threads: int = 0) -> RegionFinder:
    """Make a region finder.

    Parameters
    ----------
    name : str
        One of `FINDERS`.
    engine : str
        One of `ENGINES`: what runs the network.
    threads : int
        With which ONNX Runtime computes; 0 for as many as there are cores.

    Raises
    ------
    UsageError
        The name or the engine is unknown.
    UnusableInputError
        The model or the package that runs it is missing or cannot be used.
    """
    if name not in FINDERS:
        raise UsageError(f"There is no region finder '{name}'; choose one of {', '.join(FINDERS)}.")
    if engine not in ENGINES:
        raise UsageError(f"There is no engine '{engine}'; choose one of {', '.join(ENGINES)}.")
    return cast("RegionFinder", import_module(f"StegoMedLib.regions.{name}").make(engine, threads))
