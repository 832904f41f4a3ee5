"""How fast files go into photographs and out again, how little these change, and how much memory that takes.

    PYTHONPATH=. python Testing/benchmarks/bench_photographs.py --data ../shared/data --json photographs.json

Each way is a process of its own, with a key file: deriving keys from a passphrase takes as long as a slice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from Testing.photographs import COLOUR, scaled
from Testing.process_memory import held_by_all

SERIES = "curated/ct_abdomen_chaos3"
LOOK = 0.05
MEGA = 1e6


def timed(*arguments: object) -> tuple[float, int]:
    """Seconds that a command takes, and the most memory that it and what it starts held."""
    command = [sys.executable, "-m", "StegoMedLib", *map(str, arguments)]
    begun, most = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, held_by_all(process.pid))
            time.sleep(LOOK)
        if process.returncode:
            raise SystemExit(process.stderr.read() if process.stderr else "failed")
    return time.perf_counter() - begun, most


def photographs(folder: Path, number: int, side: int) -> list[Path]:
    """So many different photographs of about that side."""
    folder.mkdir()
    paths = []
    for place in range(number):
        name, more = COLOUR[place % len(COLOUR)], 8 * (place // len(COLOUR))
        paths.append(folder / f"{name}{side + more}.png")
        Image.fromarray(scaled(name, side + more, side + more)).save(paths[-1], compress_level=1)
    return paths


def way(folder: Path, name: str, sources: list[Path], size: tuple[int, int], workers: int) -> dict[str, Any]:
    """Conceal and reveal once; `size` is the number of photographs, and their side."""
    number, side = size
    place = folder / name.replace(" ", "-")
    place.mkdir()
    source = place / "source"
    source.mkdir()
    for path in sources:
        (source / path.name).write_bytes(path.read_bytes())
    (place / "key").write_bytes(bytes(range(32)))
    covers, report = photographs(place / "covers", number, side), place / "report.json"
    key = ("--key-file", place / "key")
    conceal, held = timed(
        "conceal", source, *covers, "--out", place / "out", *key, "--json", report, "--workers", workers
    )
    reveal, held_again = timed("reveal", place / "out", "--out", place / "back", *key)
    same = all((place / "back" / path.name).read_bytes() == path.read_bytes() for path in sources)
    found = json.loads(report.read_text(encoding="ascii"))
    rows = found["photographs"]
    return {
        "name": name,
        "files": len(sources),
        "photographs": number,
        "lost": found["may_be_lost"],
        "side": side,
        "workers": workers,
        "same": same,
        "source_mb": found["source_bytes"] / MEGA,
        "sealed_mb": found["sealed_bytes"] / MEGA,
        "psnr": min(row["psnr"] for row in rows),
        "bits": max(row["bits_a_sample"] for row in rows),
        "conceal": conceal,
        "reveal": reveal,
        "memory": max(held, held_again),
    }


def main() -> None:
    """Print and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    slices = sorted((options.data / SERIES).glob("*.dcm"))
    ways = [
        ("a slice, equal photograph", slices[10:11], (1, 512), 1),
        ("a slice, 1024 x 1024", slices[10:11], (1, 1024), 1),
        ("24 slices, few photographs, 1 worker", slices, (10, 1024), 1),
        ("24 slices, few photographs, 2 workers", slices, (10, 1024), 2),
        ("24 slices, many photographs, 2 workers", slices, (32, 1024), 2),
        ("24 slices, one large photograph", slices, (1, 3600), 2),
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows = [way(Path(folder), *each) for each in ways]
    for row in rows:
        print(json.dumps(row))
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}), encoding="utf-8")


if __name__ == "__main__":
    main()
