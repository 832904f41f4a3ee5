"""Peak memory and time of embedding a record, and extracting it, in short and in long sources of 512 x 512 pixels.

    PYTHONPATH=. python Testing/benchmarks/bench_memory.py [series|frames] [FINDER] [--json FILE]

``series`` does series of 30 and of 300 slices, ``frames`` enhanced objects of 20 and of 2000 frames (an hour or so on
one processor).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.choices import FINDERS
from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series
from Testing.multiframe import enhanced_phantom

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = {"series": (30, 300), "frames": (20, 2000)}
PROBE = (
    "import sys\n"
    "from StegoMedLib.cli.main import main\n"
    "from Testing.memory import most_memory\n"
    "code = main(sys.argv[1:])\n"
    "print('PEAK', most_memory() >> 20, file=sys.stderr)\n"
    "sys.exit(code)\n"
)


def peak(command: list[str], folder: Path) -> dict[str, float]:
    """Peak resident memory and time of a command line run in a process of its own."""
    environment = {
        **os.environ,
        "STEGOMED_PASSPHRASE": "correct horse battery staple",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    run = [sys.executable, "-c", PROBE, *command]
    start = time.perf_counter()
    result = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"PEAK (\d+)", result.stderr)
    assert found is not None
    return {"peak_mib": int(found.group(1)), "seconds": time.perf_counter() - start}


def series(target: Path, length: int) -> None:
    """Write a series of phantom slices."""
    phantom = phantom_series(slices=10)
    volume = phantom.stored[np.arange(length) % len(phantom.stored)]
    new_series(target, volume, rescale=(1.0, phantom.intercept), padding=phantom.padding)


MAKERS: dict[str, Callable[[Path, int], None]] = {"series": series, "frames": enhanced_phantom}


def measure(kind: str, length: int, finder: str, folder: Path) -> dict[str, Any]:
    """Embed in a source of some length, and extract."""
    MAKERS[kind](folder / f"in{length}", length)
    embedded = peak(["embed", f"in{length}", f"out{length}", "--finder", finder], folder)
    return {"length": length, "embed": embedded, "extract": peak(["extract", f"out{length}"], folder)}


def main() -> None:
    """Print a line for each length."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", nargs="?", choices=LENGTHS, default="series")
    parser.add_argument("finder", nargs="?", choices=FINDERS, default="threshold")
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for length in LENGTHS[options.kind]:
            rows.append(measure(options.kind, length, options.finder, Path(name)))
            parts = (f"{work} {rows[-1][work]['peak_mib']} MiB" for work in ("embed", "extract"))
            print(f"{length:4d} {options.kind}: {', '.join(parts)}", flush=True)
    if options.json:
        numbers = {"kind": options.kind, "finder": options.finder, "lengths": rows}
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
