"""Profile reversible on one slice of each curated series: times, fidelity and capacity; one core is enough.

python Testing/benchmarks/bench_reversible.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.dicom import Number, list_files, read_instance
from StegoMedLib.envelope import KeyFile, Sealer, TextRecord
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import compare
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.message import seal
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

ROUNDS = 5
BITS = 1383
CURATED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "curated"
KEY = KeyFile(bytes(range(32)))


def planes() -> Iterator[tuple[str, Plane]]:
    """The slice in the middle of each series."""
    for folder in sorted(path for path in CURATED.iterdir() if path.is_dir()):
        files = list_files(folder).images
        yield folder.name, read_instance(files[len(files) // 2]).plane(0)


def milliseconds(work: Callable[[], object]) -> float:
    """Median time of `work`, by the processor's clock."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def measure(name: str, plane: Plane, air: NDArray[np.bool_], significant: NDArray[np.bool_]) -> dict[str, object]:
    """One slice: 1,383 bits that are tied to it."""
    used, message = coding("reversible", KEY.locators()[0]), seal(Sealer(KEY), TextRecord("A"))
    tie = Tie(Slice(name, 0, 1, None, lambda: plane), Number(0, 0, 1), message)
    payload = Payload(
        message.payload.label, np.random.default_rng(1).random(BITS) < 0.5, nonce=tie.nonces(used.profile)[0]
    )
    canvas = used.profile.on(plane, air)
    row: dict[str, object] = {"series": name, "shape": plane.shape, "capacity_bits": canvas.capacity}
    try:
        pixels = canvas.embed(payload, tie)
    except DoesNotFitError:
        return row
    stego = Plane(pixels, plane.low, plane.high, plane.padding)
    found = used.profile.extract(stego, None, lambda _: BITS)
    assert found is not None
    restored = used.profile.restored(stego, found)
    assert restored is not None
    quality = compare(plane, pixels, significant)
    return row | {
        "same": bool(np.array_equal(restored, plane.pixels)),
        "changed_pixels": quality.changed_pixels,
        "changed_significant": quality.changed_significant,
        "largest_change": quality.largest_change,
        "psnr_65535": quality.psnr_65535,
        "embed_ms": milliseconds(lambda: used.profile.on(plane, air).embed(payload, tie)),
        "extract_ms": milliseconds(partial(used.profile.extract, stego, None, lambda _: BITS)),
        "restore_ms": milliseconds(partial(used.profile.restored, stego, found)),
    }


def main() -> None:
    """Measure, and print a line for each series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    target = parser.parse_args().json
    finder, rows = make_finder("maskrcnn"), []
    for name, plane in planes():
        significant = finder.find(plane)
        rows.append(measure(name, plane, air_of(plane, significant), significant))
        print(
            "  ".join(
                f"{key} {value:.1f}" if isinstance(value, float) else f"{value}" for key, value in rows[-1].items()
            )
        )
    if target:
        target.write_text(
            json.dumps({"profile": PROFILES["reversible"].name, "rows": rows}, indent=1), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
