"""The page of ``stegomed benchmark peers``: tables of cost, quality and errors, and curves of error against level."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from StegoMedLib.lab.attacks import KINDS
from StegoMedLib.lab.benchmark.page import Picture, Section, Table, as_html, as_markdown
from StegoMedLib.lab.benchmark.peers_levels import LEVELS
from StegoMedLib.lab.benchmark.plots import Curve, Panel, plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from StegoMedLib.lab.benchmark.methods import Method
    from StegoMedLib.lab.benchmark.peers import PeersReport
    from StegoMedLib.lab.benchmark.peers_run import AttackRow, QualityRow

__all__ = ["curves", "peers_markdown", "peers_page", "peers_plots", "summary_table"]

_LINES = {"ours": "-", "paper": "--", "peer": "-.", "baseline": ":"}
_PALETTE = {
    "ours": ("#1c62d6", "#a61e4d", "#0b7a75"),
    "paper": ("#846358", "#c9a58f"),
    "peer": ("#e8590c", "#b08900", "#6741d9", "#c2a5f0"),
    "baseline": ("#343a40", "#9aa5b1", "#5d6b78", "#c3cad1"),
}
"""Peers and ours in colours, baselines in greys."""

_LOGARITHMIC = {"gaussian", "salt-and-pepper", "jpegls"}

_GUESSED = 0.5
"""Share of wrong bits of a receiver that guesses."""

_READ_NOTE = (
    "Times are processor times: the shortest of three calls, median over the planes, without making tables and finding "
    "the region. PSNR and SSIM are means. Methods for 8 bits are compared with the plane in 8 bits; the loss from that "
    "mapping is not counted. 'Body' counts pixels inside the reference masks, over all planes."
)


def peers_page(report: PeersReport, plots: Mapping[str, bytes]) -> str:
    """The report as HTML that stands alone, with the `plots` of each modality."""
    what = (
        f"Each method embeds the same {report.symbol.data_bits.size} bits, the QR code of a sealed record, in the same "
        "planes. The methods use the masks of the default region finder; changed pixels are counted with the reference "
        "masks."
    )
    how = (
        "Methods for 8 bits get the plane mapped to 0 to 255, and equivalent attacks. Every receiver gets what its "
        "method needs. If a receiver finds nothing, half of the bits count as wrong, as for guessing."
    )
    lead = [what, how, *([report.advice] if report.advice else [])]
    summary = Section("In short", tables=[summary_table(report)])
    sections = [summary, _methods(report.methods), *_qualities(report), *_attacks(report, plots)]
    return as_html("StegoMed against other methods", lead, sections)


def summary_table(report: PeersReport) -> Table:
    """One line a method, over all planes: what it costs, what it leaves of the plane, what it stands."""
    rows = [row for row in report.quality if row.bits == report.symbol.data_bits.size]
    modalities = tuple(dict.fromkeys(row.modality for row in report.attacks))
    lines: list[list[str | float | None]] = []
    for method in report.methods:
        own = [row for row in rows if row.method == method.name and not row.failure]
        times = [_median(row.embed_ms for row in own), _median(row.extract_ms for row in own)]
        changed = sum(row.changed_significant or 0 for row in own) if own else None
        quality = [_mean(row.psnr_65535 for row in own), _mean(row.psnr_range for row in own)]
        stood = [_stood(report.attacks, method, modality) for modality in modalities]
        lines.append([method.name, *times, *quality, changed, _mean(row.ber for row in own), *stood])
    columns = ["method", "embed ms", "extract ms", "psnr_65535", "psnr_range", "changed in the body", "bit errors"]
    return Table(
        "All planes",
        [*columns, *(f"attacks survived, {modality}" for modality in modalities)],
        lines,
        "A method survives an attack at its default level if the QR code is readable in every plane that was attacked.",
    )


def peers_markdown(report: PeersReport) -> str:
    """The summary, and errors after attacks, as Markdown."""
    modalities = dict.fromkeys(row.modality for row in report.attacks)
    tables = [summary_table(report), *(attack_table(report, modality) for modality in modalities)]
    return "\n\n".join(f"{table.title}\n\n{as_markdown(table)}\n\n{table.note}" for table in tables) + "\n"


def quality_table(report: PeersReport, title: str, rows: Sequence[QualityRow]) -> Table:
    """What each method costs and does to planes, over `rows`."""
    columns = [
        *("method", "planes", "embed ms", "extract ms", "psnr_65535", "psnr_stored", "psnr_range", "psnr_paper"),
        *("SSIM", "changed pixels", "of these in the body", "bit errors", "read"),
    ]
    lines = [_quality_line(method, [row for row in rows if row.method == method.name]) for method in report.methods]
    return Table(title, columns, lines, _READ_NOTE)


def attack_table(report: PeersReport, modality: str) -> Table:
    """Bit errors of each method after each attack at its default level, in planes of one modality."""
    errors = _errors(report.attacks)
    lines = [
        [f"{name} {level:g}", *(errors.get((method.name, modality, name, level)) for method in report.methods)]
        for name, level in ((name, KINDS[name].default) for name in LEVELS)
    ]
    columns = ["attack", *(method.name for method in report.methods)]
    return Table(
        f"Share of wrong bits, {modality}", columns, lines, "Levels in the units that 'stegomed attack' names."
    )


def peers_plots(report: PeersReport) -> dict[str, bytes]:
    """Curves as PNG by modality."""
    return {name: curves(report, name) for name in dict.fromkeys(row.modality for row in report.attacks)}


def curves(report: PeersReport, modality: str) -> bytes:
    """Curves of error against level for every attack, as PNG; the legend has a place of its own."""
    errors = _errors(report.attacks)
    styles = list(zip(report.methods, _colours(report.methods), strict=True))
    legend = [Curve(method.name, [], [], colour, _LINES[method.group]) for method, colour in styles]
    panels = [Panel("Methods", "", "", legend)]
    for kind, levels in LEVELS.items():
        lines = []
        for method, colour in reversed(styles):  # ours on top
            points = [errors.get((method.name, modality, kind, level), math.nan) for level in levels]
            lines.append(Curve(method.name, levels, points, colour, _LINES[method.group]))
        top = max([_GUESSED, *(point for line in lines for point in line.y if not math.isnan(point))])
        log, limits = kind in _LOGARITHMIC, (-0.02, top + 0.04)
        panels.append(Panel(kind, KINDS[kind].unit, "wrong bits", lines, log, limits, legend=False))
    return plot(panels, columns=4)


def _methods(methods: Iterable[Method]) -> Section:
    rows = [
        [method.name, method.group, method.settings, "8 bits" if method.eight_bit else "stored values", method.needs]
        for method in methods
    ]
    table = Table("Methods", ["method", "kind", "settings", "works on", "receiver is told"], rows)
    return Section("Methods", tables=[table])


def _qualities(report: PeersReport) -> list[Section]:
    sections = []
    for record, heading in ((True, "The record"), (False, "The paper's payload, 0.031 bits a pixel")):
        rows = [row for row in report.quality if (row.bits == report.symbol.data_bits.size) == record]
        tables = [quality_table(report, name, own) for name, own in _by_group(rows)]
        sections.append(Section(heading, tables=[*tables, *_failures(rows)]))
    return sections


def _attacks(report: PeersReport, plots: Mapping[str, bytes]) -> list[Section]:
    words = ["Bit errors before the QR code's own correction. An error of one half is what guessing gives."]
    return [
        Section(
            f"Attacks, {modality}",
            words,
            [attack_table(report, modality)],
            [Picture(plots[modality], f"Share of wrong bits against the attack's level, {modality}")],
        )
        for modality in plots
    ]


def _by_group(rows: Sequence[QualityRow]) -> list[tuple[str, list[QualityRow]]]:
    """All rows, then those of each modality."""
    groups = [("all planes", list(rows))]
    modalities = dict.fromkeys(row.modality for row in rows)
    return groups + [(name, [row for row in rows if row.modality == name]) for name in modalities]


def _quality_line(method: Method, rows: Sequence[QualityRow]) -> list[str | float | None]:
    done = [row for row in rows if not row.failure]
    read = [row.read for row in done if row.read is not None]
    means = [_mean(row.psnr_65535 for row in done), _mean(row.psnr_stored for row in done)]
    means += [_mean(row.psnr_range for row in done), _mean(row.psnr_paper for row in done)]
    return [
        method.name,
        f"{len(done)} of {len(rows)}",
        _median(row.embed_ms for row in done),
        _median(row.extract_ms for row in done),
        *means,
        _mean(row.ssim for row in done),
        _mean(row.changed_pixels for row in done),
        sum(row.changed_significant or 0 for row in done) if done else None,
        _mean(row.ber for row in done),
        f"{sum(read)} of {len(read)}" if read else None,
    ]


def _failures(rows: Sequence[QualityRow]) -> list[Table]:
    """Why methods failed, each reason once; none when nothing failed."""
    failed = [(row.method, row.series, row.failure) for row in rows if row.failure]
    if not failed:
        return []
    lines: list[list[str | float | None]] = [[*what, failed.count(what)] for what in dict.fromkeys(failed)]
    return [Table("Failures", ["method", "series", "what it said", "planes"], lines)]


def _errors(rows: Iterable[AttackRow]) -> dict[tuple[str, str, str, float], float]:
    """Mean share of wrong bits by method, modality, attack and level."""
    found: dict[tuple[str, str, str, float], list[float]] = {}
    for row in rows:
        found.setdefault((row.method, row.modality, row.kind, row.level), []).append(row.ber)
    return {key: statistics.fmean(values) for key, values in found.items()}


def _stood(rows: Iterable[AttackRow], method: Method, modality: str) -> str:
    """How many attacks at their default level left the code readable in every plane of a modality."""
    found: dict[str, bool] = {}
    for row in rows:
        if (row.method, row.modality, row.level) == (method.name, modality, KINDS[row.kind].default):
            found[row.kind] = found.get(row.kind, True) and row.read
    return f"{sum(found.values())} of {len(found)}"


def _colours(methods: Sequence[Method]) -> list[str]:
    """A colour for each method out of those of its kind."""
    found, used = [], dict.fromkeys(_PALETTE, 0)
    for method in methods:
        own = _PALETTE[method.group]
        found.append(own[used[method.group] % len(own)])
        used[method.group] += 1
    return found


def _mean(values: Iterable[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return statistics.median(known) if known else None
