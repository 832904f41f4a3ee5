"""Functional groups: where objects of several frames say what may differ between them (PS3.3 C.7.6.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["macro_of"]


def macro_of(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """A functional group macro of a frame: its own, else the shared one; None where there is neither.

    Parameters
    ----------
    dataset : Dataset
        Header of the instance.
    frame : int
        Index from 0.
    keyword : str
        Of the macro's sequence, as ``PixelMeasuresSequence``.
    """
    own, shared = (dataset.get(f"{kind}FunctionalGroupsSequence") or () for kind in ("PerFrame", "Shared"))
    for group in (*own[frame : frame + 1], *shared[:1]):
        macro: list[Dataset] = list(group.get(keyword) or [])
        if macro:
            return macro[0]
    return None
