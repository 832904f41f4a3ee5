"""Embeds in one long CT and extracts again, with one process and with several, beside what users would take instead.

    python Testing/benchmarks/bench_processes.py [--slices N ...] [--processes N ...] [--rounds N] [--json FILE]

The series is made of the slices of ct_abdomen_chaos3, there and back again at new places. Every line is the best of the
rounds of a fresh command: Mask R-CNN, guard, profile fidelity with binding, measures, files written. A process computes
with one thread. Stations are in seconds of all processes together. Memory is what all processes of the command hold at
most, shared pages once (PSS, Linux).

Instead users would take: a script of threshold (scikit-image), least significant bits outside the body and gdcmanon;
or blind_watermark on every slice. Those that are not installed are left out (Testing/benchmarks/peers-requirements.txt,
Debian's libgdcm-tools).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom import dcmread
from pydicom.uid import generate_uid

from Testing.process_memory import held_by_all

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
SERIES = ROOT.parent / "shared" / "data" / "curated" / "ct_abdomen_chaos3"
SPACING = 2.0  # mm between the slices that are made
STATIONS = ("keys", "reading", "checking", "finding", "sealing", "embedding", "measuring", "writing", "waiting")

BY_SCRIPT = """
import sys
from pathlib import Path
import numpy as np
from pydicom import dcmread
from skimage.filters import threshold_otsu
for path in sorted(Path(sys.argv[1]).iterdir()):
    image = dcmread(path)
    pixels = image.pixel_array.astype(np.int32)
    outside = np.flatnonzero(pixels < threshold_otsu(pixels))
    record = f"{image.PatientName}|{image.PatientID}|{image.PatientBirthDate}|{image.StudyInstanceUID}".encode()
    bits = np.unpackbits(np.frombuffer(record, np.uint8))
    values = pixels.ravel()
    values[outside[: bits.size]] = (values[outside[: bits.size]] & ~1) | bits
    image.PixelData = pixels.astype(image.pixel_array.dtype).tobytes()
    image.save_as(Path(sys.argv[2]) / path.name)
"""
BY_BLIND_WATERMARK = """
import sys
from pathlib import Path
import blind_watermark
import numpy as np
from pydicom import dcmread
blind_watermark.bw_notes.close()
for path in sorted(Path(sys.argv[1]).iterdir()):
    image = dcmread(path)
    pixels = image.pixel_array.astype(np.float64)
    grey = np.rint(255 * (pixels - pixels.min()) / max(np.ptp(pixels), 1)).astype(np.uint8)
    record = f"{image.PatientName}|{image.PatientID}|{image.PatientBirthDate}|{image.StudyInstanceUID}".encode()
    mark = blind_watermark.WaterMark(password_wm=1, password_img=1)
    mark.read_img(img=np.repeat(grey[:, :, None], 3, axis=2))
    mark.read_wm(np.unpackbits(np.frombuffer(record, np.uint8)).astype(np.int64), mode="bit")
    np.save(Path(sys.argv[2]) / path.stem, mark.embed()[:, :, 0].astype(np.uint8))
