"""The label: version, level and mask of a symbol in 11 bits, what a receiver must know to draw it again."""

from __future__ import annotations

from StegoMedLib.symbol.symbol import LEVELS, MASKS, VERSIONS

__all__ = ["LABEL_BITS", "pack_label", "unpack_label"]

_LEVEL_BITS = 2
_MASK_BITS = 3
LABEL_BITS = 6 + _LEVEL_BITS + _MASK_BITS


def pack_label(version: int, level: str, mask: int) -> int:
    """Pack what kind of symbol it is.

    Parameters
    ----------
    version : int
        1 to 40.
    level : str
        Error correction level, one of ``"LMQH"``.
    mask : int
        Data mask pattern, 0 to 7.

    Returns
    -------
    int
        6 bits of version, 2 of level (its place in ``"LMQH"``), 3 of mask, the version highest.

    Raises
    ------
    ValueError
        An argument is out of its range.
    """
    if version not in VERSIONS or mask not in MASKS:
        raise ValueError(f"there is no QR symbol of version {version} and mask {mask}")
    return (version << _LEVEL_BITS | tuple(LEVELS).index(level)) << _MASK_BITS | mask


def unpack_label(label: int) -> tuple[int, str, int] | None:
    """Undo `pack_label`.

    Parameters
    ----------
    label : int
        May be anything.

    Returns
    -------
    tuple of (int, str, int) or None
        Version, level and mask; None where no symbol has this label.
    """
    version, kind = divmod(label, 1 << _LEVEL_BITS + _MASK_BITS)
    level, mask = divmod(kind, 1 << _MASK_BITS)
    return (version, LEVELS[level], mask) if version in VERSIONS else None
