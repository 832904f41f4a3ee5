"""Private attributes that are known to identify nobody (PS3.15 Table E.3.10-1)."""

from __future__ import annotations

from functools import lru_cache

from StegoMedLib.resources import read_table

__all__ = ["is_safe"]

_BLOCK = 0xFF00


def is_safe(creator: str, tag: int) -> bool:
    """Say whether the standard lists a private attribute as safe to keep (PS3.15 E.3.10).

    Parameters
    ----------
    creator : str
        Private Creator of the block; blanks at its end do not count (PS3.5 6.2, LO).
    tag : int
        Group and element; the number of the block in the element is ignored.
    """
    return (creator.rstrip(" \0"), tag & ~_BLOCK) in _table()


@lru_cache(maxsize=1)
def _table() -> frozenset[tuple[str, int]]:
    """Give creators and tags, the number of the block being 0."""
    return frozenset(
        (row["creator"], int(row["group"] + "00" + row["element"], 16)) for row in read_table("safe_private.csv")
    )
