"""The processes that share the work on slices."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from StegoMedLib.errors import WorkerEndedError
from StegoMedLib.pipeline.elsewhere import set_up
from StegoMedLib.processes import workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from StegoMedLib.pipeline.slice_work import SliceWork
    from StegoMedLib.processes import Workers
    from StegoMedLib.series.masks import MaskSource

__all__ = ["Crew", "helped"]


class Crew:
    """Processes that work on slices in one way: this one and others.

    Parameters
    ----------
    others : Workers
    work : SliceWork
    masks : MaskSource
        What gives regions; where it does not travel, regions are asked of it here.
    """

    def __init__(self, others: Workers, work: SliceWork, masks: MaskSource) -> None:
        self.others, self.work, self.masks = others, work, masks
        self._is_there, self._set_up = False, list["Future[None]"]()
        with suppress(WorkerEndedError):  # `is_there` tells
            for which in range(len(others)):
                self._set_up.append(others.submit(which, set_up, work, masks if masks.travels else None))

    @property
    def is_there(self) -> bool:
        """Whether the others have begun; until they have, and where they cannot, this process does it alone."""
        self._is_there = self._is_there or (
            all(each.done() and each.exception() is None for each in self._set_up) and self.others.are_there()
        )
        return self._is_there


@contextmanager
def helped(processes: int, work: SliceWork, masks: MaskSource) -> Iterator[Crew | None]:
    """So many processes that work on slices for a while; None for this one alone."""
    if processes < 2:  # noqa: PLR2004  then nobody else is needed
        yield None
        return
    with workers(processes - 1) as others:
        yield None if others is None else Crew(others, work, masks)
