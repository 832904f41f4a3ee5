"""Textbook methods to compare with: least significant bits, and QIM of wavelet and Fourier coefficients.

They are for the benchmark only. QIM is that of B. Chen and G. W. Wornell (IEEE Trans. Inf. Theory 47(4), 2001) with a
keyed dither, every bit repeated over as many coefficients as there are, and soft votes; its step is set so that the
stego plane has a PSNR of 40 dB over the cover's range. All of them use the whole plane, body included, as the
literature has it, unless their name says otherwise.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import pixels_of
from StegoMedLib.lab.benchmark.methods import MethodFailedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.methods import Told
    from StegoMedLib.plane import Plane

__all__ = ["DftQim", "DwtQim", "Lsb", "LsbInAir", "quantise", "soft_bits"]

_SEED = 2024
"""Stands for the key: baselines need an order that looks like chance, not one that is secret."""

_DECIBEL = 40.0
"""PSNR over the cover's range that QIM aims at."""


class Lsb:
    """Replaces the least significant bits of pixels in a keyed order."""

    name, group, needs, eight_bit = "LSB", "baseline", "length", False
    settings = "one bit a pixel, keyed order, whole plane, stored values"

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego pixels (H, W)."""
        return _with_lowest_bits(cover.pixels, self._places(cover, told), bits)

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Lowest bits in the same order."""
        return (plane.pixels.ravel()[self._places(plane, told)] & 1).astype(np.bool_)

    def _places(self, plane: Plane, told: Told) -> NDArray[np.intp]:
        return _enough(_order(plane.pixels.size), told.length)


class LsbInAir(Lsb):
    """The same in usable blocks only: both sides need one and the same mask."""

    name, needs = "LSB, air only", "length, mask"
    settings = "one bit a pixel, keyed order, the sender's usable blocks, stored values"

    def _places(self, plane: Plane, told: Told) -> NDArray[np.intp]:
        free = np.flatnonzero(pixels_of(told.usable, plane.shape))
        return free[_enough(_order(free.size), told.length)]


class DwtQim:
    """QIM of the horizontal and vertical details of a two-level Haar transform."""

    name, group, needs, eight_bit = "DWT-QIM", "baseline", "length, range of the cover", False
    settings = f"Haar, level 2, LH and HL, {_DECIBEL:.0f} dB over the range, whole plane, stored values"

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego pixels (H, W), rounded and clipped to the legal range."""
        stego = cover.pixels.astype(np.float64)
        rows, columns = _whole(cover.shape, 4)
        first = _haar(stego[:rows, :columns])
        second = _haar(first[0])
        details = np.concatenate([second[1].ravel(), second[2].ravel()])
        moved = quantise(details, bits, _step(told.span, details.size / cover.pixels.size))
        half = details.size // 2
        shape = second[1].shape
        second = np.stack([second[0], moved[:half].reshape(shape), moved[half:].reshape(shape), second[3]])
        first[0] = _haar_inverse(second)
        stego[:rows, :columns] = _haar_inverse(first)
        return _stored(stego, cover)

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits by soft votes."""
        rows, columns = _whole(plane.shape, 4)
        second = _haar(_haar(plane.pixels[:rows, :columns].astype(np.float64))[0])
        details = np.concatenate([second[1].ravel(), second[2].ravel()])
        return soft_bits(details, told.length, _step(told.span, details.size / plane.pixels.size))


class DftQim:
    """QIM of the magnitudes of a ring of Fourier coefficients; phases stay."""

    name, group, needs, eight_bit = "DFT-QIM", "baseline", "length, range of the cover", False
    settings = (
        f"magnitudes from 0.05 to 0.206 cycles a pixel, {_DECIBEL:.0f} dB over the range, whole plane, stored values"
    )

    def embed(self, cover: Plane, bits: NDArray[np.bool_], told: Told) -> NDArray[np.int32]:
        """Stego pixels (H, W), rounded and clipped to the legal range."""
        spectrum = np.fft.rfft2(cover.pixels, norm="ortho")
        ring = _ring(cover.shape)
        chosen = spectrum[ring]
        magnitude = np.abs(chosen)
        moved = np.abs(quantise(magnitude, bits, _step(told.span, 2 * chosen.size / cover.pixels.size)))
        spectrum[ring] = chosen * np.where(magnitude > 0, moved / np.maximum(magnitude, 1e-12), 0.0)
        return _stored(np.fft.irfft2(spectrum, s=cover.shape, norm="ortho"), cover)

    def extract(self, plane: Plane, told: Told) -> NDArray[np.bool_]:
        """Bits by soft votes."""
        magnitude = np.abs(np.fft.rfft2(plane.pixels, norm="ortho")[_ring(plane.shape)])
        return soft_bits(magnitude, told.length, _step(told.span, 2 * magnitude.size / plane.pixels.size))


