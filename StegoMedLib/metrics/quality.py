"""What embedding did to a plane: PSNR under five conventions, SSIM, changed pixels; and that of many slices."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.metrics.similarity import WINDOW, similarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

__all__ = ["PAPER_NOTE", "Quality", "compare", "summarise"]

PAPER_NOTE = (
    "The key psnr_paper is the convention behind the tables of Saidi et al. 2024 (MSE on the plane scaled to [0, 1], "
    "peak 255); it lies 48.13 dB above psnr_range and is for comparison only."
)

_PAPER_SHIFT = 20.0 * math.log10(255.0)


@dataclass(frozen=True)
class Quality:
    """Measures of a stego plane against its cover.

    PSNR is ``10 log10(R^2 / MSE)`` in dB, the mean square error taken on stored integers over the whole plane; it is
    None (JSON null) where nothing changed.

    Attributes
    ----------
    psnr_bulk, psnr_range, psnr_stored, psnr_65535, psnr_paper : float or None
        R = range of the cover's values without outliers (`Plane.bulk_range`); its maximum - minimum;
        2**BitsStored - 1; 65535; and the paper's convention (see `PAPER_NOTE`).
    ssim : float or None
        Structural similarity (Wang et al., IEEE Trans. Image Process. 13(4), 2004) with the range of ``psnr_range``;
        None for planes smaller than its 7x7 window or without contrast.
    changed_pixels, changed_padding : int
    changed_significant : int or None
        Pixels changed inside a reference mask, None without one.
    largest_change : int
        Grey levels.
    """

    psnr_bulk: float | None
    psnr_range: float | None
    psnr_stored: float | None
    psnr_65535: float | None
    psnr_paper: float | None
    ssim: float | None
    changed_pixels: int
    changed_padding: int
    changed_significant: int | None
    largest_change: int

    def as_json(self) -> dict[str, float | int | None]:
        """Values by name, as reports show them."""
        return asdict(self)


def compare(cover: Plane, stego: NDArray[np.int32], significant: NDArray[np.bool_] | None = None) -> Quality:
    """Measure `stego` (H, W) against `cover`, `significant` (H, W) being the reference mask of the body."""
    changed = np.flatnonzero(stego != cover.pixels)
    difference = np.abs(stego.ravel()[changed].astype(np.int64) - cover.pixels.ravel()[changed])
    mse = float(np.square(difference).sum()) / cover.pixels.size
    span = float(cover.pixels.max()) - float(cover.pixels.min())
    in_range = _psnr(span, mse)
    return Quality(
        psnr_bulk=_psnr(cover.bulk_range, mse),
        psnr_range=in_range,
        psnr_stored=_psnr(2.0**cover.bits_stored - 1, mse),
        psnr_65535=_psnr(65535.0, mse),
        psnr_paper=None if in_range is None else in_range + _PAPER_SHIFT,
        ssim=_ssim(cover.pixels, stego, span),
        changed_pixels=changed.size,
        changed_padding=int(np.count_nonzero(cover.padding_mask.ravel()[changed])),
        changed_significant=None if significant is None else int(np.count_nonzero(significant.ravel()[changed])),
        largest_change=int(difference.max(initial=0)),
    )


def _psnr(peak: float, mse: float) -> float | None:
    return None if mse == 0 or peak == 0 else 10.0 * math.log10(peak * peak / mse)


def _ssim(cover: NDArray[np.int32], stego: NDArray[np.int32], span: float) -> float | None:
    if span == 0 or min(cover.shape) < WINDOW:
        return None
    return similarity(cover, stego, span)


def summarise(rows: Iterable[Mapping[str, float | int | None]]) -> dict[str, dict[str, float]]:
    """Minimum, mean and maximum (``min``, ``mean``, ``max``) of every measure over the rows that have it."""
    table = list(rows)
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(name for row in table for name in row):
        values = [float(value) for row in table if (value := row.get(name)) is not None]
        if values:
            found[name] = {"min": min(values), "mean": sum(values) / len(values), "max": max(values)}
    return found
