"""Takes instances through the pipeline one by one, as a service does, and prints how long each station takes.

    python Testing/benchmarks/bench_instance.py [SERIES ...] [--rounds N] [--measured] [--json FILE]

Key and finder live on, everything else is made anew for each instance. Times are the medians in milliseconds of
processor time, of all threads; ``around`` is what lies between the stations: listing, headers, trees, moving in place.
Start it with ``taskset -c 0`` for numbers of a single core.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from StegoMedLib.envelope import KeyFile
from StegoMedLib.memory import keep_freed_memory
from StegoMedLib.pipeline.deidentify import deidentify_series
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.series.masks import mask_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.series.masks import MaskSource

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SERIES = ("ct_abdomen_chaos3", "ct_thorax_lidc", "mr_head_uih_t1")
WORK: dict[str, Callable[..., Any]] = {"embed": embed_series, "deidentify": deidentify_series}
STATIONS = ("keys", "reading", "checking", "finding", "sealing", "embedding", "measuring", "writing")
KEY = KeyFile(bytes(range(32)))


def once(work: Callable[..., Any], path: Path, target: Path, masks: MaskSource, method: Method) -> dict[str, float]:
    """Milliseconds of each station of one instance, and of all."""
    begun, worked = time.perf_counter(), time.process_time()
    report = work(path, target, KEY, masks, method=method)
    total = 1000 * (time.process_time() - worked)
    busy = total / (time.perf_counter() - begun)  # stations are timed by the clock, which goes on for others' work
    stations = {name: busy * report.seconds.get(name, 0.0) for name in STATIONS}
    return {**stations, "around": total - sum(stations.values()), "total": total}


def row(series: str, what: str, masks: MaskSource, method: Method, rounds: int) -> dict[str, Any]:
    """The medians of a series, after a round that nobody counts."""
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        paths = sorted((DATA / "curated" / series).glob("*.dcm"))
        once(WORK[what], paths[0], Path(name) / "first", masks, method)
        for number in range(rounds):
            targets = [Path(name) / f"{number}-{path.stem}" for path in paths]
            found += [once(WORK[what], *pair, masks, method) for pair in zip(paths, targets, strict=True)]
    given = masks.name if masks.name != "masks" else "given masks"
    medians = {each: round(median(row[each] for row in found), 1) for each in found[0]}
    return {"series": series, "work": what, "masks": given, "instances": len(found), **medians}


def main() -> int:
    """Print the table; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    parser = argparse.ArgumentParser(description="Instances one by one, by stations; a Markdown table.")
    parser.add_argument("series", nargs="*", default=SERIES)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--measured", action="store_true", help="measure quality, too, which a service does not")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    keep_freed_memory()
    finder, method, rows = mask_source("maskrcnn", "auto", None), Method(measured=options.measured), []
    columns = ("series", "work", "masks", "instances", *STATIONS, "around", "total")
    print("| " + " | ".join(columns) + " |\n" + "| --- " * len(columns) + "|")
    for series in options.series:
        for what in WORK:
            for masks in (finder, mask_source("", "", DATA / "masks" / "curated" / series)):
                rows.append(row(series, what, masks, method, options.rounds))
                print("| " + " | ".join(str(rows[-1][name]) for name in columns) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
