"""Repeats the paper's tables on our slices: its rule at every strength, our profiles at the same payload beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import BLIND
from StegoMedLib.envelope import TextRecord, envelope_length
from StegoMedLib.lab.attacks.span import span_of
from StegoMedLib.lab.benchmark import printed
from StegoMedLib.lab.benchmark.covers import Cover, covers
from StegoMedLib.lab.benchmark.paper_rows import (
    Load,
    Noise,
    Row,
    Variant,
    capacity_row,
    embed,
    mask_row,
    noise_rows,
    strength_row,
)
from StegoMedLib.metrics import PAPER_NOTE, summarise
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.series.slice import Progress, silent
from StegoMedLib.symbol import ALPHANUMERIC, data_length, make_symbol, pack_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from StegoMedLib.regions import RegionFinder

__all__ = [
    "BETAS",
    "LEVELS",
    "RECORD",
    "SAME",
    "SHOWN",
    "SMALL",
    "Line",
    "PaperReport",
    "beta_of",
    "lines",
    "paper_name",
    "run_paper",
]

BETAS = (10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Strengths of the paper's rule, from one end of its Table 4 to the other."""

SHOWN = (10.0, 100.0, 1000.0)
"""Strengths in the tables of masks and noise."""

LITERAL_SIGMA = 147.0
"""Stored units: noise of 53 dB at the paper's stated peak of 65535."""

_PAPER = "saidi2024"

STRENGTHS = (34.0, 31.0)
"""Strengths of ``robust`` beside its default: its high one, and one of 60 dB at a peak of 65535 on CHAOS."""

LEVELS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 7.0)
"""Gaussian noise of the curve, per cent of the range."""

SAME, SMALL, RECORD = "0.031 bits per pixel", "QR version 10", "60-byte record"
"""What is hidden: the paper's payload, the data modules of a symbol, and those of a sealed record."""

_KEY = bytes(range(32))
"""A locator key: measurements need one, not a secret one."""

_RECORD_BYTES = 60

_VERSION = 10
_LABEL = pack_label(_VERSION, "L", 0)


@dataclass
class PaperReport:
    """What `run_paper` measured, row by row."""

    finder: str
    covers: dict[str, int] = field(default_factory=dict)
    strength: list[Row] = field(default_factory=list)
    capacity: list[Row] = field(default_factory=list)
    masks: list[Row] = field(default_factory=list)
    noise: list[Row] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The JSON report of ``stegomed benchmark paper``."""
        tables = {name: getattr(self, name) for name in ("strength", "capacity", "masks", "noise")}
        return {
            "note": PAPER_NOTE,
            "paper": printed.as_json(),
            "finder": self.finder,
            "covers": self.covers,
            "summary": {name: [asdict(line) for line in lines(rows)] for name, rows in tables.items()},
            **{name: [row.as_json() for row in rows] for name, rows in tables.items()},
        }


@dataclass(frozen=True)
class Line:
    """Rows of one group, variant, load and attack: how many, how many of them have measures, and the measures."""

    group: str
    variant: str
    load: str
    attack: str
    slices: int
    measured: int
    measures: dict[str, dict[str, float]]

    def mean(self, name: str) -> float | None:
        """Mean of a measure, None where there is none."""
        return self.measures.get(name, {}).get("mean")


def lines(rows: Sequence[Row]) -> list[Line]:
    """The lines of a table, in the order of their first rows."""
    same: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in rows:
        same.setdefault((row.group, row.variant, row.load, row.attack), []).append(row)
    found = []
    for key, members in same.items():
        measured = [row.measures for row in members if not row.failure]
        found.append(Line(*key, len(members), len(measured), summarise(measured)))
    return found


def variants(betas: Iterable[float] = SHOWN) -> list[Variant]:
    """The paper's rule at `betas`, every profile of ours at its default strength, ``robust`` at others, too."""
    theirs = [Variant(paper_name(beta), coding(_PAPER, _KEY, beta=beta).profile, beta) for beta in betas]
    ours = [Variant(name, coding(name, _KEY).profile) for name in BLIND]
    strong = [Variant(f"robust, {level:g} dB", coding("robust", _KEY, strength=level).profile) for level in STRENGTHS]
    return theirs + ours + strong


