"""Measures what ways to hide an image in a photograph do: quality, time, and whether a detector sees it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.lab.benchmark.residual_features import residual_features
from StegoMedLib.lab.benchmark.steganalysis import CLASSIFIERS, DetectionRow, Pairs, detect
from StegoMedLib.lab.photo.crops import cut
from StegoMedLib.lab.photo.quality import psnr, ssim
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.photo_methods import ByteCarrier, PhotoMethod
    from StegoMedLib.lab.photo.crops import Pair
    from StegoMedLib.lab.photo.photographs import Photograph
    from StegoMedLib.lab.photo.secrets import Secret

__all__ = [
    "BITS_A_SAMPLE",
    "PRINTED",
    "PhotoReport",
    "PhotoRow",
    "detection_rows",
    "hide_bytes",
    "hide_slices",
    "quality_rows",
]

BITS_A_SAMPLE = 0.4
"""What methods that carry bytes are given when a detector looks for them."""

PRINTED = {"cover_psnr": 32.16, "secret_psnr": 31.96}
"""What the poster prints: N. Subramanian and others, Stego-eHealth; dB."""

DETECTED_SIDE = 128
"""Pixels on a side of a crop that a detector looks at."""

if TYPE_CHECKING:
    Mark = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]


@dataclass(frozen=True)
class PhotoRow:
    """One secret hidden in one photograph.

    Attributes
    ----------
    method, photograph, secret : str
    bits_a_sample : float
        Bits carried for each sample of the photograph.
    cover_psnr, secret_psnr : float or None
        Of the stego photograph, and of what comes out of it; dB, None for equal images.
    cover_ssim, secret_ssim : float
    changed : float
        Share of the samples that differ.
    exact : bool
        Whether what comes out is the secret.
    hide_seconds, show_seconds : float
    """

    method: str
    photograph: str
    secret: str
    bits_a_sample: float
    cover_psnr: float | None
    cover_ssim: float
    secret_psnr: float | None
    secret_ssim: float
    changed: float
    exact: bool
    hide_seconds: float
    show_seconds: float


@dataclass
class PhotoReport:
    """What was measured.

    Attributes
    ----------
    quality, detection : list
    failures : list of mapping
        Secrets that were too large for a method: `method`, `photograph`, `secret`, `failure`.
    """

    quality: list[PhotoRow] = field(default_factory=list)
    detection: list[DetectionRow] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed benchmark photo``."""
        return {
            "printed": PRINTED,
            "quality": [asdict(row) for row in self.quality],
            "detection": [row.as_json() for row in self.detection],
            "failures": self.failures,
        }


def quality_rows(
    report: PhotoReport, methods: Sequence[PhotoMethod], pairs: Sequence[Pair], *, progress: Progress = silent
) -> None:
    """Hide every pair's secret by every method, and look at what comes out; rows go into the report."""
    for done, pair in enumerate(pairs):
        progress(done, len(pairs), pair.photograph)
        for method in methods:
            _take(report, method, pair)


def _take(report: PhotoReport, method: PhotoMethod, pair: Pair) -> None:
    try:
        report.quality.append(_row(method, pair))
    except DoesNotFitError as error:
        place = {"photograph": pair.photograph, "secret": pair.secret}
        report.failures.append({"method": method.name, **place, "failure": str(error)})


def _row(method: PhotoMethod, pair: Pair) -> PhotoRow:
    begun = time.perf_counter()
    stego, bits = method.hide(pair.cover, pair.pixels)
    hidden = time.perf_counter()
    out = method.show(stego, bits)
    shown = time.perf_counter()
    return PhotoRow(
        method.name,
        pair.photograph,
        pair.secret,
        bits / pair.cover.size,
        psnr(pair.cover, stego),
        ssim(pair.cover, stego),
        psnr(pair.pixels, out),
        ssim(pair.pixels, out),
        float(np.mean(pair.cover != stego)),
        bool(np.array_equal(pair.pixels, out)),
        hidden - begun,
        shown - hidden,
    )


def hide_bytes(carrier: ByteCarrier) -> Mark:
    """What marks a crop with `BITS_A_SAMPLE` random bits by a method."""

    def mark(cover: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8]:
        return carrier.embed(cover, draw.bytes(round(BITS_A_SAMPLE * cover.size / 8)))

    return mark


def hide_slices(method: PhotoMethod, secrets: Sequence[Secret]) -> Mark:
    """What marks a crop with a part of a held-out slice by a method."""
    squares = [
        square for each in secrets if each.held_out for square in cut(each.pixels, DETECTED_SIDE) if square.std() > 1
    ]

    def mark(cover: NDArray[np.uint8], draw: np.random.Generator) -> NDArray[np.uint8]:
        return method.hide(cover, squares[draw.integers(len(squares))])[0]

    return mark


def detection_rows(
    photographs: Sequence[Photograph],
    marks: Mapping[tuple[str, str], Mark],
    *,
    crops: int,
    seed: int = 0,
    progress: Progress = silent,
) -> list[DetectionRow]:
    """Train and test detectors of marked crops; each is tested on photographs that it has not seen.

    Parameters
    ----------
    photographs : sequence of Photograph
    marks : mapping of (str, str) to callable
        What marks a crop, by method and payload.
    crops : int
        At most so many of each photograph, evenly.
    seed : int
        Of the payloads.
    progress : callable

    Raises
    ------
    UnusableInputError
        As of `detect`.
    """
    covers = [(each.name, square) for each in photographs for square in _evenly(each.pixels, crops)]
    groups, plain = [name for name, _ in covers], []
    work = len(covers) * (1 + len(marks))
    for done, (name, square) in enumerate(covers):
        progress(done, work, name)
        plain.append(_features(square))
    rows = []
    for number, ((method, payload), mark) in enumerate(marks.items()):
        pairs = Pairs(groups, plain)
        for done, (name, square) in enumerate(covers):
            progress(len(covers) * (1 + number) + done, work, name)
            pairs.stegos.append(_features(mark(square, np.random.default_rng([seed, done]))))
        rows += [
            detect(pairs, classifier, method=method, payload=payload, region="photograph") for classifier in CLASSIFIERS
        ]
    return rows


def _evenly(pixels: NDArray[np.uint8], most: int) -> list[NDArray[np.uint8]]:
    squares = list(cut(pixels, DETECTED_SIDE))
    return [squares[place] for place in np.linspace(0, len(squares) - 1, min(most, len(squares))).round().astype(int)]


def _features(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Features of all colours together: their mean, which says more with few crops than all of them side by side."""
    everywhere = np.ones(pixels.shape[:2], dtype=np.bool_)
    colours = np.moveaxis(pixels, 2, 0).astype(np.int32)
    return np.asarray(np.mean([residual_features(each, everywhere) for each in colours], axis=0), dtype=np.float64)
