"""How well a slice was read, and how far that is from failing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.pipeline.message import written

if TYPE_CHECKING:
    from StegoMedLib.codec.profile import Payload
    from StegoMedLib.pipeline.blind import Reading
    from StegoMedLib.symbol import Symbol

__all__ = ["READ_ALONE", "READ_SHARD", "Quality", "QualityOfReading"]

READ_ALONE = "the record was extracted from this slice alone"

READ_SHARD = "a shard of the record was extracted from this slice"

_FAILS_AT = 2.5
"""Mean of the votes over their standard deviation at which one bit in 160 is wrong, and level L fails."""

_CORRECTED_SHARE = {"L": 0.07, "M": 0.15, "Q": 0.25, "H": 0.30}
"""Codewords that a symbol corrects (ISO/IEC 18004, section 7.5.1)."""
_CODEWORD = 8


@dataclass(frozen=True)
class Quality:
    """Quality of a reading, as a number and in words.

    It is 1 for as good as can be, 0 for about to fail: the share that is left of the errors, or of the noise, that a
    reading can take. `errors` is the share of the bits that were wrong.
    """

    value: float
    detail: str
    errors: float = 0.0


class QualityOfReading:
    """Tells the quality of readings; what a text looks like when nothing is wrong is drawn once."""

    def __init__(self) -> None:
        self._written = lru_cache(maxsize=1)(written)

    def of(self, reading: Reading, *, intact: bool = False) -> Quality:
        """Quality of a reading; of one whose every pixel is known to be right where `intact`, which is quickly told."""
        payload, symbols = reading.payload, reading.symbols
        read = READ_ALONE if reading.shard is None else READ_SHARD
        wrong = self._wrong(symbols, reading.text) if len(symbols) == 1 and not intact else 0
        most = _CORRECTED_SHARE[symbols[0].level] * payload.bits.size / _CODEWORD
        value, words = max(0.0, 1.0 - wrong / most), [read]
        if wrong:
            words.append(f"{wrong} of its {payload.bits.size} bits were wrong and were corrected")
        if payload.votes is not None:
            clear = _clearness(payload)
            value = min(value, max(0.0, 1.0 - _FAILS_AT / clear))
            words.append(f"its signal is {clear:.1f} times its noise, and extracting fails below {_FAILS_AT}")
        return Quality(round(value, 3), "; ".join(words), wrong / payload.bits.size)

    def _wrong(self, symbols: tuple[Symbol, ...], text: str) -> int:
        """Modules that differ from those of a fresh symbol; none when that is of another kind."""
        read, fresh = symbols[0], self._written(text).symbol
        if (read.version, read.level, read.mask) != (fresh.version, fresh.level, fresh.mask):
            return 0
        return int(np.count_nonzero(read.modules != fresh.modules))


def _clearness(payload: Payload) -> float:
    """Mean of the votes' amounts over their standard deviation."""
    size = np.abs(payload.votes) if payload.votes is not None else np.ones(1)
    return float(size.mean() / max(float(size.std()), 1e-3 * float(size.mean()), 1e-9))
