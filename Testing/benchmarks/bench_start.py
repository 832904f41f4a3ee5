"""Processor time until the program has answered a question of version or help, the start of Python included."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
COMMANDS = ("--version", "--help", "embed --help", "extract --help", "attack --help", "train --help")


def seconds(arguments: str) -> float:
    """Time of the processor, user's and system's, that one run takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "StegoMedLib", *arguments.split()]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    for arguments in COMMANDS:
        times = [seconds(arguments) for _ in range(ROUNDS)]
        print(f"stegomed {arguments:16s} {statistics.median(times):6.3f} s   ({min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()
