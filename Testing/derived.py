"""Derived instances of which only some frames differ from the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from StegoMedLib.dicom import DerivedSeries, Instance, Written, write_frames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["write_derived"]


def write_derived(
    instance: Instance, changed: Mapping[int, NDArray[np.int32]], target: Path, series: DerivedSeries, **options: Any
) -> Written:
    """Write an instance whose frames are those of its source, save for the `changed` ones."""
    stored = (changed.get(frame) for frame in range(instance.frames))
    return write_frames(instance, stored, target, series, **options)
