"""Finds a symbol at the head of a sequence of bits, when all its modules were embedded and nothing tells its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.symbol.symbol import LEVELS, MASKS, VERSIONS, Symbol, kind_modules

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["symbol_from_sequence"]

_SURE = 0.75
"""Share of the known modules that must be right; chance gives about one half."""


def symbol_from_sequence(bits: NDArray[np.bool_]) -> Symbol | None:
    """Symbol of which `bits` (k,) begin with all modules, row by row.

    The version is the one whose function patterns (ISO/IEC 18004, section 6.3) agree best with the sequence, level and
    mask those whose format information does.

    Returns
    -------
    Symbol or None
        With its modules as they are in `bits`; None when no version agrees.
    """
    sides = {version: 17 + 4 * version for version in VERSIONS}
    versions = [version for version, side in sides.items() if side * side <= bits.size]
    if not versions:
        return None
    version = max(versions, key=lambda version: _agreement(bits, version, LEVELS[0], MASKS[0]))
    kinds = [(level, mask) for level in LEVELS for mask in MASKS]
    level, mask = max(kinds, key=lambda kind: _agreement(bits, version, *kind))
    if _agreement(bits, version, level, mask) < _SURE:
        return None
    side = sides[version]
    return Symbol(version, level, mask, bits[: side * side].reshape(side, side))


def _agreement(bits: NDArray[np.bool_], version: int, level: str, mask: int) -> float:
    """Share of the modules that are known of a kind of symbol on which `bits` agree with it."""
    drawn, known = kind_modules(version, level, mask)
    modules = bits[: drawn.size].reshape(drawn.shape)
    return float(np.mean(modules[known] == drawn[known]))
