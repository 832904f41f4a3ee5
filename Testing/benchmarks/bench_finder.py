"""Time per slice of what lies before embedding, stage by stage, with every engine that is installed.

    python Testing/benchmarks/bench_finder.py [--threads N] [--rounds N] [--json FILE]

Runs on a phantom CT of 512 x 512 and needs no patient's data. Prints milliseconds: the median and the least of the
rounds, the latter being what counts where other work keeps the cores busy, and the median of processor time, which is
that of one core with ``--threads 1`` and ``OMP_NUM_THREADS=1``. Then the stations from plane to mask, with their shares
of the processor time. The first mask and the peak of memory are those of fresh processes. OpenVINO, no engine of
StegoMed, is shown beside the others where it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.dicom import new_series, read_instance
from StegoMedLib.regions import guard, make_finder, prove
from StegoMedLib.regions.maskrcnn import CHANCE, MaskRcnnFinder
from StegoMedLib.regions.model_files import ModelFile, find_model
from StegoMedLib.regions.morphology import fill
from StegoMedLib.regions.onnx_engine import OnnxEngine
from StegoMedLib.regions.paste import Detections, paste_each
from StegoMedLib.regions.prepare import prepare
from StegoMedLib.regions.snap import snap
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.regions.tissue import contrast, shows_body, surroundings
from StegoMedLib.regions.torch_engine import TorchEngine
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions.maskrcnn import Engine

STATIONS = ("look for a body", "prepare", "infer, onnx", "paste", "snap", "baseline")  # from plane to mask
ROOT = Path(__file__).resolve().parents[2]
TORCH = all(importlib.util.find_spec(package) for package in ("torchvision", "onnx"))

# A fresh process: seconds until its first mask, without the interpreter's own start, and the peak of its memory.
FIRST_MASK = """
import time; begun = time.perf_counter()
import sys
from pathlib import Path
from StegoMedLib.dicom import read_instance
from StegoMedLib.regions import make_finder
from Testing.memory import most_memory
finder = make_finder("maskrcnn", sys.argv[1])
planes = [read_instance(path).plane(0) for path in sorted(Path(sys.argv[2]).iterdir())]
finder.find(planes[0])
first, busy = time.perf_counter() - begun, time.process_time()
for _ in range(20):
    finder.find(planes[-1])
print(first, busy, most_memory())
"""


class OpenVinoEngine:
    """The same graph in OpenVINO, in single precision: by itself it takes bfloat16 on some processors."""

    def __init__(self, content: bytes, threads: int) -> None:
        import openvino  # noqa: PLC0415

        core = openvino.Core()
        settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        self._model = core.compile_model(core.read_model(content), "CPU", settings)

    def detect(self, image: NDArray[np.float32]) -> Detections:
        found = self._model({"image": image})
        return Detections(found["boxes"], found["scores"], found["masks"])


def milliseconds(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median and least time of some rounds after one that warms up, and the median of their processor time."""
    work()
    times, busy = [], []
    for _ in range(rounds):
        begun, begun_busy = time.perf_counter(), time.process_time()
        work()
        times.append(1e3 * (time.perf_counter() - begun))
        busy.append(1e3 * (time.process_time() - begun_busy))
    return {"median": statistics.median(times), "least": min(times), "processor": statistics.median(busy)}


def engines(model: ModelFile, threads: int) -> dict[str, Engine]:
    """Every engine that is installed, by name."""
    made: dict[str, Engine] = {"onnx": OnnxEngine(model.content, threads)}
    if TORCH:
        import torch  # noqa: PLC0415

        if threads:
            torch.set_num_threads(threads)
        made["torch"] = TorchEngine(model.content, model.shape)
    if importlib.util.find_spec("openvino"):
        made["openvino f32"] = OpenVinoEngine(model.content, threads)
    return made


