"""Times ``stegomed batch`` with processes of this machine against one command alone; writes a Markdown table and JSON.

    python Testing/benchmarks/bench_batch.py [--instances N] [--workers 1 2] [--finder NAME] [--json FILE]

The same copies of the curated series go through one ``stegomed deidentify --workers N``, and through ``stegomed batch
--local N``, for N = 1, 2, ... Processor seconds are those of all processes: on a machine that others use, too, they
tell more than seconds. Efficiency is the time of the one command over that of the batch with as many. What a series
costs is fitted to what the workers told: seconds for a series, for a slice, and for a million pixels. What the program
that began the batch takes itself, for a file that it notes and a series that it gives away, is where a batch stops
scaling.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from pydicom import dcmread

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from StegoMedLib.batch import cluster  # noqa: E402
from StegoMedLib.batch.crew import Crew, Workers  # noqa: E402
from StegoMedLib.batch.finding import find, looked_at  # noqa: E402
from StegoMedLib.batch.findings import FoundFile  # noqa: E402
from StegoMedLib.batch.manifest import Manifest  # noqa: E402
from StegoMedLib.batch.run import run  # noqa: E402
from StegoMedLib.batch.settings import DEIDENTIFY, KeyPlaces, ServerPlaces, Settings  # noqa: E402
from StegoMedLib.envelope import KeyFile  # noqa: E402
from Testing.batch_works import nothing  # noqa: E402
from Testing.campaigns.batch_killing import CURATED, KEY, command, copies, environment  # noqa: E402

OPTIONS = ("--accept-burned-in", "--finder")
_SERIES, _FILES = 2000, 100
"""Series of a batch in which nothing is done, and files of each."""


def timed(words: list[str], codes: set[int]) -> dict[str, float]:
    """Seconds, and processor seconds of all processes, of a command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        words, env={**environment(), "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode not in codes:
        raise SystemExit(f"{words[3]} ended with {done.returncode}: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": time.perf_counter() - began, "processor_seconds": used}


def alone(folder: Path, workers: int, finder: str) -> dict[str, float]:
    """The one command over all series, with processes that share the slices."""
    target = folder / "alone"
    words = [sys.executable, "-m", "StegoMedLib", "deidentify", str(folder / "source"), str(target), "--key-file"]
    try:
        options = (*OPTIONS, finder, "--workers", str(workers))
        return timed([*words, str(folder / "key"), *options], {0, 6, 7}) | {"workers": workers}
    finally:
        shutil.rmtree(target, ignore_errors=True)


def together(folder: Path, workers: int, finder: str) -> dict[str, float]:
    """The batch, begun anew; and what a second run takes that does nothing."""
    target = folder / f"target{workers}"
    words = command(folder / "source", target, workers, "--finder", finder, "--json", str(folder / "report.json"))
    found = timed(words, {0, 7})
    report = json.loads((folder / "report.json").read_text())
    second = timed(words, {0, 7})
    shutil.rmtree(target, ignore_errors=True)
    return found | {"workers": workers, "second_run": second["seconds"], "series": report["series"]["done"]}


def costs(folder: Path, workers: int) -> dict[str, Any]:
    """What a series costs, by its slices and pixels, fitted by least squares to what workers told."""
    base = sqlite3.connect(f"file:{folder / f'target{workers}.batch.sqlite'}?mode=ro", uri=True)
    rows = base.execute(
        "SELECT slices, processor_seconds, seconds, bytes_read, bytes_written, "
        "(SELECT path FROM file WHERE series = number LIMIT 1) FROM series WHERE state = 'done' AND slices > 0"
    ).fetchall()
    base.close()
    pixels = [_pixels(Path(os.fsdecode(row[-1]))) * row[0] / 1e6 for row in rows]
    causes = np.array([[1.0, row[0], each] for row, each in zip(rows, pixels, strict=True)])
    taken = np.array([row[1] for row in rows])
    fitted, *_ = np.linalg.lstsq(causes, taken, rcond=None)
    rest = taken - causes @ fitted
    names = ("a_series", "a_slice", "a_million_pixels")
    return {
        "processor_seconds": dict(zip(names, map(float, fitted), strict=True)),
        "deviation": float(rest.std()),
        "explained": float(1 - rest.var() / taken.var()),
        "series": len(rows),
        "slices": int(sum(row[0] for row in rows)),
        "mean_of_a_slice": float(taken.sum() / causes[:, 1].sum()),
        "worker_seconds_of_a_slice": float(sum(row[2] for row in rows) / causes[:, 1].sum()),
        "bytes_of_a_slice": float(sum(row[3] + row[4] for row in rows) / causes[:, 1].sum()),
        "manifest_bytes_of_a_file": (folder / f"target{workers}.batch.sqlite").stat().st_size
        / len(list((folder / "source").rglob("*.dcm"))),
    }


def own_costs(folder: Path) -> dict[str, float]:
    """What the program itself takes: to find a file, and to give a series away and note what became of it."""
    key = KeyFile(KEY)
    settings = Settings(DEIDENTIFY, KeyPlaces(key_file=folder / "key"))
    looks: list[Any] = []

    def looking(chunks: Any) -> Any:
        for chunk in chunks:
            looks.append(looked_at(chunk))
            yield looks[-1]

    def known(chunks: Any) -> Any:
        yield from (look for _, look in zip(chunks, looks, strict=True))

    spent = [_finding(folder / name, folder / "source", look) for name, look in (("a", looking), ("b", known))]
    files = sum(map(len, looks))
    with Manifest(folder / "given") as manifest, mock.patch.object(cluster, "work_on", nothing):
        scan = manifest.scan()
        for number in range(_SERIES):
            for file in range(_FILES):
                scan.put(
                    FoundFile(f"/archive/2026/patient{number:06}/series/{file:06}.dcm", 1, 1, "", "1", f"1.{number}")
                )
        scan.commit()
        manifest._base.execute("UPDATE series SET files = ?", (_FILES,))
        began, whole = time.process_time(), time.perf_counter()
        with Crew(Workers(count=2), settings, key) as crew:
            run(manifest, folder / "given_away", crew)
        giving, rate = (time.process_time() - began) / _SERIES, _SERIES / (time.perf_counter() - whole)
    return {
        "walking_a_file": spent[1] / files,
        "reading_a_head": (spent[0] - spent[1]) / files,
        "giving_a_series": giving,
        "series_a_second": rate,
    }


def _finding(place: Path, source: Path, look: Any) -> float:
    """Processor seconds of a scan."""
    with Manifest(place) as manifest:
        began = time.process_time()
        find([source], manifest.scan(), ServerPlaces(), look, lambda *_: None)
        return time.process_time() - began


def _pixels(file: Path) -> int:
    header = dcmread(file, stop_before_pixels=True)
    return int(header.Rows) * int(header.Columns)


def main() -> int:
    """Print the table; 1 where the real series are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--finder", default="threshold")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not CURATED.is_dir():
        print(f"The real series are not here: {CURATED} does not exist.")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        instances = sum(1 for _ in copies(CURATED, folder / "source", options.instances))
        command(folder / "source", folder / "target", 1)  # writes the key
        one = [alone(folder, workers, options.finder) for workers in options.workers]
        rows = [together(folder, workers, options.finder) for workers in options.workers]
        for row, same in zip(rows, one, strict=True):
            row["efficiency"] = same["seconds"] / row["seconds"]
            row["processor_efficiency"] = one[0]["processor_seconds"] / row["processor_seconds"]
        measured: dict[str, Any] = {
            "instances": instances,
            "alone": one,
            "batch": rows,
            "finder": options.finder,
            "costs": costs(folder, options.workers[-1]),
            "own": own_costs(folder),
        }
    print(
        "| workers | seconds | processor seconds | efficiency | of processor seconds |\n| --- | --- | --- | --- | --- |"
    )
    for row in one:
        print(f"| one command, {row['workers']} | {row['seconds']:.1f} | {row['processor_seconds']:.1f} | | |")
    for row in measured["batch"]:
        cells = f"{row['workers']} | {row['seconds']:.1f} | {row['processor_seconds']:.1f}"
        print(f"| {cells} | {row['efficiency']:.0%} | {row['processor_efficiency']:.0%} |")
    print(json.dumps({"costs": measured["costs"], "own": measured["own"]}, indent=1))
    if options.json:
        options.json.write_text(json.dumps(measured), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
