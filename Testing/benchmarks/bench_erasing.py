"""What is left of a record that was replaced, sealed anew or erased, to somebody with the old key and the old files.

    python Testing/benchmarks/bench_erasing.py [--series A,B] [--finder threshold] [--every N]

Every slice of every series is marked, written anew, and attacked in three ways: as `extract` does under the old key
(which also puts the slices together); bit by bit at the places that the old nonce, known from the old files, names
(half of the bits must be wrong: the table has the share, and how many standard deviations it is from one half); and for
``robust`` the same with the votes of all slices summed. Pixels that changed inside the reference masks, and in padding,
are counted.
"""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import split_blocks
from StegoMedLib.choices import REPLICATE, SPREAD
from StegoMedLib.codec.cells.canvas import parts
from StegoMedLib.codec.cells.erasing import chain_of
from StegoMedLib.codec.cells.pairs import pair_bytes
from StegoMedLib.codec.cells.profile import CellProfile, Seen
from StegoMedLib.codec.robust import Robust
from StegoMedLib.envelope import FileRecord, KeyFile, Record, TextRecord
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.erase import erase_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.message import length_of
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.reseal import reseal_series
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.masks import FolderMasks, MaskSource, mask_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from StegoMedLib.plane import Plane
    from StegoMedLib.series.slice import Slice

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_lidc",
    "ct_thorax_acrinflt013",
    "ct_trunk_acrinflt001",
    "mr_head_datalad_t1",
    "mr_abdomen_pydicom_overlay",
)
OLD, NEW = KeyFile(bytes(range(32))), KeyFile(bytes(range(1, 33)))
RECORD: Record = TextRecord("Mori^Ogai, 1862-02-17, M, 20261129")
LARGE: Record = FileRecord("large.bin", np.random.default_rng(13).bytes(4000))
OTHER = {"fidelity": "robust", "capacity": "fidelity", "robust": "fidelity"}
CASES = (
    ("fidelity", REPLICATE),
    ("fidelity", SPREAD),
    ("capacity", REPLICATE),
    ("capacity", SPREAD),
    ("robust", REPLICATE),
)


@dataclass
class Row:
    """What was counted of one way of writing one series anew."""

    slices: int = 0
    done: int = 0
    kept: int = 0
    alone: int = 0
    together: bool = False
    wrong: int = 0
    bits: int = 0
    pooled: str = "-"
    harmed: int = 0
    changed: list[int] = field(default_factory=list)

    @property
    def deviations(self) -> float:
        """Standard deviations by which the wrong bits are from half of all."""
        return float((2 * self.wrong - self.bits) / math.sqrt(max(self.bits, 1)))

    def __str__(self) -> str:
        """Cells of the table."""
        share = self.wrong / max(self.bits, 1)
        cells = (self.slices, self.done, self.kept, self.alone, "yes" if self.together else "no", f"{share:.4f}")
        more = (f"{self.deviations:+.1f}", self.pooled, self.harmed, round(float(np.mean(self.changed or [0]))))
        return " | ".join(map(str, (*cells, *more)))


def slices_of(folder: Path) -> Iterator[Slice]:
    """All slices of a folder."""
    for part in FileSeries(folder):
        yield from part.slices()


def exact_bits(profile: CellProfile, before: Plane, after: Plane) -> tuple[int, int]:
    """Bits of chain, tag and body that are other ones at the places of the old message, and how many there are."""
    payload = profile.extract(before, None, length_of)
    layout = profile.layout(before.shape)
    old, new = Seen(before, layout), Seen(after, layout)
    chain = None if payload is None else chain_of(layout, old.pattern, payload)
    if payload is None or chain is None:
        return 0, 0
    tag, body = parts(layout, chain.nonce, chain.mapped, chain.cells)
    paired = np.concatenate([layout.cells[chain.cells].ravel(), tag])
    first, second = (np.unpackbits(pair_bytes(layout, seen.pattern, paired)) for seen in (old, new))
    total = 8 * len(payload.own) + payload.bits.size
    was, now = (profile.read_body(seen, body, chain.fields.coding, total) for seen in (old, new))
    if was is None or now is None:
        return 0, 0
    return int(np.count_nonzero(first != second) + np.count_nonzero(was != now)), first.size + total


