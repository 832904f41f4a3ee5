"""How a receiver of the robust profile finds a mark: its nonce, and its amplitude.

The slots for acquisition carry a pattern of +-1, cyclically shifted. Correlations with all shifts of a pattern are one
product of Fourier transforms. Where votes are cut follows the amplitude of the mark, which nobody tells the receiver:
it tries a geometric series of them, and the pattern, which it knows, says which fits. The slots are in an order of the
key's, so that to anybody else two shifts of a pattern have nothing in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, rfft
from scipy.special import ndtri

from StegoMedLib.codec.robust.votes import limited

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.codec.robust.layout import RobustLayout

__all__ = ["Acquired", "acquire", "sure_score"]

_SCALES = np.exp2(np.arange(-1.0, 13.0, 2.0)).astype(np.float32)
"""Amplitudes tried, in grey levels: 0.5 to 2048."""

_REFINED = np.exp2(np.arange(-1.0, 13.0)).astype(np.float32)
"""Amplitudes tried once the nonce is found: a pattern stands out at several, and one of them fits the mark."""

_NEARLY = 0.75
"""The next larger amplitude cuts fewer votes, and is taken if the pattern stands out nearly as well."""

_FALSE_ALARMS = 1e-3
"""Planes without a mark in which a nonce is found all the same; its label, then, is none."""

_TINY = 1e-9


@dataclass(frozen=True)
class Acquired:
    """The mark that fits best.

    Attributes
    ----------
    nonce : int
    scale : float
        Amplitude of the mark in grey levels.
    score : float
        Correlation of the votes with the nonce's pattern, in standard deviations of what chance gives.
    """

    nonce: int
    scale: float
    score: float


def sure_score(layout: RobustLayout) -> float:
    """Score of an acquisition that counts as found: so few false alarms over all nonces and amplitudes."""
    return float(-ndtri(_FALSE_ALARMS / (max(layout.nonces, 1) * _SCALES.size)))


def acquire(layout: RobustLayout, values: NDArray[np.float32]) -> Acquired:
    """Mark of a plane with these values of its slots (S,)."""
    slots = layout.acquisition.size
    carried = values[layout.acquisition]
    votes = limited(carried / _SCALES[:, None])
    sums = irfft(np.conj(rfft(votes, axis=1))[:, None] * layout.spectra, n=slots, axis=2)
    sums /= _chance(votes)[:, None, None]
    scale, pattern, shift = (int(each) for each in np.unravel_index(np.abs(sums).argmax(), sums.shape))
    negative = int(sums[scale, pattern, shift] < 0)
    nonce = (negative * len(layout.spectra) + pattern) * slots + shift
    return _refined(carried * layout.pattern(nonce), nonce)


def _refined(carried: NDArray[np.float32], nonce: int) -> Acquired:
    """Of a nonce whose slots carry so much of its pattern, the amplitude that fits best, and the score."""
    votes = limited(carried / _REFINED[:, None])
    scores = votes.sum(axis=1) / _chance(votes)
    chosen = int(scores.argmax())
    if chosen + 1 < scores.size and scores[chosen + 1] >= _NEARLY * scores[chosen]:
        chosen += 1
    return Acquired(nonce, float(_REFINED[chosen]), float(scores[chosen]))


def _chance(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation of the sum of votes (n, A) with random signs; float32, shape (n,).

    Under another key the signs are random, whatever the votes.
    """
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", votes, votes)) + np.float32(_TINY), dtype=np.float32)