"""


def long_series(folder: Path, slices: int) -> Path:
    """Write a CT of so many slices."""
    files = sorted(SERIES.glob("*.dcm"), key=lambda file: float(dcmread(file).ImagePositionPatient[2]))
    series, study = generate_uid(), generate_uid()
    folder.mkdir()
    for number, file in enumerate(islice(cycle([*files, *files[::-1]]), slices)):
        image = dcmread(file)
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        image.SeriesInstanceUID, image.StudyInstanceUID, image.InstanceNumber = series, study, number + 1
        image.ImagePositionPatient = [*image.ImagePositionPatient[:2], -500 + SPACING * number]
        image.save_as(folder / f"{number:05}.dcm")
    return folder


def run(command: Sequence[object], threads: int) -> tuple[float, int]:
    """Seconds that a command takes, and bytes that it and its processes hold at most."""
    count = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    library = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    begun, held = time.perf_counter(), [0]
    child = subprocess.Popen(
        [*map(str, command)],
        env={**os.environ, **count, "PYTHONPATH": library},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    watch = threading.Thread(target=_watch, args=(child, held))
    watch.start()
    child.wait()
    seconds = time.perf_counter() - begun
    watch.join()
    if child.returncode != 0:
        assert child.stderr is not None
        raise SystemExit(f"{command[:4]} ended with {child.returncode}: {child.stderr.read().decode()[-300:]}")
    return seconds, max(held)


def _watch(child: subprocess.Popen[bytes], held: list[int]) -> None:
    """Look, now and then, how much a command holds: processes that are looked at wait for milliseconds."""
    while child.poll() is None:
        held.append(held_by_all(child.pid))
        time.sleep(0.5)


def ours(work: Path, slices: int, processes: int, finder: str) -> dict[str, Any]:
    """One round of embedding and extracting."""
    stegomed, key, report = (sys.executable, "-m", "StegoMedLib"), work / "key", work / "report.json"
    common = ("--key-file", key, "--json", report)
    marked = work / "marked"
    shutil.rmtree(marked, ignore_errors=True)
    options = ("--workers", processes, "--finder", finder)
    seconds, memory = run((*stegomed, "embed", work / "series", marked, *options, *common), threads=1)
    stations = json.loads(report.read_text())["seconds"]
    reading, also = run((*stegomed, "extract", marked, *common), threads=1)
    if len(json.loads(report.read_text())["slices"]) != slices:
        raise SystemExit("Not every slice was extracted.")
    return {"embed": seconds, "extract": reading, "memory": max(memory, also), "stations": stations}


def instead(work: Path) -> list[dict[str, Any]]:
    """One round of what users would take instead."""
    found: list[dict[str, Any]] = []
    target = work / "instead"
    for name, program, module in (
        ("threshold, LSB and gdcmanon, by script", BY_SCRIPT, "skimage"),
        ("blind_watermark on every slice, by script", BY_BLIND_WATERMARK, "blind_watermark"),
    ):
        if find_spec(module) is None or (module == "skimage" and shutil.which("gdcmanon") is None):
            continue
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        seconds, memory = run((sys.executable, "-c", program, work / "series", target), threads=1)
        if module == "skimage":
            key, certificate = work / "key.pem", work / "certificate.pem"
            made = ("openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=test", "-days", "9")
            subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
            command = ("gdcmanon", "-e", "-c", certificate, "-r", "--continue", "-i", target, "-o", work / "nameless")
            shutil.rmtree(work / "nameless", ignore_errors=True)
            more, _ = run(command, threads=1)
            seconds += more
        found.append({"name": name, "embed": seconds, "memory": memory})
    return found


def best(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The round that embedded fastest, with the fastest extraction and the most memory of all."""
    first = min(rounds, key=lambda each: float(each["embed"]))
    extra = {"extract": min(each["extract"] for each in rounds)} if "extract" in first else {}
    return {**first, **extra, "memory": max(each["memory"] for each in rounds)}


def measured(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Every line."""
    rows: list[dict[str, Any]] = []
    for slices in arguments.slices:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            long_series(work / "series", slices)
            subprocess.run([sys.executable, "-m", "StegoMedLib", "keygen", work / "key"], check=True, cwd=ROOT)
            for processes in arguments.processes:
                tries = [ours(work, slices, processes, arguments.finder) for _ in range(arguments.rounds)]
                title = f"stegomed, --workers {processes}"
                rows.append({"name": title, "slices": slices, "processes": processes, **best(tries)})
                show(rows[-1])
            for others in zip(*[instead(work) for _ in range(arguments.rounds)], strict=True):
                rows.append({"slices": slices, **best(others)})
                show(rows[-1])
    return rows


def show(row: dict[str, Any]) -> None:
    """Print a line, and the share of every station."""
    extract = f", extract {row['extract']:.1f} s" if "extract" in row else ""
    memory = f", {row['memory'] / 2**20:.0f} MiB"
    print(f"{row['name']}, {row['slices']} slices: embed {row['embed']:.1f} s{extract}{memory}", flush=True)
    stations: dict[str, float] = row.get("stations", {})
    total = sum(stations.values()) or 1.0
    for station in [name for name in STATIONS if name in stations]:
        print(f"    {station:10} {stations[station]:7.1f} s  {stations[station] / total:4.0%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, nargs="+", default=[300])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--finder", default="maskrcnn")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not SERIES.is_dir():
        raise SystemExit(f"{SERIES} is missing.")
    begun, rows = dt.datetime.now(dt.timezone.utc), measured(arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps({"began": begun.isoformat(), "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
