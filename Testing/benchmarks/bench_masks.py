"""Masks of every real series: agreement with the reference masks, and of the masks of cover and stego.

    python Testing/benchmarks/bench_masks.py [--every N] [--series A,B] [--profiles A,B] [--engine E] [--json FILE]

For each series, split by split: intersection over union of Mask R-CNN and of the threshold, mean and least; pixels of
the body that Mask R-CNN missed and the guard leaves open; share of the plane that may be written to; and for each
profile the least correlation of the masks found in cover and stego (``ncc_mask``), over the slices that it marked.
Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from StegoMedLib.choices import ENGINES
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.envelope import Passphrase
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.lab.evaluation.masks import PAPER_IOU, evaluate_masks
from StegoMedLib.metrics import ncc
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.regions import Region, RegionFinder, make_finder
from StegoMedLib.series.masks import FinderMasks, FolderMasks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.embed_run import SliceSeen
    from StegoMedLib.plane import Plane

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SPLITS = {
    "validation": (
        "ct_thorax_lidc",
        "ct_thorax_acrinflt013",
        "ct_abdomen_dcmqi3",
        "mr_head_datalad_t1",
        "mr_abdomen_pydicom_overlay",
    ),
    "test": ("ct_abdomen_chaos3",),
}
WIDE_CELLS = 40.0  # of profile saidi2024, whose printed strength does not survive storage as integers


class Remembering:
    """A finder that is asked about each plane once, however often its mask is wanted."""

    def __init__(self, finder: RegionFinder) -> None:
        self.name = finder.name
        self._finder = finder
        self._masks: dict[bytes, NDArray[np.bool_]] = {}

    def find(self, plane: Plane) -> NDArray[np.bool_]:
        key = hashlib.sha256(plane.pixels.tobytes()).digest()
        if key not in self._masks:
            self._masks[key] = self._finder.find(plane)
        return self._masks[key]

    def look(self, plane: Plane) -> Region:
        found = self.find(plane)
        return Region(found, found)


class Correlations:
    """Looks on while a series is marked, and compares the masks of cover and stego."""

    def __init__(self, finder: RegionFinder) -> None:
        self._finder = finder
        self.values: list[float] = []

    def take(self, seen: SliceSeen) -> None:
        plane, stego = seen.cover.plane, seen.result.stego
        if stego is None:
            return
        marked = replace(plane, pixels=stego)
        self.values.append(ncc(seen.region.significant, self._finder.find(marked)))


def split_of(series: str) -> str:
    """The split of a series; what is in no other was trained on."""
    return next((split for split, names in SPLITS.items() if series in names), "train")


def correlation(series: Path, finder: Remembering, profile: str) -> dict[str, Any]:
    """Mark a series with a profile: slices marked, and the least and mean correlation of the masks."""
    seen = Correlations(finder)
    with tempfile.TemporaryDirectory() as name:
        try:
            method, masks = Method(profile, beta=WIDE_CELLS), FinderMasks(finder)
            key = Passphrase.typed("benchmark")
            embed_series(series, Path(name) / "out", key, masks, method=method, onlooker=seen.take)
        except DoesNotFitError:
            return {"marked": 0, "min": None, "mean": None}
    return {"marked": len(seen.values), "min": min(seen.values), "mean": sum(seen.values) / len(seen.values)}


def row_of(series: Path, finders: list[RegionFinder], profiles: list[str]) -> dict[str, Any]:
    """Everything about one series."""
    remembering = Remembering(finders[0])
    masks = FolderMasks(DATA / "masks" / "curated" / series.name)
    report = evaluate_masks(series, masks, [remembering, *finders[1:]])
    summary = report.as_json()["summary"]
    return {
        "series": series.name,
        "split": split_of(series.name),
        "modality": report.slices[0].modality,
        "slices": len(report.slices),
        "finders": summary,
        "ncc_mask": {profile: correlation(series, remembering, profile) for profile in profiles},
    }


def cells(row: dict[str, Any], profiles: list[str]) -> list[str]:
    """One line of the table."""
    net, classical = row["finders"]["maskrcnn"], row["finders"]["threshold"]
    found = (f"{each['iou']['mean']:.4f} ({each['iou']['min']:.4f})" for each in (net, classical))
    agreed = (row["ncc_mask"][profile] for profile in profiles)
    return [
        row["split"],
        row["series"],
        str(row["slices"]),
        *found,
        f"{net['missed_unguarded']['max']:.0f}",
        f"{net['usable_share']['mean']:.0%}",
        *("-" if each["min"] is None else f"{each['min']:.5f} of {each['marked']}" for each in agreed),
    ]


def every_nth(series: Path, step: int, folder: Path) -> Path:
    """A folder of links to every n-th file of a series."""
    chosen = folder / series.name
    chosen.mkdir()
    for file in sorted(series.glob("*.dcm"))[::step]:
        (chosen / file.name).symlink_to(file)
    return chosen


def real_series(chosen: list[str]) -> list[Path]:
    """Folders of the real series, all of them where none is chosen, split by split."""
    order = ("train", "validation", "test")
    folders = (each for each in (DATA / "curated").iterdir() if each.is_dir() and (not chosen or each.name in chosen))
    return sorted(folders, key=lambda each: (order.index(split_of(each.name)), each.name))


def measure(folders: list[Path], every: int, profiles: list[str], engine: str) -> list[dict[str, Any]]:
    """Measure and print series by series."""
    finders = [make_finder("maskrcnn", engine), make_finder("threshold")]
    columns = ["split", "series", "slices", "Mask R-CNN, IoU (least)", "threshold, IoU (least)", "missed beyond guard"]
    columns += ["usable", *(f"ncc_mask {profile}, least" for profile in profiles)]
    print("| " + " | ".join(columns) + " |\n" + "| --- " * len(columns) + "|")
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for series in folders:
            row = row_of(every_nth(series, every, Path(name)), finders, profiles)
            rows.append(row)
            print("| " + " | ".join(cells(row, profiles)) + " |", flush=True)
    return rows


def totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean and least intersection over union by split and modality, over slices."""
    made = []
    for split, modality in dict.fromkeys((row["split"], row["modality"]) for row in rows):
        chosen = [row for row in rows if (row["split"], row["modality"]) == (split, modality)]
        count = sum(row["slices"] for row in chosen)
        made.append({"split": split, "modality": modality, "slices": count})
        for name in ("maskrcnn", "threshold"):
            overlap = [(row["finders"][name]["iou"], row["slices"]) for row in chosen]
            mean = sum(each["mean"] * slices for each, slices in overlap) / count
            made[-1][name] = {"mean": mean, "min": min(each["min"] for each, _ in overlap)}
    return made


def main() -> int:
    """Measure and print; 1 where the real series are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every N-th slice of a series only")
    parser.add_argument("--series", default="", help="names of series, with commas; all unless given")
    parser.add_argument("--profiles", default=",".join(PROFILES), help="profiles, with commas; may be empty")
    parser.add_argument("--engine", default="auto", choices=ENGINES)
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    series, profiles = ([each for each in text.split(",") if each] for text in (options.series, options.profiles))
    rows = measure(real_series(series), options.every, profiles, options.engine)
    summary = totals(rows)
    print()
    for each in summary:
        net, classical = each["maskrcnn"], each["threshold"]
        print(
            f"{each['split']} {each['modality']}, {each['slices']} slices: Mask R-CNN {net['mean']:.4f} "
            f"({net['min']:.4f}), threshold {classical['mean']:.4f} ({classical['min']:.4f}), the paper {PAPER_IOU}"
        )
    if options.json:
        options.json.write_text(json.dumps({"series": rows, "totals": summary}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
