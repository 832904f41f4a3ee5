"""What attacks change in a header: lossy compression in the past, another rescale, another place in the series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydicom.valuerep import format_number_as_ds

from StegoMedLib.dicom import codes_of, declared_padding
from StegoMedLib.errors import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pydicom import Dataset

    from StegoMedLib.dicom import Instance
    from StegoMedLib.plane import Plane

__all__ = ["Rewrite", "lossy_attributes"]


def lossy_attributes(dataset: Dataset, ratio: float, method: str) -> dict[str, object]:
    """Attributes of an image that went through lossy compression once more (PS3.3 C.7.6.1.1.5).

    Methods and ratios stand for one step each; where the source has not as many of both, its methods are left out.
    """
    ratios, methods = (codes_of(dataset, f"LossyImageCompression{word}") for word in ("Ratio", "Method"))
    known = len(ratios) == len(methods)
    found: dict[str, object] = {
        "LossyImageCompression": "01",
        "LossyImageCompressionRatio": [*ratios, format_number_as_ds(round(ratio, 2))],
    }
    return found | ({"LossyImageCompressionMethod": [*methods, method]} if known else {})


@dataclass(frozen=True)
class Rewrite:
    """Stored values of an instance re-expressed under another rescale, so that its output units stay.

    Attributes
    ----------
    factor : float
        New stored values over old ones.
    least : int
        Stored value that becomes 0.
    """

    factor: float
    least: int

    @classmethod
    def of(cls, instance: Instance, factor: float) -> Rewrite:
        """Rewrite that makes the least stored value of all frames 0.

        Raises
        ------
        UnusableFileError
            When the rescale is one of single frames, or the new values do not fit the instance's bits.
        """
        if (
            "SharedFunctionalGroupsSequence" in instance.dataset
            or "PerFrameFunctionalGroupsSequence" in instance.dataset
        ):
            raise UnusableFileError(
                f"{instance.path}: its rescale lies in functional groups, which are not rewritten; take another object."
            )
        ends = [(int(pixels.min()), int(pixels.max())) for pixels in _legal_pixels(instance)]
        least, most = min(low for low, _ in ends), max(high for _, high in ends)
        if round(factor * (most - least)) > instance.format.field.high:
            raise UnusableFileError(
                f"{instance.path}: its stored values times {factor:g} do not fit its bits; give a smaller level."
            )
        return cls(factor, least)

    def values(self, plane: Plane) -> NDArray[np.int32]:
        """New stored values of a plane; int32, same shape. Those outside the legal range stay."""
        legal = (plane.pixels >= plane.low) & (plane.pixels <= plane.high)
        return np.where(legal, self._moved(plane.pixels), plane.pixels)

    def _moved(self, stored: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.rint(self.factor * (stored.astype(np.float64) - self.least)).astype(np.int32)

    def undone(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """Old stored values that new ones stand for, rounded; int32, same shape."""
        return np.rint(values / self.factor + self.least).astype(np.int32)

    def attributes(self, instance: Instance) -> dict[str, object]:
        """Rescale and padding of the rewritten instance."""
        plane, field = instance.plane(0), instance.format.field
        found: dict[str, object] = {
            "RescaleSlope": format_number_as_ds(plane.slope / self.factor),
            "RescaleIntercept": format_number_as_ds(plane.slope * self.least + plane.intercept),
        }
        if "RescaleType" not in instance.dataset:
            found["RescaleType"] = "HU" if plane.modality == "CT" else "US"
        for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
            values = declared_padding(instance.dataset, keyword, field)
            if values:
                moved = np.clip(self._moved(np.array(values, dtype=np.int32)), field.low, field.high).tolist()
                found[keyword] = moved if len(moved) > 1 else moved[0]
        return found


def _legal_pixels(instance: Instance) -> Iterator[NDArray[np.int32]]:
    planes = (instance.plane(frame) for frame in range(instance.frames))
    return (plane.pixels[(plane.pixels >= plane.low) & (plane.pixels <= plane.high)] for plane in planes)
