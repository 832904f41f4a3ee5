"""One photograph: how much it could carry, and with its share in it. Runs in any process."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import write_whole
from StegoMedLib.photo.canvas import PhotoCanvas, extract
from StegoMedLib.photo.photographs import read_photograph
from StegoMedLib.photo.shares import Cut, Share

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Carried", "Errand", "Measured", "carry", "measure"]

_PEAK = 255.0


@dataclass(frozen=True)
class Measured:
    """A photograph before anything is done to it.

    Attributes
    ----------
    samples : int
        Those that are neither black nor white.
    all_samples, capacity : int
        And all of them, and the most bytes that they carry.
    digest : bytes
        SHA-256 of the pixels.
    format : str
        Of what will be written.
    lossy : bool
    """

    samples: int
    all_samples: int
    capacity: int
    digest: bytes
    format: str
    lossy: bool


@dataclass(frozen=True)
class Carried:
    """A photograph that was written.

    Attributes
    ----------
    file, source : str
        Its name in the target, and the path of what it was made of.
    bits_a_sample : float
        Payload over all samples.
    changed : float
        Samples that changed, of one.
    psnr : float
        In dB, of peak 255; infinite where nothing changed.
    """

    file: str
    source: str
    bits_a_sample: float
    changed: float
    psnr: float

    def as_json(self) -> dict[str, object]:
        """Row of the report."""
        return asdict(self)


@dataclass(frozen=True)
class Errand:
    """What one photograph shall carry.

    Attributes
    ----------
    source, target : Path
    locator : bytes of length 32
    decode_lossy, metadata : bool
    cut : Cut
    numbers : tuple of int
        Of the units that it carries.
    units : Path
        File of all units, one after the other.
    """

    source: Path
    target: Path
    locator: bytes = field(repr=False)
    decode_lossy: bool
    metadata: bool
    cut: Cut
    numbers: tuple[int, ...]
    units: Path


def measure(task: tuple[Path, bool], tick: Callable[[], None]) -> Measured:
    """Look at a photograph, of which a task has the path, and whether one that was stored with loss is taken.

    Raises as `read_photograph` does.
    """
    path, decode_lossy = task
    tick()
    photograph = read_photograph(path, decode_lossy=decode_lossy)
    canvas = PhotoCanvas(photograph.pixels, bytes(32))
    digest = hashlib.sha256(photograph.pixels.tobytes()).digest()
    size = photograph.pixels.size
    return Measured(canvas.samples, size, canvas.capacity, digest, photograph.format, photograph.lossy)


def carry(errand: Errand, tick: Callable[[], None]) -> Carried:
    """Write a photograph with its share in it, and see that it can be read again from the file.

    Raises
    ------
    UnusableInputError
        The photograph is not what it was, or what was written does not read.
    """
    photograph = read_photograph(errand.source, decode_lossy=errand.decode_lossy)
    data = _share(errand).packed()
    stego = PhotoCanvas(photograph.pixels, errand.locator).embed(data, tick=tick)
    tick()
    write_whole(errand.target, photograph.with_pixels(stego, metadata=errand.metadata))
    tick()
    again = read_photograph(errand.target, decode_lossy=False).pixels
    if not np.array_equal(again, stego) or extract(again, errand.locator) != data:
        raise UnusableInputError(f"What was written of {errand.source} does not read; save the photograph as PNG.")
    changed, psnr = _compared(photograph.pixels, stego)
    name = errand.target.name
    return Carried(name, str(errand.source), 8 * len(data) / stego.size, changed, psnr)


def _share(errand: Errand) -> Share:
    size = errand.cut.unit_bytes
    units = {}
    with errand.units.open("rb") as stream:
        for number in errand.numbers:
            stream.seek(number * size)
            units[number] = stream.read(size)
    return Share(errand.cut, units)


def _compared(cover: NDArray[np.uint8], stego: NDArray[np.uint8]) -> tuple[float, float]:
    """Part of the samples that changed, and the PSNR; row by row, so that no large copies are made."""
    squares = changed = 0
    for before, after in zip(cover, stego, strict=True):
        difference = before.astype(np.int16) - after
        squares += int(np.square(difference).sum())
        changed += int(np.count_nonzero(difference))
    psnr = 10 * np.log10(_PEAK**2 * cover.size / squares) if squares else np.inf
    return changed / cover.size, float(psnr)