def robust_votes(profile: Robust, before: Plane, after: Plane) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Sums of votes for each bit in `after`, by the nonce of `before`, and the bits."""
    payload = profile.extract(before, None, length_of)
    if payload is None:
        return None
    layout = profile.layout(before.shape)
    carriers = layout.carriers(payload.nonce, payload.bits.size)
    votes = layout.grid.project(split_blocks(after.pixels).astype(np.float32)) * carriers.signs
    most = float(np.median(np.abs(votes)))
    sums = np.bincount(carriers.owners, np.clip(votes, -most, most)).astype(np.float64)
    return sums[: payload.bits.size], payload.bits


def attack(row: Row, profile: str, marked: Path, written: Path, masks: MaskSource) -> None:
    """Read bits at the places of the old marks, and count what changed that must not."""
    codec = coding(profile, OLD.locators()[0]).profile
    pooled: dict[int, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}
    after = {each.key: each for each in slices_of(written)}
    for old in slices_of(marked):
        new = after[old.key]
        row.slices += 1
        change = old.plane.pixels != new.plane.pixels
        row.changed.append(int(change.sum()))
        row.harmed += int(change[masks.region(old).significant | old.plane.padding_mask].sum())
        if isinstance(codec, CellProfile):
            wrong, bits = exact_bits(codec, old.plane, new.plane)
        elif isinstance(codec, Robust) and (heard := robust_votes(codec, old.plane, new.plane)) is not None:
            wrong, bits = int(np.count_nonzero((heard[0] > 0) != heard[1])), heard[1].size
            sums = pooled.get(bits, (np.zeros(bits), heard[1]))[0]
            pooled[bits] = sums + heard[0], heard[1]
        else:
            continue
        row.wrong, row.bits = row.wrong + wrong, row.bits + bits
    shares = [np.mean((sums > 0) != truth) for sums, truth in pooled.values()]
    row.pooled = ", ".join(f"{share:.3f}" for share in shares) or "-"


def read_by_old(row: Row, written: Path, profile: str) -> None:
    """What `extract` says under the old key."""
    try:
        report = extract_series(written, OLD, profile=profile)
    except NothingReadableError:
        return
    before = [number for number, record in enumerate(report.records) if record in (RECORD, LARGE)]
    row.alone = sum(each.record in before for each in report.slices)
    row.together = bool(before) and row.alone == 0


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", default=",".join(SERIES))
    parser.add_argument("--finder", default="threshold")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    masks = mask_source(arguments.finder, "auto", None)
    print(
        "| series | profile | mode | what | slices | done | kept | read alone | together | wrong | sigma | pooled | ",
        end="",
    )
    print("in the body | changed pixels |")
    print("|" + " --- |" * 14)
    for name in arguments.series.split(","):
        reference = FolderMasks(DATA / "masks" / "curated" / name)
        for profile, mode in CASES:
            with tempfile.TemporaryDirectory() as scratch:
                try:
                    marked = marked_series(Path(scratch), name, (profile, mode), masks, arguments.every)
                except Exception as error:  # noqa: BLE001  a series that cannot carry it is no part of this
                    print(f"| {name} | {profile} | {mode} | {type(error).__name__} |" + " |" * 10, flush=True)
                    continue
                for what, work in ways(profile, marked, masks).items():
                    row, written = Row(), Path(scratch) / what
                    row.done, row.kept = work(written)
                    attack(row, profile, marked, written, reference)
                    read_by_old(row, written, profile)
                    print(f"| {name} | {profile} | {mode} | {what} | {row} |", flush=True)


def marked_series(scratch: Path, name: str, case: tuple[str, str], masks: MaskSource, every: int) -> Path:
    """A series with a record under the old key."""
    source, marked = scratch / "source", scratch / "marked"
    source.mkdir()
    for path in sorted((DATA / "curated" / name).iterdir())[::every]:
        shutil.copy(path, source)
    content = Content(LARGE if case[1] == SPREAD else RECORD)
    embed_series(source, marked, OLD, masks, content=content, method=Method(*case))
    return marked


def ways(profile: str, marked: Path, masks: MaskSource) -> dict[str, Callable[[Path], tuple[int, int]]]:
    """Ways to be rid of the old record: each writes to a folder, and says of how many slices it took it or did not."""
    return {
        "reseal": partial(_resealed, marked, masks),
        "erase": partial(_erased, marked, masks),
        "replace": partial(_replaced, marked, masks, profile),
        f"replace by {OTHER[profile]}": partial(_replaced, marked, masks, OTHER[profile]),
    }


def _resealed(marked: Path, masks: MaskSource, written: Path) -> tuple[int, int]:
    report = reseal_series(marked, written, OLD, NEW, masks)
    return report.count("done"), report.count("kept")


def _erased(marked: Path, masks: MaskSource, written: Path) -> tuple[int, int]:
    report = erase_series(marked, written, OLD, masks)
    return report.count("done"), report.count("kept")


def _replaced(marked: Path, masks: MaskSource, profile: str, written: Path) -> tuple[int, int]:
    """Under the old key, with which what is new is read: the old record must not be."""
    method = Method(profile, replace=True)
    report = embed_series(marked, written, OLD, masks, content=Content(TextRecord("new")), method=method)
    return report.embedded, report.kept


if __name__ == "__main__":
    main()
