"""The samples of a photograph in the order of a key: rows and columns shuffled.

Where light saturates, a change shows. So samples of 0 and 255 are not used while the others suffice; then no used
sample becomes one of them, and who reads leaves out the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.codec.addressing import permutation, subkey

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLACK", "WHITE", "Order"]

BLACK, WHITE = 0, 255


class Order:
    """Where the samples of a photograph lie in the order of a key.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (H, W, C)
    key : bytes of length 32
    whole : bool
        Whether black and white samples are used.
    """

    def __init__(self, pixels: NDArray[np.uint8], key: bytes, *, whole: bool) -> None:
        self._rows = permutation(subkey(key, "rows"), pixels.shape[0])
        self._columns = permutation(subkey(key, "columns"), pixels.shape[1])
        self._shuffled = self._shuffle(pixels)
        self._used = np.ones(pixels.shape, np.bool_) if whole else _between(self._shuffled)

    def of(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values of the pixels, shape (H, W), at the used samples in this order, shape (n,)."""
        each = np.broadcast_to(self._shuffle(values)[..., None], self._used.shape)
        return np.asarray(each[self._used], dtype=np.float32)

    @property
    def samples(self) -> NDArray[np.uint8]:
        """The used samples in this order, shape (n,)."""
        return np.asarray(self._shuffled[self._used], dtype=np.uint8)

    def pixels(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The photograph with other used samples, shape (H, W, C)."""
        shuffled = self._shuffled.copy()
        shuffled[self._used] = samples
        return np.asarray(shuffled[np.argsort(self._rows)][:, np.argsort(self._columns)], dtype=np.uint8)

    def _shuffle(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[self._rows][:, self._columns]


def _between(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((values != BLACK) & (values != WHITE), dtype=np.bool_)
