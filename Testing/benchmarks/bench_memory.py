"""Peak memory and time of hiding a record, and reading it, in short and in long sources of 512 x 512 pixels.

``PYTHONPATH=. python Testing/benchmarks/bench_memory.py series`` does series of 30 and of 300 slices, ``frames``
enhanced objects of 20 and of 2000 frames (an hour or so on one processor); a second word is the region finder.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

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


def peak(command: list[str], folder: Path) -> str:
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
    return f"{found.group(1)} MiB in {time.perf_counter() - start:.0f} s"


def series(target: Path, length: int) -> None:
    """Write a series of phantom slices."""
    phantom = phantom_series(slices=10)
    volume = phantom.stored[np.arange(length) % len(phantom.stored)]
    new_series(target, volume, rescale=(1.0, phantom.intercept), padding=phantom.padding)


MAKERS: dict[str, Callable[[Path, int], None]] = {"series": series, "frames": enhanced_phantom}


def main() -> None:
    """Print a line for each length."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "series"
    finder = sys.argv[2] if len(sys.argv) > 2 else "threshold"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in LENGTHS[kind]:
            MAKERS[kind](folder / f"in{length}", length)
            embed = ["embed", f"in{length}", f"out{length}", "--finder", finder]
            print(f"{length:4d} {kind}: embed {peak(embed, folder)}, ", end="", flush=True)
            print(f"extract {peak(['extract', f'out{length}'], folder)}", flush=True)


if __name__ == "__main__":
    main()
