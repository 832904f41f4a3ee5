"""What profile robust survives on real slices: every slice of every series through every attack.

    python Testing/benchmarks/bench_robust.py [--series A,B] [--strengths default,high,paper] [--every N] [--json FILE]

A record of 60 random bytes, the threshold finder with its guard, reading without and with a mask. Prints a Markdown
table for each strength: slices read over slices, and the least correlation of the symbol sent with the one received
(``ncc_qr``, of all modules before error correction). "paper" is the paper's row of noise taken literally, on CHAOS.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.choices import DEFAULT_STRENGTH, HIGH_STRENGTH
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.envelope import FileRecord, Opener, Passphrase, Sealer
from StegoMedLib.lab.attacks import attack
from StegoMedLib.metrics import compare, ncc_of_symbols
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Message, Reader, seal
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import Region
from Testing.slices import embed_tied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "curated"
KEY = Passphrase.typed("correct horse battery staple")
CHAOS = "ct_abdomen_chaos3"
SERIES = (
    CHAOS,
    "ct_thorax_lidc",
    "ct_thorax_acrinflt013",
    "ct_abdomen_dcmqi3",
    "mr_head_datalad_t1",
    "mr_abdomen_pydicom_overlay",
)

Attack = tuple[str, float]
CLEAN: Attack = ("none", 0)
MEASURES = ("psnr_range", "psnr_65535", "ssim")


@dataclass(frozen=True)
class Case:
    """A strength, and what slices marked with it should survive."""

    strength: float
    attacks: tuple[Attack, ...]
    series: tuple[str, ...] = SERIES


CASES = {
    "default": Case(
        DEFAULT_STRENGTH,
        (
            ("gaussian", 1),
            ("uniform", 1),
            ("salt-and-pepper", 1),
            ("jpeg2000", 5),
            ("jpeg2000", 10),
            ("jpegls", 3),
            ("jpeg", 85),
            ("scale", 0.9),
            ("scale", 1.1),
            ("offset", 5),
            ("crop", 25),
        ),
    ),
    "high": Case(HIGH_STRENGTH, (("gaussian", 2.5), ("jpeg2000", 20), ("jpeg", 60), ("median", 3))),
    # 60 dB with 65535 as peak are 31.1 dB over the widest range of a CHAOS slice.
    "paper": Case(31.2, (("gaussian-stored", 147), ("uniform-stored", 147)), (CHAOS,)),
}


class Tally:
    """What became of the slices of one series under one attack."""

    def __init__(self) -> None:
        self.slices = self.read = self.read_with_mask = 0
        self.correlations: list[float] = []

    def as_json(self) -> dict[str, float]:
        """Counts, and the least and the mean correlation."""
        return {
            "slices": self.slices,
            "read": self.read,
            "read_with_mask": self.read_with_mask,
            "ncc_qr_least": min(self.correlations),
            "ncc_qr_mean": float(np.mean(self.correlations)),
        }

    def cell(self) -> str:
        """As the table shows it."""
        masked = "" if self.read_with_mask == self.read else f", {self.read_with_mask} with a mask"
        return f"{self.read}/{self.slices}{masked}; {min(self.correlations):.3f}"


class Bench:
    """Marks and attacks slices of one case."""

    def __init__(self, case: Case, message: Message) -> None:
        self._case, self._message = case, message
        self._coding: Coding = coding("robust", KEY.locators()[0], strength=case.strength)
        self._reader = Reader(Opener(KEY))
        self.tallies: dict[tuple[str, Attack], Tally] = defaultdict(Tally)
        self.qualities: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.skipped: dict[str, int] = defaultdict(int)

    def slice(self, series: str, number: int, plane: Plane, body: NDArray[np.bool_]) -> None:
        """Take one slice through all attacks."""
        marked = embed_tied(plane, Region(body), self._message, self._coding)
        if marked.stego is None:
            self.skipped[series] += 1
            return
        self.qualities[series].append(compare(plane, marked.stego, body).as_json())
        stego = replace(plane, pixels=marked.stego)
        for kind, level in (CLEAN, *self._case.attacks):
            rng = np.random.default_rng(number)
            arrived = stego if (kind, level) == CLEAN else attack(kind, stego, level, rng)
            tally = self.tallies[series, (kind, level)]
            tally.slices += 1
            read, correlation = self._read(arrived, None)
            tally.read += read
            tally.correlations.append(correlation)
            tally.read_with_mask += self._read(arrived, ~body)[0]

    def _read(self, plane: Plane, air: NDArray[np.bool_] | None) -> tuple[bool, float]:
        payload = self._coding.extract(plane, air)
        symbols = None if payload is None else self._coding.symbols(payload)
        if symbols is None:
            return False, 0.0
        opened = self._reader.read(self._reader.text(*symbols))
        return opened is not None, ncc_of_symbols(self._message.symbol.modules, symbols[0].modules)

    def table(self) -> Iterator[str]:
        """Lines of the Markdown table."""
        names = list(dict.fromkeys(series for series, _ in self.tallies))
        yield "| attack | " + " | ".join(names) + " |"
        yield "| --- " * (len(names) + 1) + "|"
        for measure in MEASURES:
            least = [f"{min(each[measure] for each in self.qualities[name]):.2f}" for name in names]
            yield f"| {measure}, least | " + " | ".join(least) + " |"
        for kind, level in (CLEAN, *self._case.attacks):
            cells = [self.tallies[name, (kind, level)].cell() for name in names]
            yield f"| {kind} {level:g} | " + " | ".join(cells) + " |"

    def as_json(self) -> dict[str, Any]:
        """All that was counted."""
        return {
            "strength": self._case.strength,
            "payload_bits": int(self._message.payload.bits.size),
            "skipped": dict(self.skipped),
            "changed_significant": max(each["changed_significant"] for row in self.qualities.values() for each in row),
            "least": {
                name: {measure: min(each[measure] for each in row) for measure in MEASURES}
                for name, row in self.qualities.items()
            },
            "attacks": [
                {"series": series, "attack": kind, "level": level, **tally.as_json()}
                for (series, (kind, level)), tally in self.tallies.items()
            ],
        }


def planes(series: str, every: int) -> Iterator[tuple[int, Plane]]:
    """Slices of a series with their numbers."""
    for number, path in enumerate(list_files(DATA / series).images):
        if number % every == 0:
            yield number, read_instance(path).plane(0)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--series", type=lambda text: tuple(text.split(",")), default=SERIES, metavar="A,B,…")
    parser.add_argument("--strengths", type=lambda text: tuple(text.split(",")), default=tuple(CASES), metavar="A,B,…")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one slice of N (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was counted")
    return parser.parse_args()


def main() -> int:
    """Print the tables; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    chosen, finder = options(), make_finder("threshold")
    content = np.random.default_rng(0).integers(0, 256, 60, dtype=np.uint8).tobytes()
    message, found = seal(Sealer(KEY), FileRecord("r", content)), {}
    for name in chosen.strengths:
        bench = Bench(CASES[name], message)
        for series in (each for each in CASES[name].series if each in chosen.series):
            for number, plane in planes(series, chosen.every):
                bench.slice(series, number, plane, finder.find(plane))
        print(f"\nStrength {name}, {CASES[name].strength:g} dB, {message.payload.bits.size} bits:\n")
        print("\n".join(bench.table()), flush=True)
        found[name] = bench.as_json()
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
