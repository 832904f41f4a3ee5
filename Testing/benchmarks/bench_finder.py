"""Time per slice of what lies before embedding: prepare, infer, paste, threshold, guard.

    python Testing/benchmarks/bench_finder.py [--threads N] [--rounds N] [--json FILE]

Runs on a phantom CT of 512 x 512 and needs no patient's data. Prints milliseconds: the median of the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.pipeline.phantom import phantom_series
from StegoMedLib.plane import Plane
from StegoMedLib.regions import guard, make_finder, usable_blocks
from StegoMedLib.regions.model_files import find_model
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import paste
from StegoMedLib.regions.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Callable


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Median time of some rounds after one that warms up."""
    work()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(times)


def measure(threads: int, rounds: int) -> dict[str, float]:
    """Time each station on one slice."""
    series = phantom_series(slices=3, size=512)
    stored = series.stored[1].astype(np.int32)
    plane = Plane(stored, -32768, 32767, ((series.padding, series.padding),), "CT", series.slope, series.intercept)
    model = find_model()
    engine = OnnxEngine(model.content, threads)
    prepared = prepare(plane)
    found = engine.detect(prepared.image)
    mask = paste(found, prepared, plane.shape, model.limits)
    guarded = guard(plane, mask)
    threshold = make_finder("threshold")
    parts: dict[str, Callable[[], object]] = {
        "prepare": lambda: prepare(plane),
        "infer": lambda: engine.detect(prepared.image),
        "paste": lambda: paste(found, prepared, plane.shape, model.limits),
        "guard": lambda: guard(plane, mask),
        "usable_blocks": lambda: usable_blocks(plane, guarded),
        "threshold": lambda: threshold.find(plane),
    }
    return {name: milliseconds(work, rounds) for name, work in parts.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=0, help="of the network; 0 takes all cores")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    numbers = measure(options.threads, options.rounds)
    for name, value in numbers.items():
        print(f"{name:14s} {value:8.1f} ms")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
