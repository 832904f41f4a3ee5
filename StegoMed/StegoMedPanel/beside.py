"""Work of the library that takes long between two looks at the clock: in a thread, while the window lives on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import slicer

from StegoMedPanel.deliveries import Errand

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.saving import Progress

__all__ = ["beside"]

Given = TypeVar("Given")


def beside(work: Callable[[Progress], Given], progress: Progress) -> Given:
    """Do work that touches neither Qt nor the scene, and gives or raises what it gives or raises.

    Parameters
    ----------
    work : callable
        Is given a progress of its own, which ends it once the panel's `progress` has raised. It is waited for in any
        case: Slicer runs threads only while Python runs in the main one, and what was begun has to be put away.
    progress : callable
    """
    told: list[tuple[int, int, str]] = [(0, 0, "")]
    reasons: list[Exception] = []

    def tell(done: int, total: int, label: str) -> None:
        told[0] = done, total, label
        if reasons:
            raise reasons[0]

    errand = Errand(lambda: work(tell))
    errand.start()
    for _ in errand.wait():
        if reasons:
            slicer.app.processEvents()
            continue
        try:
            progress(*told[0])
        except Exception as reason:  # noqa: BLE001 it is raised where the work is
            reasons.append(reason)
    return errand.given()