def quantise(values: NDArray[np.float64], bits: NDArray[np.bool_], step: float) -> NDArray[np.float64]:
    """Move `values` (n,) to the lattice of the bit that each carries; bit k sits in every k-th value of a keyed order.

    Raises
    ------
    MethodFailedError
        When there are fewer values than bits.
    """
    owner = _owners(values.size, bits.size)
    offset = _dither(values.size) * step + bits[owner] * (step / 2)
    return np.rint((values - offset) / step) * step + offset


def soft_bits(values: NDArray[np.float64], length: int, step: float) -> NDArray[np.bool_]:
    """The `length` bits that `values` (n,) carry: how much nearer they lie to one lattice than to the other, summed."""
    place = values / step - _dither(values.size)
    nearer = np.abs(place - np.rint(place)) - np.abs(place - 0.5 - np.rint(place - 0.5))
    votes = np.bincount(_owners(values.size, length), weights=nearer, minlength=length)
    return np.asarray(votes > 0, dtype=np.bool_)


def _step(span: float, share: float) -> float:
    """Step whose error of step**2 / 12 in `share` of all coefficients gives `_DECIBEL` over `span`."""
    return span * 10 ** (-_DECIBEL / 20) * math.sqrt(12 / share)


@lru_cache(maxsize=8)
def _order(count: int) -> NDArray[np.intp]:
    return np.random.default_rng(_SEED).permutation(count)


@lru_cache(maxsize=8)
def _dither(count: int) -> NDArray[np.float64]:
    return np.random.default_rng(_SEED + 1).random(count)


def _owners(count: int, length: int) -> NDArray[np.intp]:
    """Which bit each of `count` values carries; intp, shape (count,)."""
    _enough(_order(count), length)
    return _order(count) % length


def _enough(order: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    if order.size < length:
        raise MethodFailedError(f"it can carry {order.size} of {length} bits")
    return order[:length]


def _with_lowest_bits(
    pixels: NDArray[np.int32], places: NDArray[np.intp], bits: NDArray[np.bool_]
) -> NDArray[np.int32]:
    stego = pixels.copy()
    stego.flat[places] = (stego.ravel()[places] & ~1) | bits
    return stego


def _whole(shape: tuple[int, int], side: int) -> tuple[int, int]:
    return shape[0] // side * side, shape[1] // side * side


def _haar(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal Haar transform of (2h, 2w): approximation, horizontal, vertical, diagonal; shape (4, h, w)."""
    a, b, c, d = pixels[::2, ::2], pixels[::2, 1::2], pixels[1::2, ::2], pixels[1::2, 1::2]
    return np.stack([a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d]) / 2


def _haar_inverse(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of `_haar`; the transform is its own."""
    _, rows, columns = bands.shape
    pixels = np.empty((2 * rows, 2 * columns))
    s, h, v, d = bands
    pixels[::2, ::2], pixels[::2, 1::2] = (s + h + v + d) / 2, (s - h + v - d) / 2
    pixels[1::2, ::2], pixels[1::2, 1::2] = (s + h - v - d) / 2, (s - h - v + d) / 2
    return pixels


@lru_cache(maxsize=8)
def _ring(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Coefficients of a real spectrum that are used: an eighth of the plane with their conjugates, no column twice."""
    across = np.fft.rfftfreq(shape[1])
    radius = np.hypot(np.fft.fftfreq(shape[0])[:, None], across)
    return np.asarray((radius > 0.05) & (radius < 0.206) & (across > 0), dtype=np.bool_)  # noqa: PLR2004  see `settings`


def _stored(pixels: NDArray[np.float64], cover: Plane) -> NDArray[np.int32]:
    return np.clip(np.rint(pixels), cover.low, cover.high).astype(np.int32)
