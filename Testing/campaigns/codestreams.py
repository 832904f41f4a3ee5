"""Damaged codestreams of every compressed transfer syntax, read and written as a user would.

    python Testing/campaigns/codestreams.py [--count N] [--seed S]

Each file ends in an image or in one sentence, within 20 seconds and 1.5 GB, and the program lives on. Prints a
Markdown table, and ends with 1 where something else came out; such files are kept in `campaign-codestreams/`.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import struct
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
from pydicom.encaps import encapsulate

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from StegoMedLib.dicom import DerivedSeries, decoding, new_series, read_instance  # noqa: E402
from StegoMedLib.errors import UnusableInputError  # noqa: E402
from Testing.campaigns.codestream_seeds import Seed, seeds, seeds_of_files  # noqa: E402
from Testing.derived import write_derived  # noqa: E402
from Testing.memory import most_memory  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Tally", "mutated", "run", "table"]

_REAL = ROOT.parent / "shared" / "data" / "odd"
LONGEST, LARGEST = 20.0, 1500 << 20
_KEPT = Path("campaign-codestreams")
_EXTREMES = (0, 1, 2, 3, 7, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)
_SIZES = (1, 2, 15, 255, 1024, 4096, 65535)
_STOPS = (b"\xff\xda", b"\xff\x90")
_DIED, _SLOW, _SWOLLEN = "crashes the decoder", "seconds a frame", "MiB of memory"


def _flip(chance: random.Random, code: bytearray) -> None:
    for _ in range(chance.randint(1, 8)):
        code[chance.randrange(len(code))] ^= 1 << chance.randrange(8)


def _overwrite(chance: random.Random, code: bytearray) -> None:
    at, length = chance.randrange(len(code)), chance.randint(1, 16)
    code[at : at + length] = chance.randbytes(length)


def _truncate(chance: random.Random, code: bytearray) -> None:
    del code[chance.randrange(1, len(code)) :]


def _extreme(chance: random.Random, code: bytearray) -> None:
    width = chance.choice((1, 2, 4))
    at = chance.randrange(min(len(code), 160))
    value = chance.choice(_EXTREMES) & ((1 << (8 * width)) - 1)
    code[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _segments(code: bytearray) -> list[tuple[int, int]]:
    """Beginnings and ends of the marker segments in front of the coded data; of RLE, the words of its header."""
    if code[:1] != b"\xff":
        return [(at, at + 4) for at in range(0, min(64, len(code)), 4)]
    found, at = [], 2
    while at + 4 <= len(code) and code[at] == 0xFF and code[at : at + 2] not in _STOPS:
        end = at + 2 + struct.unpack_from(">H", code, at + 2)[0]
        found.append((at, end))
        at = end
    return found or [(0, len(code))]


def _shuffle_segments(chance: random.Random, code: bytearray) -> None:
    """Double, remove or move a marker segment."""
    start, end = chance.choice(_segments(code))
    segment = bytes(code[start:end])
    if chance.random() < 0.6:
        del code[start:end]
    if chance.random() < 0.7:
        place = chance.choice([at for at, _ in _segments(code)] if code else [0])
        code[place:place] = segment


def _stutter(chance: random.Random, code: bytearray) -> None:
    """Say a piece many times, or nothing for long."""
    at, length = chance.randrange(len(code)), chance.randint(1, 64)
    code[at:at] = (bytes(code[at : at + length]) if chance.random() < 0.5 else bytes(length)) * chance.randint(1, 200)


_MUTATIONS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    *(_flip, _flip, _overwrite, _truncate),
    *(_extreme, _extreme, _shuffle_segments, _stutter),
)


def _resized(chance: random.Random, seed: Seed) -> Seed:
    """Another size, in which codestream and header agree."""
    rows, columns = (chance.choice(_SIZES) if chance.random() < 0.5 else seed.rows for _ in range(2))
    if rows * columns > 1 << 24:
        rows = seed.rows
    code = bytearray(seed.code)
    at = code.find(b"\xff\x51")
    frame = re.search(rb"\xff[\xc0-\xc3\xf7]\x00\x0b", code)
    if at >= 0:
        struct.pack_into(">2L", code, at + 6, columns, rows)
        struct.pack_into(">2L", code, at + 22, columns, rows)
    elif frame:
        struct.pack_into(">2H", code, frame.start() + 5, rows, columns)
    return replace(seed, code=bytes(code), rows=rows, columns=columns)


def mutated(chance: random.Random, seed: Seed, other: Seed) -> Seed:
    """A frame that something happened to; now and then its end is that of another."""
    if chance.random() < 0.02:
        seed = _resized(chance, seed)
    code = bytearray(seed.code)
    if chance.random() < 0.1:
        at = chance.randrange(len(code))
        code[at:] = other.code[chance.randrange(len(other.code)) :]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if len(code) > 1:
            chance.choice(_MUTATIONS)(chance, code)
    return replace(seed, code=bytes(code).ljust(2, b"\0"))  # an item holds no less


@dataclass
class Tally:
    """How the files of one transfer syntax ended."""

    files: int = 0
    read: int = 0
    refused: int = 0
    reached: int = 0
    died: int = 0
    slow: int = 0
    swollen: int = 0
    slowest: float = 0.0
    largest: int = 0
    wrong: list[str] = field(default_factory=list)


class _Writer:
    """Makes files around frames."""

    def __init__(self, folder: Path) -> None:
        (path,) = new_series(folder / "base", np.zeros((1, 16, 16), np.int32))
        self._header = pydicom.dcmread(path)
        self._folder = folder

    def write(self, seed: Seed, frames: list[bytes]) -> Path:
        header, path = self._header, self._folder / "mutated.dcm"
        header.file_meta.TransferSyntaxUID = seed.syntax
        header.Rows, header.Columns, header.NumberOfFrames = seed.rows, seed.columns, len(frames)
        header.BitsAllocated, header.BitsStored, header.HighBit = seed.allocated, seed.stored, seed.stored - 1
        header.PixelRepresentation = 0
        header.PixelData = encapsulate(frames)
        header["PixelData"].is_undefined_length = True
        header.save_as(path, enforce_file_format=False)
        return path


def _use(path: Path) -> str:
    """Read and write a file as the program does; the sentence of the refusal, if there is one."""
    try:
        instance = read_instance(path, accept_lossy=True)
        for frame in range(instance.frames):
            plane = instance.plane(frame)
            assert plane.pixels.shape == (instance.format.rows, instance.format.columns)
        write_derived(instance, {}, path.with_name("out.dcm"), DerivedSeries("campaign"))
    except UnusableInputError as error:
        return str(error)
    return ""


def _served() -> tuple[int, int]:
    """Which decoder process there is, and how many frames it has answered."""
    decoder = decoding._SERVICE._decoder
    return (id(decoder), decoder.served) if decoder else (0, 0)


def _peaks() -> tuple[int, int]:
    """The most memory that this process has taken, and the most that one of its ended children had."""
    return most_memory(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10


def _memory(before: tuple[int, int]) -> int:
    """The largest memory of this process and of its decoders that is new since `before`.

    A child counts what its parent had when it began, so `run` wants a process that did nothing large before.
    """
    decoder = decoding._SERVICE._decoder
    grown = [peak for peak in _peaks() if peak > max(before)]
    return max([*grown, most_memory(decoder._process.pid) if decoder else 0])


def _count(tally: Tally, path: Path) -> None:
    begin, served, before = time.perf_counter(), _served(), _peaks()
    sentence, wrong = "", ""
    try:
        sentence = _use(path)
    except Exception as error:  # noqa: BLE001 just what the campaign looks for
        wrong = f"{type(error).__name__}: {error}"
    seconds, memory = time.perf_counter() - begin, _memory(before)
    tally.files += 1
    tally.read += not sentence and not wrong
    tally.refused += bool(sentence)
    tally.reached += _served() != served
    tally.died += _DIED in sentence
    tally.slow += _SLOW in sentence
    tally.swollen += _SWOLLEN in sentence
    tally.slowest, tally.largest = max(tally.slowest, seconds), max(tally.largest, memory)
    if sentence and (not sentence.endswith(".") or "\n" in sentence or not sentence.isprintable()):
        wrong = f"no plain sentence: {sentence!r}"
    if seconds > LONGEST or memory > LARGEST:
        wrong = f"{seconds:.1f} s, {memory >> 20} MiB"
    if wrong:
        tally.wrong.append(f"{path.name}: {wrong}")


def run(count: int, seed: int, folder: Path) -> dict[str, Tally]:
    """Use `count` damaged files; tallies by transfer syntax."""
    begun, writer = seeds() + seeds_of_files(_REAL), _Writer(folder)
    tallies: dict[str, Tally] = defaultdict(Tally)
    by_syntax: dict[str, list[Seed]] = defaultdict(list)
    for each in begun:
        by_syntax[each.syntax].append(each)
    names = sorted(by_syntax)
    for index in range(count):
        chance = random.Random(f"{seed}-{index}")
        first = chance.choice(by_syntax[names[index % len(names)]])
        other = chance.choice(begun if chance.random() < 0.3 else by_syntax[first.syntax])
        damaged = mutated(chance, first, other)
        frames = [damaged.code, first.code] if chance.random() < 0.1 else [damaged.code]
        tally = tallies[first.syntax.name]
        before = len(tally.wrong)
        path = writer.write(damaged, frames)
        _count(tally, path)
        if len(tally.wrong) > before:
            _KEPT.mkdir(exist_ok=True)
            tally.wrong[-1] += f" (kept as {path.rename(_KEPT / f'{seed}-{index}.dcm')})"
    return dict(tallies)


def table(tallies: dict[str, Tally]) -> str:
    """Markdown table of the tallies."""
    lines = [
        "| transfer syntax | files | at a decoder | read | refused | decoder died | too slow | too large | slowest |",
        "| --- " * 9 + "|",
    ]
    for name, tally in sorted(tallies.items()):
        counts = (tally.files, tally.reached, tally.read, tally.refused, tally.died, tally.slow, tally.swollen)
        lines.append(f"| {name} | {' | '.join(map(str, counts))} | {tally.slowest:.2f} |")
    largest = max(tally.largest for tally in tallies.values())
    total = sum(tally.files for tally in tallies.values())
    return "\n".join([*lines, "", f"{total} files; at most {largest >> 20} MiB in one process."])


def _parse() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Run, and print the table."""
    options = _parse()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        tallies = run(options.count, options.seed, Path(folder))
    print(table(tallies))
    wrong = [line for tally in tallies.values() for line in tally.wrong]
    print(*wrong, f"{len(wrong)} files ended as none should.", sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
