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

import secrets
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import BLOCK, join_blocks, split_blocks
from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.codec.dct import dct_basis
from StegoMedLib.codec.multiplying import times
from StegoMedLib.codec.profile import Binder, Canvas, LengthOf, Payload, Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["Saidi2024"]

_COEFFICIENT = BLOCK + 1
"""(1, 1), row-major."""


class Saidi2024(Profile):
    """The paper's rule.

    Parameters
    ----------
    alpha : float
        Distance of a bit from its end of the cell, as a part of the cell.
    beta : float
        Strength: cells are ``4 / beta`` wide on the [0, 1] scale.
    """

    def __init__(self, alpha: float = 0.02, beta: float = DEFAULT_BETA) -> None:
        self._alpha, self._cell = alpha, 4.0 / beta

    def on(self, plane: Plane, air: NDArray[np.bool_]) -> SaidiCanvas:
        """The canvas that `plane` with its `air` (H, W) is."""
        return SaidiCanvas(plane, air, self._alpha, self._cell)

    def extract(self, plane: Plane, air: NDArray[np.bool_] | None, length_of: LengthOf) -> Payload | None:
        """Bits of all usable blocks in sequence, without a label; None without a mask or in a constant plane."""
        del length_of
        canvas = None if air is None else self.on(plane, air)
        if canvas is None or canvas.capacity == 0:
            return None
        low, span = _scale(plane.pixels)
        blocks = _blocks(plane.pixels)[canvas.usable.ravel()]
        coefficient = times((blocks - low) / span, dct_basis()[:, _COEFFICIENT])
        return Payload(0, np.mod(2 * np.abs(coefficient) / self._cell, 2) >= 1)

    def removed(self, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32] | None:
        """Write random bits over all usable blocks."""
        del payload
        canvas = self.on(plane, air)
        drawn = np.frombuffer(secrets.token_bytes(canvas.capacity), dtype=np.uint8) & 1
        return canvas.embed(Payload(0, drawn.astype(np.bool_)))


class SaidiCanvas(Canvas):
    """A plane whose usable blocks carry a bit each; none in a constant plane, which has no scale."""

    refusal = "The {} bits of the QR code need as many usable blocks; embed a shorter record."

    def __init__(self, plane: Plane, air: NDArray[np.bool_], alpha: float, cell: float) -> None:
        super().__init__(plane, air)
        self._alpha, self._cell = alpha, cell

    def _capacity(self) -> int:
        return int(self.usable.sum()) if self.plane.pixels.min() < self.plane.pixels.max() else 0

    def _embedded(self, payload: Payload, binder: Binder) -> NDArray[np.int32] | None:
        """Round to integers and clip to the legal range, as a file has to."""
        del binder  # the printed rule ties nothing
        if payload.bits.size > self.capacity:
            return None
        plane = self.plane
        low, span = _scale(plane.pixels)
        stego = np.clip(np.rint(self.unrounded(payload) * span + low), plane.low, plane.high).astype(np.int32)
        kept = np.where(self.usable.reshape(-1, 1), _blocks(stego), _blocks(plane.pixels))
        return np.asarray(join_blocks(plane.pixels, kept), dtype=np.int32)

    def unrounded(self, payload: Payload) -> NDArray[np.float64]:
        """Stego plane (H, W) on the [0, 1] scale, of a payload that fits: what the paper's PSNR is taken of."""
        low, span = _scale(self.plane.pixels)
        scaled = (self.plane.pixels - low) / span
        blocks = split_blocks(scaled).astype(np.float64)
        chosen = np.flatnonzero(self.usable.ravel())[: payload.bits.size]
        basis = dct_basis()[:, _COEFFICIENT]
        coefficient = times(blocks[chosen], basis)
        cell = np.floor(np.abs(coefficient) / self._cell)
        place = np.where(payload.bits, 1 - self._alpha, self._alpha)
        moved = np.where(coefficient < 0, -1.0, 1.0) * (cell + place) * self._cell
        blocks[chosen] += (moved - coefficient)[:, None] * basis
        return np.asarray(join_blocks(scaled, blocks), dtype=np.float64)


def _scale(pixels: NDArray[np.int32]) -> tuple[float, float]:
    """Minimum and range of a plane."""
    low = float(pixels.min())
    return low, float(pixels.max()) - low


def _blocks(pixels: NDArray[np.int32]) -> NDArray[np.int32]:
    return split_blocks(pixels).astype(np.int32)
