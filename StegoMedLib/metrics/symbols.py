"""Agreement of the symbol that was sent with the one received."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.metrics.masks import ncc

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["bit_error_rate", "ncc_of_symbols"]


def bit_error_rate(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Share of different modules between two arrays of one shape."""
    return float(np.mean(sent != received)) if sent.size else 0.0


def ncc_of_symbols(sent: NDArray[np.bool_], received: NDArray[np.bool_]) -> float:
    """Normalised cross-correlation of the modules of two symbols; 0 when their sizes differ."""
    return ncc(sent, received) if sent.shape == received.shape else 0.0
