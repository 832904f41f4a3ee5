"""Makes vectors of photographs, for `Testing.vectors.make`.

Pictures and files are drawn from the name of each vector; what is sealed and where it lies is random, and so is kept.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from pydicom import dcmread
from scipy.ndimage import gaussian_filter

from StegoMedLib.dicom import new_series
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of
from Testing.vectors.load import FOLDER, Vector, key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAMES", "made"]

_SHAPES = {
    "lost": [(100, 96, 3), (90, 110, 3), (120, 80, 1)],
    "full": [(80, 80, 3)],
    "recipient": [(80, 90, 3)],
    "long": [(256, 256, 3)] * 3,
}
_KEYS = {"lost": "key file", "full": "key file", "recipient": "x25519", "long": "key file"}
_OCTETS = {"lost": 3000, "full": 1000, "recipient": 200, "long": 70_000}
"""Of a file that does not compress: the last is longer than a sealed piece and than a stripe."""
NAMES = tuple(_SHAPES)
_FEW = 10_000


def made(name: str) -> Vector:
    """One vector; its photographs are written."""
    random = np.random.default_rng(list(name.encode()))
    with tempfile.TemporaryDirectory() as folder:
        source, covers = Path(folder) / "source", Path(folder) / "covers"
        _write_files(source, random, _OCTETS[name])
        covers.mkdir()
        for number, shape in enumerate(_SHAPES[name]):
            picture = _picture(random, shape)
            Image.fromarray(picture[..., 0] if shape[2] == 1 else picture).save(covers / f"{name}{number}.png")
        target = Path(folder) / "out"
        photographs = sorted(covers.iterdir())
        conceal_files(files_of(source), photographs, target, key_of(_KEYS[name]), options=Concealment(may_lose=34))
        (FOLDER / "photographs").mkdir(exist_ok=True)
        for path in target.iterdir():
            (FOLDER / "photographs" / path.name).write_bytes(path.read_bytes())
        contents = {each: hashlib.sha256(path.read_bytes()).hexdigest() for path, each in files_of(source)}
        return {"key": _KEYS[name], "photographs": [path.name for path in photographs], "files": contents}


def _write_files(source: Path, random: np.random.Generator, octets: int) -> None:
    (source / "more").mkdir(parents=True)
    (source / "more" / "note.txt").write_text("found\n" * 100, encoding="ascii")
    (source / "noise").write_bytes(random.bytes(octets))
    for signed in (False, True):
        volume = np.rint(gaussian_filter(random.normal(0 if signed else 500, 300, (1, 24, 20)), 1)).astype(int)
        new_series(source / f"series{int(signed)}", volume)
    if octets > _FEW:
        _make_8_bits(next((source / "series1").iterdir()), random)


def _make_8_bits(file: Path, random: np.random.Generator) -> None:
    """Pixels of one byte, with a sign, as the format has a rule for them; colours beside each other, too."""
    header = dcmread(file)
    cells = np.clip(np.rint(gaussian_filter(random.normal(0, 80, (24, 20, 3)), (1, 1, 0))), -128, 127).astype(np.int8)
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 8, 8, 7, 1
    header.SamplesPerPixel, header.PhotometricInterpretation, header.PlanarConfiguration = 3, "RGB", 0
    header["PixelData"].VR = "OB"
    header.PixelData = cells.tobytes()
    header.save_as(file)


def _picture(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Soft colours with noise, a corner that is black and another that is white."""
    picture = 128 + 400 * gaussian_filter(random.normal(0, 1, shape), (6, 6, 0)) + random.normal(0, 3, shape)
    picture[: shape[0] // 5, : shape[1] // 5] = 0
    picture[-shape[0] // 6 :, -shape[1] // 6 :] = 255
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)
