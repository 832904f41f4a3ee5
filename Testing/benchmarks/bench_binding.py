"""What the binding costs, and how surely a signature tells slices: honest ones after attacks, and pairs of others.

    PYTHONPATH=. python Testing/benchmarks/bench_binding.py [--every N] [--pairs N] [--json FILE]

All series of ``curated/`` and ``safety/``. Slices are marked with profile robust, which carries the signature itself,
and attacked as in `bench_robust` and by what else the profile survives; only what can still be read is judged. Pairs
are judged by a signature that was read without an error.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.binding import (
    SIGNATURE_BITS,
    features,
    likeness,
    make_tag,
    pixel_digest,
    signature,
    tile_tags,
)
from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.robust import Robust
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import StegoMedError
from StegoMedLib.lab.attacks import attack
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of
from Testing.benchmarks.bench_robust import CASES, CLEAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator
    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
KEY = bytes(range(32))
BITS = 1568
MOST_ERRORS = 0.06
"""Share of wrong bits with which a symbol is still read, all in all."""

MORE = (("cutout", 20.0), ("gamma", 0.9), ("blur", 0.5), ("bits", 8.0))
"""What the default strength survives beside what `bench_robust` shows."""

STRENGTHS = {"default": (*CASES["default"].attacks, *MORE), "high": CASES["high"].attacks}


@dataclass(frozen=True)
class Seen:
    """A slice by its series, its place there, and its features."""

    series: str
    number: int
    features: NDArray[np.float32]


def slices() -> Iterator[tuple[str, int, Plane]]:
    """All slices with their series and numbers."""
    for group in ("curated", "safety"):
        for folder in sorted(path for path in (DATA / group).iterdir() if path.is_dir()):
            for number, path in enumerate(list_files(folder).images):
                yield folder.name, number, read_instance(path, accept_lossy=True).plane(0)


def honest(plane: Plane, number: int, verdicts: dict[tuple[str, str], Counter[str]]) -> None:
    """Count the verdicts on one slice after every attack that it is read after."""
    air, rng = air_of(plane, make_finder("threshold").find(plane)), np.random.default_rng(number)
    bits, nonce = rng.random(BITS) < 1 / 2, int(rng.integers(0, 1000))
    own = signature(features(plane.pixels, views=1), KEY)
    for name, attacks in STRENGTHS.items():
        profile = Robust(KEY, CASES[name].strength)
        try:
            stego = profile.on(plane, air).embed(Payload(77, bits, own=own, nonce=nonce))
        except StegoMedError:
            continue
        for kind, level in (CLEAN, *attacks):
            marked = replace(plane, pixels=stego)
            arrived = marked if (kind, level) == CLEAN else attack(kind, marked, level, rng)
            verdicts[name, f"{kind} {level:g}"][_verdict(profile, arrived, bits)] += 1


def _verdict(profile: Robust, arrived: Plane, bits: NDArray[np.bool_]) -> str:
    payload = profile.extract(arrived, None, lambda _: BITS)
    wrong = 1.0 if payload is None else float(np.mean(payload.bits != bits))
    if payload is None or payload.own_votes is None or wrong > MOST_ERRORS:
        return "not read"
    return likeness(features(arrived.pixels), KEY, payload.own_votes, wrong).value


def pairs(seen: list[Seen], most: int, rng: Generator) -> dict[str, Counter[str]]:
    """Verdicts on pairs of different slices: the signature is one's, the plane the other's."""
    series = np.array([each.series for each in seen])
    numbers = np.array([each.number for each in seen])
    alike, apart = series[:, None] == series, np.abs(numbers[:, None] - numbers)
    kinds = {
        "of different series": ~alike,
        "of any series": ~alike | (apart > 0),
        "of one series": alike & (apart > 0),
        "beside each other": alike & (apart == 1),
    }
    found = {}
    for name, wanted in kinds.items():
        places = np.argwhere(wanted)
        drawn = rng.permutation(places)[:most] if len(places) > most else places
        found[name] = Counter(_judged(seen[sender], seen[receiver], rng.bytes(32)) for sender, receiver in drawn)
    return found


def _judged(sender: Seen, receiver: Seen, key: bytes) -> str:
    return likeness(receiver.features, key, signature(sender.features, key)).value


def times(rounds: int = 30) -> dict[str, float]:
    """Least milliseconds of each step for a plane of 512 x 512 pixels."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(-1024, 3072, (512, 512)).astype(np.int32)
    pixels[:128] = -1024
    touched, nothing = rng.random((128, 128)) < 1 / 2, np.zeros((512, 512), dtype=np.bool_)
    found, digest = features(pixels), pixel_digest(pixels, nothing)
    sealed = signature(found, KEY)
    steps: dict[str, Callable[[], object]] = {
        "digest": lambda: pixel_digest(pixels, nothing),
        "tag": lambda: make_tag(KEY, 1, bytes(21), bytes(1000), digest=digest, geometry=bytes(100)),
        "tags of tiles of 8": lambda: tile_tags(pixels, touched, 8, KEY),
        "tags of tiles of 16": lambda: tile_tags(pixels, touched, 16, KEY),
        "features, sender": lambda: features(pixels, views=1),
        "features, receiver": lambda: features(pixels),
        "signature": lambda: signature(found, KEY),
        "likeness": lambda: likeness(found, KEY, sealed),
    }
    return {name: _least(step, rounds) for name, step in steps.items()}


def _least(step: Callable[[], object], rounds: int) -> float:
    least = np.inf
    for _ in range(rounds):
        begun = time.perf_counter()
        step()
        least = min(least, 1000 * (time.perf_counter() - begun))
    return float(least)


def _table(title: str, rows: dict[str, Counter[str]], columns: tuple[str, ...]) -> str:
    lines = [f"| {title} | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 1) + "|"]
    return "\n".join([*lines, *(f"| {row} | {' | '.join(str(c[n]) for n in columns)} |" for row, c in rows.items())])


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--every", type=int, default=2, metavar="N", help="attack one slice of N (default: 2)")
    parser.add_argument("--pairs", type=int, default=10_000, metavar="N", help="of each kind (default: 10000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was counted")
    return parser.parse_args()


def main() -> int:
    """Print the tables; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    chosen, seen = options(), list[Seen]()
    verdicts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for number, (series, place, plane) in enumerate(slices()):
        seen.append(Seen(series, place, features(plane.pixels)))
        if number % chosen.every == 0:
            honest(plane, number, verdicts)
    rows = {f"{strength}: {kind}": counts for (strength, kind), counts in verdicts.items()}
    others, cost = pairs(seen, chosen.pairs, np.random.default_rng(0)), times()
    print(f"{len(seen)} slices of {len({each.series for each in seen})} series, signatures of {SIGNATURE_BITS} bits\n")
    print(_table("the same slice, attacked", rows, ("same", "unsure", "other", "not read")))
    print("\n" + _table("pairs of other slices", others, ("same", "unsure", "other")))
    print("\n| 512 x 512 pixels | ms |\n| --- | --- |")
    print("\n".join(f"| {name} | {least:.2f} |" for name, least in cost.items()))
    if chosen.json is not None:
        found: dict[str, Any] = {"slices": len(seen), "attacked": rows, "pairs": others, "milliseconds": cost}
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
