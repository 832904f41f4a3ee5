"""``stegomed benchmark peers``: our profiles beside other methods, on the same planes, with the same payload."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from StegoMedLib.envelope import Passphrase, Sealer, TextRecord
from StegoMedLib.lab.benchmark.baselines import DftQim, DwtQim, Lsb, LsbInAir
from StegoMedLib.lab.benchmark.installed_peers import HOW_TO_INSTALL, installed_peers, missing_packages
from StegoMedLib.lab.benchmark.our_methods import our_methods
from StegoMedLib.lab.benchmark.peers_levels import LEVELS
from StegoMedLib.lab.benchmark.peers_run import AttackRow, QualityRow, Slice, attack_rows, make_slice, quality_row
from StegoMedLib.metrics import PAPER_NOTE
from StegoMedLib.pipeline.message import seal
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.training.data import load_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from StegoMedLib.lab.benchmark.methods import Method
    from StegoMedLib.regions import RegionFinder
    from StegoMedLib.symbol import Symbol

__all__ = ["PAPER_BPP", "RECORD", "SERIES", "PeersReport", "all_methods", "compare_methods", "evenly", "load_slices"]

SERIES = (
    "ct_abdomen_chaos3",
    "ct_thorax_lidc",
    "ct_thorax_acrinflt013",
    "ct_abdomen_dcmqi3",
    "mr_head_datalad_t1",
    "mr_abdomen_pydicom_overlay",
)
"""The test series, then those of the validation split."""

RECORD = "Mustermann^Erika 1970-01-01 F 4711-0815 A-2026-11-21 ward 7B"
"""A record of 60 bytes."""

PAPER_BPP = 0.031
"""Payload of the paper's tables, 8,126 bits in 512 x 512 pixels."""


class _HasSeries(Protocol):
    @property
    def series(self) -> str: ...


_OfSeries = TypeVar("_OfSeries", bound=_HasSeries)


@dataclass
class PeersReport:
    """What was measured.

    Attributes
    ----------
    methods : sequence of Method
    missing : sequence of str
        Packages that were not installed, so that their methods are not among `methods`.
    symbol : Symbol
    quality, attacks : list
    """

    methods: Sequence[Method]
    missing: Sequence[str]
    symbol: Symbol
    quality: list[QualityRow] = field(default_factory=list)
    attacks: list[AttackRow] = field(default_factory=list)

    @property
    def advice(self) -> str:
        """One sentence on what is missing; empty when nothing is."""
        if not self.missing:
            return ""
        return f"Not installed, so not compared: {', '.join(self.missing)}; {HOW_TO_INSTALL}"

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed benchmark peers``."""
        fields = ("name", "group", "settings", "needs", "eight_bit")
        return {
            "note": PAPER_NOTE,
            "record_bytes": len(RECORD),
            "symbol_version": self.symbol.version,
            "payload_bits": self.symbol.data_bits.size,
            "methods": [{name: getattr(method, name) for name in fields} for method in self.methods],
            "missing": list(self.missing),
            "advice": self.advice,
            "quality": [row.as_json() for row in self.quality],
            "attacks": [asdict(row) for row in self.attacks],
        }


def all_methods() -> list[Method]:
    """Our profiles, the paper's, the peers that are installed, and the baselines."""
    return [*our_methods(), *installed_peers(), Lsb(), LsbInAir(), DwtQim(), DftQim()]


def load_slices(data: Path, series: Sequence[str], finder: RegionFinder, most: int | None = None) -> list[Slice]:
    """Planes of some series with reference masks and with the masks that `finder` finds.

    Parameters
    ----------
    data : Path
        Folder with the series in ``curated/`` and their masks in ``masks/curated/``.
    series : sequence of str
    finder : RegionFinder
    most : int, optional
        Planes of each series, taken evenly; all without.

    Raises
    ------
    UnusableInputError
        As `load_pairs` does.
    """
    pairs = load_pairs(data / "curated", data / "masks" / "curated", series)
    chosen = pairs if most is None else evenly(pairs, most)
    return [make_slice(pair.series, pair.name, pair.plane, pair.mask, finder.find(pair.plane)) for pair in chosen]


def compare_methods(
    slices: Sequence[Slice],
    methods: Sequence[Method],
    *,
    attacked: int = 2,
    seed: int = 0,
    progress: Progress = silent,
) -> PeersReport:
    """Run `methods` over `slices`.

    Parameters
    ----------
    slices : sequence of Slice
    methods : sequence of Method
    attacked : int
        Planes of each series that are attacked, taken evenly.
    seed : int
        Of noise, and of payloads that are no code.
    progress : callable
    """
    message = seal(Sealer(Passphrase.typed("benchmark")), TextRecord(RECORD))
    report = PeersReport(methods, missing_packages(), message.symbol)
    victims = evenly(slices, attacked)
    work = len(slices) + len(victims)
    for done, item in enumerate(slices):
        progress(done, work, item.file)
        report.quality += _qualities(methods, item, message.symbol, seed)
    for done, item in enumerate(victims, len(slices)):
        progress(done, work, item.file)
        for method in methods:
            report.attacks += attack_rows(method, item, message.symbol, LEVELS, seed)
    progress(work, work, "")
    return report


def _qualities(methods: Sequence[Method], item: Slice, symbol: Symbol, seed: int) -> list[QualityRow]:
    """Each method with the record, then with the paper's payload."""
    many = np.random.default_rng(seed).random(round(PAPER_BPP * item.plane.pixels.size)) < 0.5  # noqa: PLR2004
    return [quality_row(method, item, symbol, bits) for bits in (symbol.data_bits, many) for method in methods]


def evenly(items: Sequence[_OfSeries], count: int) -> list[_OfSeries]:
    """`count` items of each series, or all where there are fewer: the middles of as many equal parts."""
    chosen: list[_OfSeries] = []
    for name in dict.fromkeys(item.series for item in items):
        own = [item for item in items if item.series == name]
        parts = min(count, len(own))
        chosen += [own[(2 * part + 1) * len(own) // (2 * parts)] for part in range(parts)]
    return chosen
