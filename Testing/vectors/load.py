"""The vectors as the library takes them: keys, slices, results."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydicom import Dataset

from StegoMedLib.envelope import Identity, KeyCost, KeyFile, Passphrase, joined
from StegoMedLib.plane import Plane
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from StegoMedLib.envelope import Key, SingleKey

__all__ = ["CHEAP", "FOLDER", "arrays", "checksums", "index", "key_of", "plane_of", "single_key", "slice_of"]
__all__ += ["write_index"]

FOLDER = Path(__file__).parent
CHEAP = KeyCost(3, 1, 1)
"""Of sealing in most vectors: what an envelope says is what a reader computes."""

Vector = dict[str, Any]


def index() -> Vector:
    """All vectors, by kind."""
    found: Vector = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    return found


def arrays(name: str) -> Mapping[str, NDArray[Any]]:
    """Planes of a vector by their number, and its mask where it has one."""
    with np.load(FOLDER / "planes" / f"{name}.npz", allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def checksums() -> dict[str, str]:
    """SHA-256 of every file that must not change, by its path."""
    pinned = [*FOLDER.glob("*.json"), *FOLDER.glob("planes/*"), *FOLDER.glob("files/*")]
    pinned += FOLDER.glob("photographs/*")
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(pinned)
        if path.name != "index.json"
    }


def write_index(found: Vector) -> None:
    """Keep all vectors; a checksum that is there stays."""
    found["checksums"] = checksums() | found.get("checksums", {})
    rows = (
        f" {json.dumps(kind)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in some.items())
        + "\n }"
        for kind, some in found.items()
    )
    (FOLDER / "index.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


@cache
def single_key(name: str) -> SingleKey:
    """One of the keys that are stored with the vectors."""
    stored = index()["keys"][name]
    if "passphrase" in stored:
        return _OnceDerived(stored["passphrase"].encode(), CHEAP)
    if "key" in stored:
        return KeyFile(bytes.fromhex(stored["key"]))
    return Identity(bytes.fromhex(stored["x25519"]), bytes.fromhex(stored.get("mlkem768", "")))


def key_of(*names: str) -> Key:
    """One stored key, or several in one."""
    return joined(single_key(name) for name in names)


class _OnceDerived(Passphrase):
    """A passphrase whose locators, which take 64 MiB and a tenth of a second, are derived once."""

    def locators(self) -> tuple[bytes, ...]:
        return _locators(self.prepared)


@cache
def _locators(prepared: bytes) -> tuple[bytes, ...]:
    return Passphrase(prepared).locators()


def plane_of(pixels: NDArray[Any], header: Vector | None) -> Plane:
    """A plane as its header says; of 16 signed bits without."""
    said = header or {"bits": 16, "signed": True, "photometric": "MONOCHROME2", "slope": 1.0, "intercept": 0.0}
    low = -(1 << said["bits"] - 1) if said["signed"] else 0
    high = low + (1 << said["bits"]) - 1
    inverted = said["photometric"] == "MONOCHROME1"
    return Plane(
        pixels.astype(np.int32),
        low,
        high,
        modality="CT",
        slope=said["slope"],
        intercept=said["intercept"],
        inverted=inverted,
    )


def slice_of(pixels: NDArray[Any], header: Vector | None, number: int = 0) -> Slice:
    """A slice; its header says where it lies."""
    dataset = None
    if header is not None:
        dataset = Dataset()
        dataset.PixelSpacing = header["spacing"]
        dataset.ImageOrientationPatient = header["orientation"]
        dataset.ImagePositionPatient = header["position"]
    plane = plane_of(pixels, header)
    return Slice(f"{number}", 0, 1, dataset, lambda: plane)
