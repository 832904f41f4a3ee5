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
from scipy.ndimage import gaussian_filter

from StegoMedLib.dicom import new_series
from StegoMedLib.photo.conceal import Concealment, conceal_files, files_of
from Testing.vectors.load import FOLDER, Vector, key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NAMES", "made"]

_SHAPES = {"lost": [(100, 96, 3), (90, 110, 3), (120, 80, 1)], "full": [(80, 80, 3)], "recipient": [(80, 90, 3)]}
_KEYS = {"lost": "key file", "full": "key file", "recipient": "x25519"}
_OCTETS = {"lost": 3000, "full": 1000, "recipient": 200}
NAMES = tuple(_SHAPES)


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


def _picture(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Soft colours with noise, a corner that is black and another that is white."""
    picture = 128 + 400 * gaussian_filter(random.normal(0, 1, shape), (6, 6, 0)) + random.normal(0, 3, shape)
    picture[: shape[0] // 5, : shape[1] // 5] = 0
    picture[-shape[0] // 6 :, -shape[1] // 6 :] = 255
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)