def paper_name(beta: float) -> str:
    """What tables call the paper's rule at a strength."""
    return f"{_PAPER}, β = {beta:g}"


def beta_of(name: str) -> float | None:
    """Strength of what `paper_name` names, None for a profile of ours."""
    return next((beta for beta in BETAS if paper_name(beta) == name), None)


def run_paper(
    data: Path, finder: RegionFinder, *, slices: int | None = None, seed: int = 0, progress: Progress = silent
) -> PaperReport:
    """Measure all tables.

    Parameters
    ----------
    data : Path
        Folder with ``curated/`` and ``masks/curated/``.
    finder : RegionFinder
        For the table of masks; the others use the reference masks.
    slices : int, optional
        At most so many of each series.
    seed : int
        Of payloads and noise.

    Raises
    ------
    UnusableInputError
        When the series or their masks are missing.
    """
    found = list(covers(data, slices))
    report = PaperReport(finder.name)
    record = _record()
    every, shown = variants(BETAS), {variant.name: variant for variant in variants()}
    profiles = [shown[name] for name in (*map(paper_name, SHOWN), *BLIND)]
    for index, cover in enumerate(found):
        progress(index, len(found), cover.file)
        report.covers[cover.group] = report.covers.get(cover.group, 0) + 1
        rng = np.random.default_rng([seed, index])
        same = Load(SAME, _payload(round(printed.PAYLOAD_BPP * cover.plane.pixels.size), rng))
        small = Load(SMALL, _payload(data_length(_VERSION), rng))
        for variant in every:
            stego = embed(cover, variant, same.payload)
            report.strength.append(strength_row(cover, variant, same, stego))
            if variant.name in shown:
                report.noise += noise_rows(cover, variant, same, stego, noises=_literal(cover), rng=rng)
        for variant in shown.values():
            stego = embed(cover, variant, record.payload)
            noises = [*_literal(cover), *_relative()]
            report.noise += noise_rows(cover, variant, record, stego, noises=noises, rng=rng)
        for variant in profiles:
            report.strength.append(strength_row(cover, variant, small, embed(cover, variant, small.payload)))
        report.capacity += [capacity_row(cover, variant, _LABEL, rng) for variant in profiles[len(SHOWN) - 1 :]]
        before = finder.find(cover.plane)
        report.masks += [mask_row(cover, variant, same, before, finder) for variant in profiles]
    progress(len(found), len(found), "")
    return report


def _payload(bits: int, rng: np.random.Generator) -> Payload:
    return Payload(_LABEL, rng.random(bits) < 1 / 2)


def _record() -> Load:
    """The symbol of an envelope around 60 bytes that do not compress; its text is drawn, so that runs are the same."""
    rng = np.random.default_rng(_RECORD_BYTES)
    text = rng.integers(ord("!"), ord("~") + 1, _RECORD_BYTES).astype(np.uint8).tobytes().decode("ascii")
    length = envelope_length(TextRecord(text))
    symbol = make_symbol("".join(rng.choice(list(ALPHANUMERIC), length)))
    return Load(RECORD, Payload(pack_label(symbol.version, symbol.level, symbol.mask), symbol.data_bits), symbol)


def _relative() -> list[Noise]:
    """Noise relative to the range: Gaussian from weak to strong, the others at one per cent."""
    curve = [Noise(f"gaussian, {level:g} %", "gaussian", level) for level in LEVELS]
    return [*curve, *(Noise(f"{kind}, 1 %", kind, 1.0) for kind in ("uniform", "salt-and-pepper"))]


def _literal(cover: Cover) -> list[Noise]:
    """The paper's noise taken literally, with salt and pepper as strong; on CT only, whose range it does not exceed."""
    if cover.plane.modality != "CT":
        return []
    least, span = span_of(cover.plane)
    away = cover.plane.pixels - least
    worst = float(np.mean(np.square(away) + np.square(span - away))) / 2
    levels = {
        "gaussian-stored": LITERAL_SIGMA,
        "uniform-stored": LITERAL_SIGMA,
        "salt-and-pepper": 100 * LITERAL_SIGMA**2 / worst,
    }
    return [Noise(f"{kind.removesuffix('-stored')}, as the paper", kind, level) for kind, level in levels.items()]
