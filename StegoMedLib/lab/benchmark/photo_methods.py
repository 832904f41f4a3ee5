"""Ways to hide a medical image in a photograph: bytes in its lowest bits, ours, and a learned network."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.lab.photo.training import hide, show
from StegoMedLib.photo.canvas import PhotoCanvas, extract

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.lab.photo.network import PhotoNetwork

__all__ = ["ByteCarrier", "Coded", "Learned", "LsbMatching", "LsbReplacement", "Ours", "PhotoMethod", "carriers"]

_KEY = hashlib.sha256(b"benchmark photo").digest()
"""Measurements need a key, not a secret one."""

_BYTE = 8
_WHITE = 255


class ByteCarrier(Protocol):
    """Carries bytes in a photograph."""

    name: str

    def embed(self, cover: NDArray[np.uint8], data: bytes) -> NDArray[np.uint8]:
        """Stego photograph (H, W, C) with `data` in it. Raises `DoesNotFitError` where it has a limit."""

    def extract(self, stego: NDArray[np.uint8], length: int) -> bytes:
        """The `length` bytes that it carries."""


class PhotoMethod(Protocol):
    """Hides an 8-bit image in a colour photograph."""

    name: str

    def hide(self, cover: NDArray[np.uint8], secret: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        """Stego photograph (H, W, 3) with a secret (H, W) in it, and how many bits it carries."""

    def show(self, stego: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
        """What comes out of a photograph with so many bits in it; uint8, shape (H, W)."""


class LsbReplacement:
    """Replaces the lowest bit of samples in a keyed order, or more of the lowest bits where one is too few."""

    name = "LSB replacement"

    def embed(self, cover: NDArray[np.uint8], data: bytes) -> NDArray[np.uint8]:
        """Stego photograph."""
        depth, places = _places(cover.shape, len(data))
        samples = cover.reshape(-1).copy()
        samples[places] = self._changed(samples[places].astype(np.int16), _digits(data, depth), 1 << depth)
        return samples.reshape(cover.shape)

    def extract(self, stego: NDArray[np.uint8], length: int) -> bytes:
        """The bytes."""
        depth, places = _places(stego.shape, length)
        digits = stego.reshape(-1)[places] & np.uint8((1 << depth) - 1)
        bits = np.unpackbits(digits[:, None], axis=1)[:, _BYTE - depth :]
        return np.packbits(bits.reshape(-1)[: _BYTE * length]).tobytes()

    def _changed(self, samples: NDArray[np.int16], digits: NDArray[np.uint8], base: int) -> NDArray[np.int16]:
        return samples - samples % base + digits


class LsbMatching(LsbReplacement):
    """Moves samples up or down to the nearest value with the wanted lowest bits, by chance where two are as near."""

    name = "LSB matching"

    def _changed(self, samples: NDArray[np.int16], digits: NDArray[np.uint8], base: int) -> NDArray[np.int16]:
        up = (digits - samples) % base
        down = up - base
        coins = np.random.default_rng(list(_KEY)).random(samples.size) < 0.5  # noqa: PLR2004  fair coins
        rising = (up < -down) | ((up == -down) & coins)
        # At the ends of the range there is one way only.
        rising = np.where(samples + up > _WHITE, up == 0, rising | (samples + down < 0))
        return np.asarray(samples + np.where(rising | (up == 0), up, down), dtype=np.int16)


class Ours:
    """What ``stegomed conceal`` does with the samples of a photograph."""

    name = "ours"

    def embed(self, cover: NDArray[np.uint8], data: bytes) -> NDArray[np.uint8]:
        """Stego photograph."""
        return PhotoCanvas(cover, _KEY).embed(data)

    def extract(self, stego: NDArray[np.uint8], length: int) -> bytes:
        """The bytes; it finds their number itself."""
        return (extract(stego, _KEY) or b"")[:length]


class Coded:
    """Compresses a secret without loss (JPEG-LS), and has the code carried."""

    def __init__(self, carrier: ByteCarrier) -> None:
        self.name, self._carrier = carrier.name, carrier

    def hide(self, cover: NDArray[np.uint8], secret: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        """Stego photograph, and the bits of the code."""
        import jpeg_ls  # noqa: PLC0415  Slicer may lack it

        code = bytes(jpeg_ls.encode_array(np.ascontiguousarray(secret)))
        return self._carrier.embed(cover, _masked(code)), _BYTE * len(code)

    def show(self, stego: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
        """The secret, as it was."""
        import jpeg_ls  # noqa: PLC0415  Slicer may lack it

        code = _masked(self._carrier.extract(stego, bits // _BYTE))
        return np.asarray(jpeg_ls.decode(np.frombuffer(code, np.uint8)), dtype=np.uint8)


class Learned:
    """The trained networks; every pixel of the secret counts as 8 bits that are hidden, though not all come back."""

    name = "learned network"

    def __init__(self, network: PhotoNetwork) -> None:
        self._network = network

    def hide(self, cover: NDArray[np.uint8], secret: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
        """Stego photograph, and the bits of the secret."""
        return hide(self._network, cover, secret), _BYTE * secret.size

    def show(self, stego: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:  # noqa: ARG002  as all methods
        """What comes out."""
        return show(self._network, stego)


def carriers() -> list[ByteCarrier]:
    """All that carry bytes."""
    return [LsbReplacement(), LsbMatching(), Ours()]


def _places(shape: tuple[int, ...], length: int) -> tuple[int, NDArray[np.intp]]:
    """Bits that every sample in use carries, and which samples these are, in a keyed order."""
    samples = math.prod(shape)
    depth = min(_BYTE, -(-_BYTE * length // samples)) or 1
    return depth, np.random.default_rng(list(_KEY)).permutation(samples)[: -(-_BYTE * length // depth)]


def _digits(data: bytes, depth: int) -> NDArray[np.uint8]:
    """Bits of the data, so many at a time, as numbers."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    whole = np.append(bits, np.zeros(-bits.size % depth, np.uint8)).reshape(-1, depth)
    return np.asarray(whole @ (1 << np.arange(depth)[::-1]), dtype=np.uint8)


def _masked(data: bytes) -> bytes:
    """Data that look like chance, as what is encrypted does; undoes itself."""
    mask = np.random.default_rng(list(_KEY)).integers(256, size=len(data), dtype=np.uint8)
    return (np.frombuffer(data, np.uint8) ^ mask).tobytes()
