"""The profiles of StegoMed as methods of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import BLIND
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.lab.benchmark.methods import MethodFailedError
from StegoMedLib.pipeline.coding import coding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.methods import Method, Told
    from StegoMedLib.pipeline.coding import Coding
    from StegoMedLib.plane import Plane

__all__ = ["KEY", "OurProfile", "our_methods"]

KEY = bytes(range(32))
"""A locator key; comparisons need one, not a secret one."""

_PAPER = "saidi2024"


class OurProfile:
    """A profile under a fixed key.

    Parameters
    ----------
    name, settings : str
    codec : Coding
    """

    eight_bit = False

    def __init__(self, name: str, settings: str, codec: Coding) -> None:
        self.name, self.settings, self._codec = name, settings, codec
        self.group = "paper" if codec.info.needs_mask else "ours"
        self.needs = "mask, range of the stego plane, length" if codec.info.needs_mask else "nothing"

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego pixels (H, W)."""
        canvas = self._codec.profile.on(cover, self._air(told, cover))
        try:
            return canvas.embed(Payload(told.label, bits))
        except DoesNotFitError:
            raise MethodFailedError(f"it can carry {canvas.capacity} of {bits.size} bits") from None

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits; the length is looked up by the label that was read, as receivers do."""
        air = self._air(told, plane) if self._codec.info.needs_mask else None
        found = self._codec.profile.extract(plane, air, {told.label: told.length}.get)
        if found is None or found.bits.size < told.length:
            raise MethodFailedError("nothing can be read")
        return found.bits[: told.length]

    def _air(self, told: Told, plane: Plane) -> NDArray[np.bool_]:
        """The paper knows no guard: its profile takes the found mask as it is."""
        return pixels_of(told.outside if self._codec.info.needs_mask else told.usable, plane.shape)


def our_methods() -> list[Method]:
    """Every profile at its default strength; the paper's at the strength it prints, and at one integers bear."""
    ours: list[Method] = [OurProfile(name, "air only, stored values", coding(name, KEY)) for name in BLIND]
    papers: list[Method] = [
        OurProfile(f"{_PAPER}, β = {beta}", "outside the found mask, stored values", coding(_PAPER, KEY, beta=beta))
        for beta in (1000, 100)
    ]
    return ours + papers
