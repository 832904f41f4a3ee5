"""The default finder: a Mask R-CNN (He et al., ICCV 2017) for the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.regions.model_files import ModelFile, find_model
from StegoMedLib.regions.morphology import fill
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Detections, Thresholds, paste_each
from StegoMedLib.regions.prepare import SIDE, prepare
from StegoMedLib.regions.region import Region
from StegoMedLib.regions.snap import snap
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.regions.tissue import contrast, shows_body, surroundings
from StegoMedLib.regions.torch_engine import TorchEngine, gpu_at_hand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["CHANCE", "Engine", "MaskRcnnFinder", "make", "make_engine"]

# Less than what counts as the body: where the network gives so much, it is not sure that there is none.
CHANCE = Thresholds(score=0.3, mask=0.15)


class Engine(Protocol):
    """Anything that runs the network."""

    def detect(self, image: NDArray[np.float32]) -> Detections:
        """Run the network on one image of shape (3, side, side)."""


class MaskRcnnFinder:
    """Finds the body with a network; array code pastes its masks and snaps them, the same for every engine.

    The square that the network sees has `side` rows and columns.
    """

    name = "maskrcnn"

    def __init__(self, engine: Engine, limits: Thresholds, side: int = SIDE) -> None:
        self._engine = engine
        self._limits = limits
        self._side = side
        self._baseline = ThresholdFinder()

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        """Find the body; see `look`."""
        return self.look(plane).significant

    def look(self, plane: Plane) -> Region:
        """Find the body, and what may be it.

        Returns
        -------
        Region
            The significant region is empty on a plane of noise, which the network is not asked about, and where the
            network finds nothing. Suspect is what the network gives some chance, and what the baseline finds.
        """
        seen = contrast(plane)
        if not shows_body(plane, seen):
            nothing = np.zeros(plane.shape, dtype=np.bool_)
            return Region(nothing, nothing)
        prepared = prepare(plane, self._side, surroundings(plane, seen))
        detections = self._engine.detect(prepared.image)
        coarse, chance = paste_each(detections, prepared, plane.shape, (self._limits, CHANCE))
        found = snap(plane, seen, coarse)
        # Outside the body padding is none of it; inside, a value taken for padding is a hole in nothing but the mask.
        return Region(fill(found & ~plane.padding_mask), chance | self._baseline.body(plane, seen))


def make(engine: str, threads: int) -> MaskRcnnFinder:
    """The finder with the model at hand; raises as `StegoMedLib.regions.finder.make_finder` does."""
    model = find_model()
    return MaskRcnnFinder(make_engine(engine, model, threads), model.limits, model.side)


def make_engine(name: str, model: ModelFile, threads: int = 0) -> Engine:
    """Make what runs the network, by one of the names in `ENGINES`."""
    if name == "torch":
        return TorchEngine(model.content, model.shape)
    if name == "auto" and gpu_at_hand():
        try:
            return TorchEngine(model.content, model.shape)
        except UnusableInputError:
            pass  # what was not asked for need not work
    return OnnxEngine(model.content, threads)
