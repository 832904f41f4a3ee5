"""Kills of the service, of its workers and of its target at seeded moments, while images go through.

    python Testing/campaigns/killing.py [--moments N] [--seed S]

Three senders send without a pause, and send again what was not acknowledged. In the end every instance has to lie at
the target, without a name, or in quarantine; twice only where the target had it and the note of that was lost, which is
at most one instance for each time that the service or its target ended. Prints a Markdown table, and ends with 1
where that is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom import dcmread
from pydicom.uid import generate_uid

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from StegoMedLib.dicom import new_series  # noqa: E402
from StegoMedLib.envelope import KeyFile  # noqa: E402
from StegoMedLib.identity.pseudonyms import Pseudonyms  # noqa: E402
from StegoMedLib.series.phantom import PATIENT, phantom_series  # noqa: E402
from Testing.orthanc import free_port  # noqa: E402
from Testing.service import KEY, Running, Sink, begun, sent, settings_file, to_archive, until, workers  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "Tally", "run"]

KINDS = ("service", "worker", "target")
_SENDERS, _SIZE = 3, 128
_LONGEST = 1.0
"""Seconds between two moments."""
_SETTLED = 900.0
"""Seconds for what was acknowledged and not yet worked on, of which there is much after many kills."""


@dataclass
class Tally:
    """What came of it; `kills` by kind."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    arrived: int = 0
    quarantined: int = 0
    lost: int = 0
    named: int = 0
    doubled: int = 0

    @property
    def wrong(self) -> list[str]:
        """Sentences about what must not be."""
        ends = self.kills["service"] + self.kills["target"]
        found = {
            f"{self.lost} instances were lost.": self.lost,
            f"{self.named} instances were sent with a name.": self.named,
            f"{self.doubled} instances came twice, at {ends} ends of service or target.": self.doubled > ends,
        }
        return [sentence for sentence, holds in found.items() if holds]


class _Senders:
    """Threads that send instances of their own, each until it is acknowledged."""

    def __init__(self, image: Path, folder: Path, port: int) -> None:
        self._image, self._folder, self._port = image, folder, port
        self._ending = threading.Event()
        self.attempts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(_SENDERS)]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        dataset = dcmread(self._image)
        path = self._folder / f"sender{number}.dcm"
        while not self._ending.is_set():
            uid = dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            dataset.save_as(path)
            while True:
                with self._lock:
                    self.attempts[str(uid)] += 1
                if sent([path], self._port, caller=f"CT{number}") == [0]:
                    break
                time.sleep(0.1)

    def end(self) -> None:
        """Send what was begun, and no more."""
        self._ending.set()
        for thread in self._threads:
            thread.join()


def _kill(kind: str, running: Running, sink: Sink, again: Callable[[], Running], pause: float) -> Running:
    if kind == "service":
        running.kill()
        return again()
    if kind == "target":
        sink.stop()
        time.sleep(pause)
        sink.start()
    else:
        for pid in workers(running)[:1]:
            os.kill(pid, signal.SIGKILL)
    return running


def run(moments: int, seed: int, folder: Path) -> Tally:
    """Let images go through, and kill something at so many moments."""
    chance, tally, port, health = random.Random(seed), Tally(), free_port(), free_port()
    phantom = phantom_series(slices=1, size=_SIZE)
    (image,) = new_series(
        folder / "image",
        phantom.stored,
        spacing=phantom.spacing,
        attributes=PATIENT,
        rescale=(phantom.slope, phantom.intercept),
        padding=phantom.padding,
    )
    with Sink() as sink:
        config = settings_file(folder, port, health, to_archive(folder, sink.port, top="workers = 2"))
        running = begun(folder, config, port, health)
        senders = _Senders(image, folder, port)
        for _ in range(moments):
            time.sleep(chance.uniform(0.0, _LONGEST))
            kind = chance.choice(KINDS)
            running = _kill(kind, running, sink, lambda: begun(folder, config, port, health), chance.random())
            tally.kills[kind] += 1
        senders.end()
        until(lambda: not running.lying("received") + running.lying("protected"), _SETTLED)
        tally.quarantined = len(running.lying("quarantine"))
        running.end()
        _judge(tally, senders.attempts, sink.got, running)
    return tally


def _judge(tally: Tally, attempts: Counter[str], got: list[Any], running: Running) -> None:
    stands_for = Pseudonyms.of(KeyFile(KEY)).uid
    arrived = Counter(str(each.SOPInstanceUID) for each in got)
    aside = {str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in running.lying("quarantine")}
    tally.acknowledged, tally.arrived = len(attempts), len(arrived)
    for uid, times in attempts.items():
        there = arrived.pop(stands_for(uid), 0)
        tally.lost += there == 0 and uid not in aside
        tally.doubled += max(0, there - times)
    tally.named = len(arrived) + sum(each.get("PatientIdentityRemoved") != "YES" for each in got)


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = run(options.moments, options.seed, Path(folder))
    kills = ", ".join(f"{tally.kills[kind]} of the {kind}" for kind in KINDS)
    print(
        f"Kills: {kills}.\n\n| acknowledged | arrived | in quarantine | lost | with a name | twice |\n{'| --- ' * 6}|"
    )
    counts = (tally.acknowledged, tally.arrived, tally.quarantined, tally.lost, tally.named, tally.doubled)
    print(f"| {' | '.join(map(str, counts))} |", *tally.wrong, sep="\n")
    return int(bool(tally.wrong))


if __name__ == "__main__":
    raise SystemExit(main())
