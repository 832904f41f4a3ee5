"""Hides and reads the default header record in every real series, through the command line; prints a Markdown table.

    python Testing/benchmarks/bench_series.py [FINDER]

Each line comes from three fresh processes: embed, extract (with the files and the passphrase only), evaluate (against
the reference masks).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.regions import FINDERS

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
COLUMNS = (
    "series",
    "slices",
    "with room",
    "read",
    "QR version",
    "changed pixels, mean",
    "psnr_65535, least",
    "psnr_range, least",
    "psnr_paper, least",
    "changed_significant",
    "changed_padding",
    "IoU, mean",
    "IoU, least",
    "finding, s a slice",
)


def stegomed(*arguments: object) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of one command."""
    command = [sys.executable, "-m", "StegoMedLib", *map(str, arguments), "--json", "-"]
    environment = {**os.environ, "STEGOMED_PASSPHRASE": "correct horse battery staple"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode not in (0, DoesNotFitError.exit_code):
        raise SystemExit(f"'stegomed {arguments[0]}' ended with {result.returncode}: {result.stderr.strip()[-300:]}")
    return result.returncode, json.loads(result.stdout) if result.returncode == 0 else {}


def row(series: Path, folder: Path, finder: str) -> list[str]:
    """One line of the table."""
    masks, marked = DATA / "masks" / "curated" / series.name, folder / series.name
    count = len(list(series.glob("*.dcm")))
    code, embedded = stegomed("embed", series, marked, "--finder", finder)
    if code != 0:
        return [series.name, str(count), "0", *["-"] * (len(COLUMNS) - 3)]
    _, read = stegomed("extract", marked)
    _, compared = stegomed("evaluate", series, marked, "--masks", masks, "--finder", finder)
    made, seen = embedded["summary"], compared["summary"]
    return [
        series.name,
        str(count),
        str(embedded["embedded"]),
        str(sum(each["state"] == "read" for each in read["slices"])),
        str(embedded["symbol_version"]),
        f"{made['changed_pixels']['mean']:.0f}",
        *(f"{made[name]['min']:.1f}" for name in ("psnr_65535", "psnr_range", "psnr_paper")),
        *(f"{seen[name]['max']:.0f}" for name in ("changed_significant", "changed_padding")),
        *(f"{seen['iou'][name]:.3f}" for name in ("mean", "min")),
        f"{embedded['seconds']['finding'] / count:.3f}",
    ]


def main() -> int:
    """Print the table; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    parser = argparse.ArgumentParser(description="Hide, read and compare every real series; a Markdown table.")
    parser.add_argument("finder", nargs="?", choices=FINDERS, default="maskrcnn")
    finder = parser.parse_args().finder
    print("| " + " | ".join(COLUMNS) + " |\n" + "| --- " * len(COLUMNS) + "|")
    with tempfile.TemporaryDirectory() as name:
        for series in sorted((DATA / "curated").iterdir()):
            if series.is_dir():
                print("| " + " | ".join(row(series, Path(name), finder)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
