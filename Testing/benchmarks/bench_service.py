"""How many instances a second go through the service, beside dcmtk, which forwards them as they are.

    python Testing/benchmarks/bench_service.py [--count N] [--json FILE]

Three senders of dcmtk send at once; an Orthanc takes what is forwarded. Files are slices of 512 x 512 of the curated
series with UIDs of their own. Prints a Markdown table of three ways: dcmtk, the service with the network finder, and
with the masks that lie beside the series; with the most memory that service and workers took at a tenth of the way and
at the end, and errors that dciodvfy finds only in what came out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom import dcmread
from pydicom.uid import generate_uid

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from StegoMedLib.lab.benchmark.dciodvfy import errors_of  # noqa: E402
from Testing.memory import most_memory  # noqa: E402
from Testing.orthanc import free_port, orthanc_in  # noqa: E402
from Testing.service import Running, serving, until, workers  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from Testing.orthanc import Orthanc

_DATA = ROOT.parent / "shared" / "data"
_SERIES = ("ct_abdomen_chaos3", "ct_thorax_lidc", "ct_thorax_riderpilot", "ct_thorax_cmbcrc")
_SENDERS = 3
_LONGEST = 3600.0
_CHECKED = 80
"""Instances that dciodvfy looks at: more than the sources that they are made of."""


COLUMNS = (
    "way",
    "seconds",
    "instances a second",
    "came out",
    "set aside",
    "MiB, a tenth of the way",
    "MiB, end",
    "new errors",
)


@dataclass(frozen=True)
class Passage:
    """How a way went.

    Attributes
    ----------
    seconds : float
    came_out, set_aside : int
    early, late : list of int
        Most memory in MiB, of the service and its workers.
    errors : int
    """

    name: str
    seconds: float
    came_out: int
    set_aside: int = 0
    early: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    errors: int = 0


def made(count: int, folder: Path) -> list[Path]:
    """Files of 512 x 512 pixels with UIDs of their own, and their masks beside them."""
    masks = folder / "masks"
    masks.mkdir(parents=True)
    sources = [
        (path, _DATA / "masks" / "curated" / series / f"{path.stem}.png")
        for series in _SERIES
        for path in sorted((_DATA / "curated" / series).glob("*.dcm"))
    ]
    wanted = [(path, mask) for path, mask in sources if _is_wanted(path) and mask.exists()]
    files = []
    for number in range(count):
        path, mask = wanted[number % len(wanted)]
        dataset = dcmread(path)
        uid = dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        files.append(folder / f"{number}.dcm")
        dataset.save_as(files[-1])
        (masks / f"{uid}.png").write_bytes(mask.read_bytes())
    return files


def _is_wanted(path: Path) -> bool:
    header = dcmread(path, stop_before_pixels=True)
    return (header.Rows, header.Columns) == (512, 512) and not header.file_meta.TransferSyntaxUID.is_compressed


def send(files: Sequence[Path], port: int, title: str) -> None:
    """Send by dcmtk, from several senders at once."""
    senders = [
        subprocess.Popen(
            ["storescu", "-aet", f"CT{number}", "-aec", title, "127.0.0.1", str(port), *files[number::_SENDERS]]
        )
        for number in range(_SENDERS)
    ]
    assert [each.wait() for each in senders] == [0] * _SENDERS


def plain(files: Sequence[Path], folder: Path, orthanc: Orthanc) -> Passage:
    """By dcmtk: storescp takes all, and storescu then forwards what it wrote."""
    orthanc.clear()
    spool, port = folder / "plain", free_port()
    spool.mkdir()
    listening = subprocess.Popen(["storescp", "--fork", "-od", spool, str(port)])
    time.sleep(1.0)
    begin = time.perf_counter()
    send(files, port, "STORESCP")
    send(sorted(spool.iterdir()), orthanc.dicom_port, orthanc.title)
    seconds = time.perf_counter() - begin
    listening.kill()
    return Passage("dcmtk: storescp, then storescu, nothing done", seconds, len(orthanc.get("instances")))


def protected(files: Sequence[Path], folder: Path, orthanc: Orthanc, name: str, settings: str) -> Passage:
    """By the service, from the first byte until the target has acknowledged the last instance."""
    orthanc.clear()
    folder.mkdir()
    (folder / "key").write_bytes(bytes(range(32)))
    (folder / "key").chmod(0o600)
    with serving(folder, settings) as running:
        begin = time.perf_counter()
        threading.Thread(target=send, args=(files, running.port, "STEGOMED")).start()
        until(lambda: running.count("forwarded") >= len(files) // 10, _LONGEST)
        early = _memory(running)
        until(lambda: running.count("forwarded") + running.count("quarantined") >= len(files), _LONGEST)
        seconds = time.perf_counter() - begin
        late, aside = _memory(running), len(running.lying("quarantine"))
    errors = new_errors(files, folder, orthanc)
    return Passage(name, seconds, len(orthanc.get("instances")), aside, early, late, errors)


def new_errors(files: Sequence[Path], folder: Path, orthanc: Orthanc) -> int:
    """Errors that dciodvfy finds in some of what came out, and in none of what went in."""
    before = frozenset[str]().union(*(errors_of(path) for path in files[:_CHECKED]))
    found = frozenset[str]()
    for number, each in enumerate(orthanc.get("instances")[:_CHECKED]):
        path = folder / f"out{number}.dcm"
        path.write_bytes(orthanc.ask(f"instances/{each}/file"))
        found |= errors_of(path)
    return len(found - before)


def _memory(running: Running) -> list[int]:
    return [most_memory(pid) >> 20 for pid in (running.process.pid, *workers(running))]


def _settings(orthanc: Orthanc, masks: Path | None) -> str:
    rule = "" if masks is None else f'masks = "{masks}"'
    return f"""
finder = "maskrcnn"
[[rules]]
action = "deidentify"
key = "key"
target = "cloud"
{rule}
[targets.cloud]
title = "{orthanc.title}"
host = "127.0.0.1"
port = {orthanc.dicom_port}
"""


def measured(count: int) -> list[Passage]:
    """All ways, one after the other."""
    with tempfile.TemporaryDirectory() as name, orthanc_in(Path(name) / "orthanc") as orthanc:
        folder = Path(name)
        files = made(count, folder / "files")
        ways = {"Mask R-CNN": None, "given masks": folder / "files" / "masks"}
        return [
            plain(files, folder, orthanc),
            *(
                protected(files, folder / way, orthanc, f"stegomed serve, deidentify, {way}", _settings(orthanc, masks))
                for way, masks in ways.items()
            ),
        ]


def cells(way: dict[str, Any]) -> list[str]:
    """One line of the table."""
    memory = [" + ".join(map(str, way[name])) or "-" for name in ("early", "late")]
    rate = f"{way['came_out'] / way['seconds']:.1f}"
    return [
        way["name"],
        f"{way['seconds']:.0f}",
        rate,
        str(way["came_out"]),
        str(way["set_aside"]),
        *memory,
        str(way["errors"]),
    ]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    ways = [asdict(each) for each in measured(options.count)]
    if options.json is not None:
        options.json.write_text(json.dumps({"count": options.count, "ways": ways}, indent=1), encoding="utf-8")
    for row in (COLUMNS, ["---"] * len(COLUMNS), *map(cells, ways)):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
