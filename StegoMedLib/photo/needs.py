"""How many photographs of which size a secret takes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.photo.plan import lost_of
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    from StegoMedLib.photo.plan import Plan

__all__ = ["MOST", "QUIET", "bytes_in_words", "needed", "needs_in_words", "plan_in_words"]

QUIET, MOST = 0.4, 1.5
"""Bits a sample at which one sample in a dozen changes, and the most that may be asked of a photograph."""

_SIZES = {"1024x1024": 3 * 1024**2, "4000x3000": 3 * 12_000_000}
"""Samples of colour photographs of usual sizes."""
_MOST_PHOTOGRAPHS = 4096
_STEPS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def needed(size: int, samples: int, load: float, may_lose: float) -> int:
    """Photographs of so many samples that carry `size` bytes at a load, also when that percentage is lost."""
    each = samples * load / 8
    fits = (
        number
        for number in range(1, _MOST_PHOTOGRAPHS + 1)
        if (number - lost_of(number, may_lose)) * each >= size and lost_of(number, may_lose) < number
    )
    return next(fits, _MOST_PHOTOGRAPHS)


def needs_in_words(size: int, may_lose: float) -> list[str]:
    """What a secret of so many sealed bytes takes, before anybody chose photographs."""
    lines = []
    for shape, samples in _SIZES.items():
        quiet, most = (needed(size, samples, load, may_lose) for load in (QUIET, MOST))
        lines.append(
            f"In colour photographs of {shape}: {quiet} where 1 sample in 12 changes by one level, {most} at least "
            "(every second one changes)."
        )
    return lines


def plan_in_words(plan: Plan, size: int, lost: int) -> str:
    """What the chosen photographs are loaded with."""
    number = len(plan.units)
    lose = f", of which any {lost} may be lost," if lost else ""
    return (
        f"{bytes_in_words(size)} sealed; {counted(number, 'photograph')}{lose} {'carries' if number == 1 else 'carry'} "
        f"up to {plan.load:.2f} bits a sample."
    )


def bytes_in_words(size: int) -> str:
    """As in "3.4 MB"."""
    return next((f"{size / step:.1f} {unit}" for step, unit in _STEPS if size >= step), counted(size, "byte"))
