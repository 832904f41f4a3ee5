"""Kills of workers, scheduler and program at seeded moments, while a batch goes through a Dask cluster of this machine.

    python Testing/campaigns/batch_killing.py [--instances N] [--workers N] [--seed S] [--every SECONDS] [--json FILE]

Instances are copies of the curated series with UIDs and patients of their own. In the end each has to lie in the target
once, without a name, under the UID that the key gives it; and a second run has to do nothing. Prints a Markdown table,
and ends with 1 where that is not so. The threshold is the region finder: what is tested here is not what it finds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from pydicom import dcmread
from pydicom.uid import UID

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from StegoMedLib.envelope import KeyFile  # noqa: E402
from StegoMedLib.errors import NotEveryFileError  # noqa: E402
from StegoMedLib.identity.pseudonyms import Pseudonyms  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KEY", "Tally", "command", "copies", "judge", "run"]

CURATED = ROOT.parent / "shared" / "data" / "curated"
KEY = bytes(range(32))
KINDS = ("worker", "scheduler", "program")
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@dataclass
class Tally:
    """What came of it; `kills` by kind, `runs` of the program, `seconds` of all of them."""

    instances: int = 0
    series: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    seconds: float = 0.0
    written: int = 0
    aside: int = 0
    lost: int = 0
    doubled: int = 0
    strange: int = 0
    left_behind: int = 0
    done_again: int = 0
    wrong_ends: int = 0

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        names = ("lost", "doubled", "strange", "left_behind", "done_again", "wrong_ends")
        return [f"{name}: {getattr(self, name)}" for name in names if getattr(self, name)]


def other(uid: str, number: int) -> UID:
    """A UID in the place of another one, for each copy its own."""
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(f'{uid} {number}'.encode()).digest()[:15], 'big')}")


def copies(curated: Path, folder: Path, instances: int) -> Iterator[str]:
    """Write so many instances, as copies of series; gives their SOPInstanceUIDs."""
    sources = [dcmread(path) for path in sorted(curated.rglob("*.dcm"))]
    uids = [{name: str(each[name].value) for name in _UIDS} for each in sources]
    for count in range(instances):
        number, which = divmod(count, len(sources))
        dataset = sources[which]
        for name in _UIDS:
            setattr(dataset, name, other(uids[which][name], number))
        dataset.PatientID = f"P{number:06}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        place = folder / f"{number:04}" / f"{count:06}.dcm"
        place.parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(place)
        yield str(dataset.SOPInstanceUID)


def command(source: Path, target: Path, workers: int, *options: str) -> list[str]:
    """The command line of the batch."""
    key = source.parent / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    words = [sys.executable, "-m", "StegoMedLib", "batch", source, target, "--key-file", key, "--local", workers]
    # Series without any room would be aside, and burned-in text is looked for on every image: neither is of interest.
    return [*map(str, words), "--finder", "threshold", "--accept-burned-in", "--header-suffices", *options]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def nodes(program: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Processes of the cluster, the scheduler first: it is started before the others."""
    try:
        children = psutil.Process(program.pid).children()
        started = [
            (each.create_time(), each.pid, each) for each in children if "spawn_main" in " ".join(each.cmdline())
        ]
    except psutil.Error:
        return []
    return [each for *_, each in sorted(started, key=lambda row: row[:2])]


def kill(kind: str, program: subprocess.Popen[bytes], chance: random.Random) -> bool:
    """Kill something; whether it was there."""
    if kind == "program":
        program.kill()
        program.wait()
        return True
    found = nodes(program)
    among = found[:1] if kind == "scheduler" else found[1:]
    if len(found) < 2 or not among:
        return False
    try:
        os.kill(chance.choice(among).pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def moments(seed: int, kills: dict[str, int], every: float) -> list[tuple[float, str]]:
    """Pauses, and what is killed after each."""
    chance = random.Random(seed)
    kinds = [kind for kind, count in kills.items() for _ in range(count)]
    chance.shuffle(kinds)
    return [(chance.uniform(0.2, 1.8) * every, kind) for kind in kinds]


def run(folder: Path, tally: Tally, plan: list[tuple[float, str]], workers: int, seed: int) -> None:
    """Let the batch go through, and kill something at each moment; start the program again where it was killed."""
    words, chance, began = command(folder / "source", folder / "target", workers), random.Random(seed), time.monotonic()
    with (folder / "log").open("wb") as log:

        def started() -> subprocess.Popen[bytes]:
            tally.runs += 1
            return subprocess.Popen(words, env=environment(), stdout=log, stderr=log)

        program = started()
        for pause, kind in plan:
            time.sleep(pause)
            while program.poll() is None and not kill(kind, program, chance):
                time.sleep(0.2)
            if kind != "program" and program.poll() is not None:
                break
            tally.kills[kind] += 1
            program = started() if kind == "program" else program
        code = program.wait()
    tally.seconds = time.monotonic() - began
    tally.wrong_ends += code not in {0, NotEveryFileError.exit_code}


def judge(folder: Path, uids: set[str], tally: Tally, workers: int) -> None:
    """Compare the target with what came in, and see that a second run does nothing."""
    target, stands_for = folder / "target", Pseudonyms.of(KeyFile(KEY)).uid
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*") if path.is_file()}
    words = command(folder / "source", target, workers, "--json", str(folder / "report.json"))
    code = subprocess.run(words, env=environment(), capture_output=True, check=False).returncode
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    tally.wrong_ends += code not in {0, NotEveryFileError.exit_code} or not report["balanced"]
    tally.done_again = report["worked_on"] + sum(path.stat().st_mtime_ns != time for path, time in before.items())
    tally.aside, tally.series = report["files"]["aside"], sum(report["series"].values())
    tally.left_behind = sum(path.name.endswith((".partial", ".part")) for path in target.rglob("*"))
    got: Counter[str] = Counter()
    for path in before:
        header = dcmread(path, stop_before_pixels=True)
        got[str(header.SOPInstanceUID)] += 1
        tally.strange += header.get("PatientIdentityRemoved") != "YES"
    expected = {stands_for(uid) for uid in uids}
    tally.written = len(before)
    tally.lost = len(expected - got.keys()) - tally.aside - report["files"]["left_out"]
    tally.doubled = sum(count - 1 for count in got.values())
    tally.strange += len(got.keys() - expected)


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=10000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=15.0, help="seconds between two kills, on average")
    for kind, count in zip(KINDS, (20, 2, 1), strict=True):
        parser.add_argument(f"--{kind}-kills", type=int, default=count)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not CURATED.is_dir():
        print(f"The real series are not here: {CURATED} does not exist.")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder, tally = Path(name), Tally()
        uids = set(copies(CURATED, folder / "source", options.instances))
        tally.instances = len(uids)
        kills = {kind: getattr(options, f"{kind}_kills") for kind in KINDS}
        run(folder, tally, moments(options.seed, kills, options.every), options.workers, options.seed)
        judge(folder, uids, tally, options.workers)
    found = asdict(tally) | {"kills": dict(tally.kills)}
    rows = {**{f"kills of the {kind}": tally.kills[kind] for kind in KINDS}, **found}
    del rows["kills"]
    print("| " + " | ".join(rows) + " |\n" + "| --- " * len(rows) + "|")
    print("| " + " | ".join(f"{value:.0f}" for value in rows.values()) + " |", *tally.wrong, sep="\n")
    if options.json:
        options.json.write_text(
            json.dumps({**found, "workers": options.workers, "seed": options.seed}), encoding="utf-8"
        )
    return int(bool(tally.wrong))


if __name__ == "__main__":
    raise SystemExit(main())
