"""Planes with air, and what ties a message to a slice, for tests of the codec."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import pixels_of
from StegoMedLib.codec.profile import TAG_BYTES, Payload
from StegoMedLib.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KEY", "Tied", "air_around", "corner", "payload_of", "plane_of"]

KEY = bytes(range(32))


def plane_of(kind: str, side: int = 256) -> Plane:
    """Air of some kind on all of a plane of 12 bits."""
    rng = np.random.default_rng(0)
    pixels = {
        "noise": rng.normal(60, 3, (side, side)).round(),
        "clipped": np.zeros((side, side)),
        "constant": np.full((side, side), 17),
        "rayleigh": np.hypot(*rng.normal(0, 1, (2, side, side))).round(),
        "saturated": np.full((side, side), 4095),
    }[kind]
    return Plane(pixels.astype(np.int32), 0, 4095)


def air_around(shape: tuple[int, int], share: float = 0.5) -> NDArray[np.bool_]:
    """Air (H, W) around an ellipse that takes about `share` of a plane."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    down, across = (2 * rows + 1) / shape[0] - 1, (2 * columns + 1) / shape[1] - 1
    return np.asarray(down**2 + across**2 > share * 4 / np.pi)


def corner(blocks: int, side: int = 256) -> NDArray[np.bool_]:
    """Air (side, side) of the first blocks, those of four rows of blocks at a time."""
    across = side // 4
    down, place = np.divmod(np.arange(across * across).reshape(across, across), across)
    number = (down // 4 * across + place) * 4 + down % 4
    return pixels_of(np.asarray(number < blocks), (side, side))


def payload_of(bits: int, label: int = 77, nonce: int = 0, count: int = 1) -> Payload:
    """Random bits to embed."""
    return Payload(label, np.random.default_rng(bits).random(bits) < 0.5, count, nonce=nonce)


class Tied:
    """A binder that keeps what it saw."""

    def __init__(self, own: bytes = bytes(range(100, 121))) -> None:
        self.what, self.made = own, bytes(range(200, 200 + TAG_BYTES))
        self.touched: NDArray[np.bool_] | None = None

    def own_bytes(self, touched: NDArray[np.bool_] | None) -> int:
        self.touched = touched
        return len(self.what)

    def own(self, nonce: int, touched: NDArray[np.bool_] | None) -> bytes:
        self.nonce, self.touched = nonce, touched
        return self.what

    def tag(self, nonce: int, own: bytes, stego: NDArray[np.int32], unfinished: NDArray[np.bool_]) -> bytes:
        self.seen = (nonce, own, stego.copy(), unfinished.copy())
        return self.made
