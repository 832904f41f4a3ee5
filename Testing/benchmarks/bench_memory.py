"""Peak memory and time of hiding a record in series of 30 and of 300 slices of 512 x 512 pixels."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from StegoMedLib.dicom import new_series
from StegoMedLib.pipeline.phantom import phantom_series

LENGTHS = (30, 300)
PROBE = (
    "import resource, sys\n"
    "from StegoMedLib.cli.main import main\n"
    "code = main(sys.argv[1:])\n"
    "print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)\n"
    "sys.exit(code)\n"
)


def peak(command: list[str], folder: Path) -> int:
    """Peak resident memory in MiB of a command line run in a process of its own."""
    environment = {**os.environ, "STEGOMED_PASSPHRASE": "correct horse battery staple"}
    run = [sys.executable, "-c", PROBE, *command]
    result = subprocess.run(run, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"PEAK (\d+)", result.stderr)
    assert found is not None
    return int(found.group(1))


def main() -> None:
    """Print a line for each length and command."""
    finder = sys.argv[1:] or ["threshold"]
    phantom = phantom_series(slices=10)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for length in LENGTHS:
            volume = phantom.stored[np.arange(length) % len(phantom.stored)]
            new_series(folder / f"in{length}", volume, rescale=(1.0, phantom.intercept), padding=phantom.padding)
            embed = ["embed", f"in{length}", f"out{length}", "--finder", finder[0]]
            print(f"{length:4d} slices: embed {peak(embed, folder)} MiB, ", end="", flush=True)
            print(f"extract {peak(['extract', f'out{length}'], folder)} MiB", flush=True)


if __name__ == "__main__":
    main()
