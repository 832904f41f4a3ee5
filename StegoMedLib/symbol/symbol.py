"""A QR code (ISO/IEC 18004) as an array, split in the modules that carry data and those everybody can draw.

Its kind is its version, level and mask: what a receiver must know to draw it again. Packed in 11 bits, it is its label.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import segno
from segno import consts

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "LABEL_BITS",
    "LEVELS",
    "MASKS",
    "VERSIONS",
    "Symbol",
    "data_length",
    "pack_label",
    "symbol_from_bits",
    "symbol_from_sequence",
    "unpack_label",
]

VERSIONS = range(1, 40 + 1)
LEVELS = "LMQH"
"""Error correction levels, weakest first."""
MASKS = range(7 + 1)

_LEVEL_BITS = 2
_MASK_BITS = 3
LABEL_BITS = 6 + _LEVEL_BITS + _MASK_BITS

_DATA_TYPES = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT)
_SURE = 0.75
"""Share of the known modules that must be right; chance gives about one half."""


@dataclass(frozen=True, eq=False)
class Symbol:
    """A QR code without its quiet zone.

    Attributes
    ----------
    version : int
        1 to 40; the symbol has ``17 + 4 * version`` modules a side.
    level : str
        Error correction level, one of ``"LMQH"``.
    mask : int
        Data mask pattern, 0 to 7.
    modules : ndarray of bool, shape (n, n)
        True is dark; read-only.

    Raises
    ------
    ValueError
        An attribute is out of its range, or the number of modules does not go with the version.
    """

    version: int
    level: str
    mask: int
    modules: NDArray[np.bool_] = field(repr=False)

    def __post_init__(self) -> None:
        """Check the attributes and keep a copy of the modules."""
        _check_kind(self.version, self.level, self.mask)
        modules = np.array(self.modules, dtype=np.bool_)
        side = 17 + 4 * self.version
        if modules.shape != (side, side):
            raise ValueError(f"a symbol of version {self.version} has {side} x {side} modules, not {modules.shape}")
        modules.setflags(write=False)
        object.__setattr__(self, "modules", modules)

    @cached_property
    def _content(self) -> tuple[int, str, int, bytes]:
        return self.version, self.level, self.mask, np.packbits(self.modules).tobytes()

    def __eq__(self, other: object) -> bool:
        """Whether all modules are the same."""
        return isinstance(other, Symbol) and self._content == other._content

    def __hash__(self) -> int:
        """Equal for equal symbols."""
        return hash(self._content)

    @property
    def data_bits(self) -> NDArray[np.bool_]:
        """Modules that no other symbol of the version, level and mask shares, row by row; bool, shape (k,).

        All but function patterns, format and version information (ISO/IEC 18004, sections 6.3, 7.9 and 7.10).
        """
        return self.modules[_data_modules(self.version)]


def symbol_from_bits(version: int, level: str, mask: int, bits: NDArray[np.bool_]) -> Symbol:
    """Put data bits in their modules and draw the rest; the inverse of `Symbol.data_bits`.

    Parameters
    ----------
    version, level, mask
        As of `Symbol`.
    bits : ndarray of bool, shape (k,)
        As many as `data_length` says; errors among them are the error correction's business.

    Returns
    -------
    Symbol
        The symbol, with function patterns, format and version information as the standard has them.

    Raises
    ------
    ValueError
        An argument is out of its range, or the number of bits does not go with the version.
    """
    _check_kind(version, level, mask)
    if bits.shape != (data_length(version),):
        raise ValueError(f"a symbol of version {version} has {data_length(version)} data bits, not {bits.shape}")
    modules = _template(version, level, mask).copy()
    modules[_data_modules(version)] = bits
    return Symbol(version, level, mask, modules)


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
    drawn, known = _template(version, level, mask), ~_data_modules(version)
    modules = bits[: drawn.size].reshape(drawn.shape)
    return float(np.mean(modules[known] == drawn[known]))


def data_length(version: int) -> int:
    """Count the data modules of a symbol, remainder bits included: the length of `Symbol.data_bits`."""
    return int(np.count_nonzero(_data_modules(version)))


@lru_cache(maxsize=len(VERSIONS))
def _data_modules(version: int) -> NDArray[np.bool_]:
    """Where the data modules are; bool, shape (n, n), read-only."""
    drawn = _draw_any(version, LEVELS[0], MASKS[0])
    types = np.array([list(row) for row in drawn.matrix_iter(border=0, verbose=True)])
    where = np.isin(types, _DATA_TYPES)
    # segno (1.6.6) calls this module format information; that has eight modules beside the upper right finder, not nine
    # (ISO/IEC 18004, figure 25).
    where[8, -9] = True
    where.setflags(write=False)
    return where


@lru_cache(maxsize=256)  # every version once, and all levels and masks of a few; 31 kB at most each
def _template(version: int, level: str, mask: int) -> NDArray[np.bool_]:
    """Draw any symbol of a kind, for the modules that all of that kind share; bool, shape (n, n), read-only."""
    modules = np.array(_draw_any(version, level, mask).matrix, dtype=np.bool_)
    modules.setflags(write=False)
    return modules


def _draw_any(version: int, level: str, mask: int) -> segno.QRCode:
    return segno.make("0", version=version, error=level, mask=mask, boost_error=False, micro=False)


def _check_kind(version: int, level: str, mask: int) -> None:
    if version not in VERSIONS or level not in tuple(LEVELS) or mask not in MASKS:
        raise ValueError(f"there is no QR symbol of version {version}, level {level!r} and mask {mask}")


def pack_label(version: int, level: str, mask: int) -> int:
    """Pack what kind of symbol it is; parameters as of `Symbol`.

    Returns
    -------
    int
        6 bits of version, 2 of level (its place in ``"LMQH"``), 3 of mask, the version highest.

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    _check_kind(version, level, mask)
    return (version << _LEVEL_BITS | tuple(LEVELS).index(level)) << _MASK_BITS | mask


def unpack_label(label: int) -> tuple[int, str, int] | None:
    """Version, level and mask that `pack_label` has packed; None where no symbol has this label."""
    version, kind = divmod(label, 1 << _LEVEL_BITS + _MASK_BITS)
    level, mask = divmod(kind, 1 << _MASK_BITS)
    return (version, LEVELS[level], mask) if version in VERSIONS else None
