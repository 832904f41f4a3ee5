"""Attacks the guard with changed real slices, and counts pixels of the reference masks that become usable.

    python Testing/benchmarks/bench_guard.py [--attacks N] [--seed S] [--finder NAME|none] [--modality CT|MR] [--json F]

Slices are those of ``curated/`` and ``safety/``; attacks are those of `StegoMedLib.lab.benchmark.guard_attacks`. With a
finder, its mask of the attacked slice stands before the guard, as in embedding; without, the guard stands alone behind
an empty mask.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.blocks import pixels_of, usable_blocks
from StegoMedLib.choices import FINDERS
from StegoMedLib.dicom import read_instance
from StegoMedLib.lab.benchmark.guard_attacks import attacked
from StegoMedLib.regions import make_finder, prove
from StegoMedLib.series.region import Region, proof_of
from StegoMedLib.training.references import read_reference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.regions import RegionFinder

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SMALLEST = 16  # rows or columns; smaller cuts have no block to speak of


def covers(modality: str) -> list[tuple[str, Plane, NDArray[np.bool_]]]:
    """All single-frame slices of a modality that have a reference mask."""
    found = []
    for group in ("curated", "safety"):
        for path in sorted((DATA / group).rglob("*.dcm")):
            instance = read_instance(path, accept_lossy=True)
            mask = DATA / "masks" / group / path.parent.name / f"{path.stem}.png"
            plane = instance.plane(0)
            if instance.frames == 1 and mask.is_file() and plane.modality == modality:
                found.append((f"{path.parent.name}/{path.stem}", plane, read_reference(mask).patient))
    return found


def usable(plane: Plane, finder: RegionFinder | None) -> NDArray[np.bool_]:
    """Pixels that may be written to."""
    if finder is None:
        proof = prove(plane, np.zeros(plane.shape, dtype=np.bool_))
    else:
        found = finder.look(plane)
        proof = proof_of(plane, Region(found.significant, found.suspect))
    return pixels_of(usable_blocks(proof.air), plane.shape)


def run(modality: str, attacks: int, seed: int, finder: RegionFinder | None, without: list[str]) -> dict[str, Any]:
    """Attack, and count."""
    slices, rng = covers(modality), np.random.default_rng(seed)
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    worst: list[tuple[int, str, str]] = []
    for _ in range(attacks):
        name, plane, mask = slices[rng.integers(len(slices))]
        plane, mask, kind = attacked(rng, plane, mask, without)
        if min(plane.shape) < SMALLEST:
            continue
        lost = int((usable(plane, finder) & mask).sum())
        row = tally[kind.split(" + ", maxsplit=1)[0]]
        row[0], row[1], row[2] = row[0] + 1, row[1] + (lost > 0), row[2] + lost
        worst.append((lost, name, kind))
    worst.sort(reverse=True)
    return {"modality": modality, "kinds": dict(tally), "worst": [each for each in worst[:20] if each[0]]}


def main() -> int:
    """Print a Markdown table for each modality; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    parser = argparse.ArgumentParser(description="Attack the guard with changed real slices.")
    parser.add_argument("--attacks", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--finder", choices=[*FINDERS, "none"], default="maskrcnn")
    parser.add_argument("--modality", choices=["CT", "MR"], action="append")
    parser.add_argument("--without", action="append", default=[], metavar="KIND", help="leave out a kind of attack")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    finder = None if arguments.finder == "none" else make_finder(arguments.finder)
    reports = []
    for modality in arguments.modality or ["CT", "MR"]:
        begun = time.perf_counter()
        report = run(modality, arguments.attacks, arguments.seed, finder, arguments.without)
        reports.append(report)
        print(f"\n{modality}, finder {arguments.finder}, seed {arguments.seed}, {time.perf_counter() - begun:.0f} s\n")
        print("| attack | planes | with patient pixels usable | pixels |\n| --- | --- | --- | --- |")
        for kind, (planes, failed, pixels) in sorted(report["kinds"].items()):
            print(f"| {kind} | {planes} | {failed} | {pixels} |")
        for lost, name, kind in report["worst"][:10]:
            print(f"{lost} pixels: {name}, {kind}")
    if arguments.json:
        arguments.json.write_text(json.dumps(reports, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
