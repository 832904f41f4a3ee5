"""Profile ``saidi2024``: the rule of Saidi, Tibermacine and Elhadad as printed, kept for comparison, never a default.

H. Saidi, O. Tibermacine, A. Elhadad, *High-capacity data hiding for medical images based on the mask-RCNN model*,
Scientific Reports 14:7166 (2024). The plane is scaled to [0, 1] by its own minimum and maximum; the n-th block outside
the mask carries the n-th bit in one DCT coefficient, whose magnitude is moved to the lower (bit 0) or upper (bit 1) end
of its cell of width ``4 / beta`` (their Eq. 7, its upper bound read as ``4 (k + 1) / beta``, the sign kept):

    |c'| = 4 (k + alpha) / beta        for bit 0
    |c'| = 4 (k + 1 - alpha) / beta    for bit 1,        k = floor(|c| beta / 4)

Which of the mid-frequency coefficients carries the bit does not show in the figures; (1, 1) is used here. The receiver
needs the same mask, the same minimum and maximum, and values that storage as integers has not moved over a cell's edge:
at the printed beta = 1000 none of these holds in general, which is what the comparison shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.blocks import BLOCK, dct_basis, join_blocks, split_blocks
from StegoMedLib.codec.multiplying import times
from StegoMedLib.codec.profile import LengthOf, Payload
from StegoMedLib.errors import DoesNotFitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Saidi2024"]

_COEFFICIENT = BLOCK + 1
"""(1, 1), row-major."""


class Saidi2024:
    """The paper's rule.

    Parameters
    ----------
    alpha : float
        Distance of a bit from its end of the cell, as a part of the cell.
    beta : float
        Strength: cells are ``4 / beta`` wide on the [0, 1] scale.
    """

    def __init__(self, alpha: float = 0.02, beta: float = 1000.0) -> None:
        self._alpha, self._cell = alpha, 4.0 / beta

    def room(self, plane: Plane, usable: NDArray[np.bool_]) -> int:
        """One bit for each block of `usable` (H // 4, W // 4); none in a constant plane, which has no scale."""
        return int(usable.sum()) if plane.pixels.min() < plane.pixels.max() else 0

    def embed(self, plane: Plane, usable: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
        """Hide the bits of `payload`, then round to integers and clip to the legal range, as a file has to.

        Raises
        ------
        DoesNotFitError
            When there are fewer usable blocks than bits.
        """
        low, span = _scale(plane.pixels)
        stored = np.rint(self.embed_unrounded(plane, usable, payload) * span + low)
        stego = np.clip(stored, plane.low, plane.high).astype(np.int32)
        return join_blocks(plane.pixels, np.where(usable.reshape(-1, 1), _blocks(stego), _blocks(plane.pixels)))

    def embed_unrounded(self, plane: Plane, usable: NDArray[np.bool_], payload: Payload) -> NDArray[np.float64]:
        """Stego plane (H, W) on the [0, 1] scale before it is rounded: what the paper's PSNR is taken of."""
        if payload.bits.size > self.room(plane, usable):
            raise DoesNotFitError(
                f"The {payload.bits.size} bits of the symbol need as many usable blocks; hide a shorter record."
            )
        low, span = _scale(plane.pixels)
        scaled = (plane.pixels - low) / span
        blocks = split_blocks(scaled).astype(np.float64)
        chosen = np.flatnonzero(usable.ravel())[: payload.bits.size]
        basis = dct_basis()[:, _COEFFICIENT]
        coefficient = times(blocks[chosen], basis)
        cell = np.floor(np.abs(coefficient) / self._cell)
        place = np.where(payload.bits, 1 - self._alpha, self._alpha)
        moved = np.where(coefficient < 0, -1.0, 1.0) * (cell + place) * self._cell
        blocks[chosen] += (moved - coefficient)[:, None] * basis
        down, across = usable.shape
        tiles = blocks.reshape(down, across, BLOCK, BLOCK).swapaxes(1, 2).reshape(down * BLOCK, across * BLOCK)
        scaled[: down * BLOCK, : across * BLOCK] = tiles
        return np.asarray(scaled, dtype=np.float64)

    def extract(self, plane: Plane, usable: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Bits of all `usable` blocks in sequence, without a label; None without a mask or in a constant plane."""
        del length_of
        if usable is None or self.room(plane, usable) == 0:
            return None
        low, span = _scale(plane.pixels)
        blocks = _blocks(plane.pixels)[usable.ravel()]
        coefficient = times((blocks - low) / span, dct_basis()[:, _COEFFICIENT])
        return Payload(0, np.mod(2 * np.abs(coefficient) / self._cell, 2) >= 1)


def _scale(pixels: NDArray[np.int32]) -> tuple[float, float]:
    """Minimum and range of a plane."""
    low = float(pixels.min())
    return low, float(pixels.max()) - low


def _blocks(pixels: NDArray[np.int32]) -> NDArray[np.int32]:
    return split_blocks(pixels).astype(np.int32)
