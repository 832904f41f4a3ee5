"""Plots of the comparison with the paper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from StegoMedLib.lab.benchmark import printed
from StegoMedLib.lab.benchmark.paper_run import LEVELS, RECORD, SAME, PaperReport, beta_of, lines
from StegoMedLib.lab.benchmark.plots import COLOURS, Curve, Panel, plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from StegoMedLib.lab.benchmark.paper_run import Line

__all__ = ["NOISE", "STRENGTH", "paper_plots"]

STRENGTH, NOISE = "paper_strength", "paper_noise"

_CT = "CHAOS CT"
_ENDS = (10.0, 1000.0)
"""Strengths of the paper's rule among the curves of noise."""

_DECIBELS = (65.0, 175.0)


def paper_plots(report: PaperReport) -> dict[str, bytes]:
    """PNG by file stem: strength of the paper's rule, and errors under noise."""
    groups = list(report.covers)
    strength, noise = lines(report.strength), lines(report.noise)
    panels = [panel for group in groups for panel in _strength_panels(group, _of(strength, group, SAME))]
    curves = [_noise_panel(group, _of(noise, group, RECORD)) for group in groups]
    return {STRENGTH: plot(panels), NOISE: plot(curves)}


def _of(made: Iterable[Line], group: str, load: str) -> list[Line]:
    return [line for line in made if line.group == group and line.load == load and line.measured]


def _values(made: Iterable[Line], name: str) -> list[float]:
    return [math.nan if (value := line.mean(name)) is None else value for line in made]


def _strength_panels(group: str, made: Sequence[Line]) -> list[Panel]:
    paper = {beta: line for line in made if (beta := beta_of(line.variant)) is not None}
    betas, theirs = list(paper), list(paper.values())
    quality = [
        Curve("saidi2024, not stored", betas, _values(theirs, "psnr_paper_unrounded")),
        Curve("saidi2024, stored", betas, _values(theirs, "psnr_paper")),
    ]
    if group == _CT:
        quality.append(Curve("printed", list(printed.PSNR), list(printed.PSNR.values()), "#16212c", "", "x"))
    errors = [Curve("saidi2024", betas, [100 * value for value in _values(theirs, "ber")])]
    ours = [line for line in made if beta_of(line.variant) is None]
    for colour, line in zip(COLOURS[2:], ours, strict=False):
        ends = [min(betas), max(betas)]
        quality.append(Curve(line.variant, ends, _values([line] * 2, "psnr_paper"), colour, "--", ""))
        errors.append(Curve(line.variant, ends, [100 * x for x in _values([line] * 2, "ber")], colour, "--", ""))
    return [
        Panel(f"{group}: PSNR, the paper's convention", "β", "dB", quality, logarithmic=True, limits=_DECIBELS),
        Panel(f"{group}: wrong bits after storage", "β", "per cent", errors, logarithmic=True, limits=(-2, 75)),
    ]


def _noise_panel(group: str, made: Sequence[Line]) -> Panel:
    curves = []
    for variant in dict.fromkeys(line.variant for line in made):
        if beta_of(variant) in {None, *_ENDS}:
            found = {line.attack: line for line in made if line.variant == variant}
            points = {level: found[f"gaussian, {level:g} %"] for level in LEVELS}
            curves.append(Curve(variant, list(points), _values(points.values(), "ber")))
    across = "standard deviation, per cent of the range"
    return Panel(f"{group}: Gaussian noise", across, "wrong bits, share", curves, logarithmic=True, limits=(-0.02, 0.8))