def stages(path: Path, plane: Plane, model: ModelFile, engine: Engine) -> dict[str, Callable[[], object]]:
    """The stages of one slice, each ready to run alone."""
    seen = contrast(plane)
    prepared = prepare(plane, model.side, surroundings(plane, seen))
    found = engine.detect(prepared.image)
    limits = (model.limits, CHANCE)
    coarse, _ = paste_each(found, prepared, plane.shape, limits)
    mask = snap(plane, seen, coarse)
    guarded = guard(plane, mask)
    threshold = make_finder("threshold")
    return {
        "read": lambda: read_instance(path).plane(0),
        "look for a body": lambda: shows_body(plane, contrast(replace(plane))),  # of which nothing is known yet
        "prepare": lambda: prepare(plane, model.side, surroundings(plane, seen)),
        "paste": lambda: paste_each(found, prepared, plane.shape, limits),
        "snap": lambda: fill(snap(plane, seen, coarse) & ~plane.padding_mask),
        "baseline": lambda: ThresholdFinder().body(plane, seen),
        "guard": lambda: guard(plane, mask),
        "usable blocks": lambda: usable_blocks(~guarded),
        "threshold, whole": lambda: threshold.find(plane),
    }


def air(plane: Plane, finder: MaskRcnnFinder) -> NDArray[np.bool_]:
    """Finder and guard together."""
    found = finder.look(plane)
    return prove(plane, found.significant, suspect=found.suspect).air


def measure(folder: Path, threads: int, rounds: int) -> dict[str, Any]:
    """Time each stage on one slice, and each engine on it."""
    path = sorted(folder.iterdir())[1]
    plane = read_instance(path).plane(0)
    model = find_model()
    found = engines(model, threads)
    image = prepare(plane, model.side, surroundings(plane, contrast(plane))).image
    parts = {name: milliseconds(work, rounds) for name, work in stages(path, plane, model, found["onnx"]).items()}
    for name, engine in found.items():
        finder = MaskRcnnFinder(engine, model.limits, model.side)
        parts[f"infer, {name}"] = milliseconds(lambda engine=engine: engine.detect(image), rounds)  # type: ignore[misc]
        parts[f"plane to air, {name}"] = milliseconds(lambda finder=finder: air(replace(plane), finder), rounds)  # type: ignore[misc]
        parts[f"plane to mask, {name}"] = milliseconds(lambda finder=finder: finder.find(replace(plane)), rounds)  # type: ignore[misc]
    return {"milliseconds": parts}


def fresh(engine: str, folder: Path) -> dict[str, float]:
    """First mask and peak memory of a fresh process."""
    command = [sys.executable, "-c", FIRST_MASK, engine, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, busy, peak = (float(each) for each in done.stdout.split())
    return {"first_mask_s": seconds, "first_mask_cpu_s": busy, "peak_mib": peak / 2**20}


def show(numbers: dict[str, Any]) -> None:
    for name, times in numbers["milliseconds"].items():
        print(
            f"{name:28s} {times['median']:8.1f} ms   least {times['least']:8.1f} ms   "
            f"processor {times['processor']:8.1f} ms"
        )
    busy = {name: numbers["milliseconds"][name]["processor"] for name in STATIONS}
    shares = ", ".join(f"{name} {share / sum(busy.values()):.0%}" for name, share in busy.items())
    print(f"from plane to mask {sum(busy.values()):.1f} ms of processor time: {shares}")
    for name, cold in numbers["fresh"].items():
        print(
            f"{name:6s} fresh process: first mask after {cold['first_mask_s']:.2f} s "
            f"({cold['first_mask_cpu_s']:.2f} s of processor time), peak {cold['peak_mib']:.0f} MiB"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=0, help="of the network; 0 takes all cores")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    phantom = phantom_series(slices=3, size=512)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "series"
        rescale = (phantom.slope, phantom.intercept)
        new_series(folder, phantom.stored, spacing=phantom.spacing, rescale=rescale, padding=phantom.padding)
        # First, while this process is small: what it spawns counts its size as their own.
        cold = {name: fresh(name, folder) for name in ("onnx", "torch") if name == "onnx" or TORCH}
        numbers = {**measure(folder, options.threads, options.rounds), "fresh": cold}
    show(numbers)
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
