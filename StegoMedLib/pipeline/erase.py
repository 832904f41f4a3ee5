"""Takes records out of a series, as far as that can be done without the images that they were embedded in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.errors import NothingReadableError, UnusableInputError
from StegoMedLib.pipeline.marks import Marks
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.rewriting import DONE, RewriteReport, Rewriting
from StegoMedLib.pipeline.walk import walk
from StegoMedLib.pipeline.written_anew import written_anew
from StegoMedLib.series.slice import PartT, Progress, Series, silent

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.clearing import Cleared
    from StegoMedLib.pipeline.marks import Mark
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.sinks import Sink
    from StegoMedLib.series.slice import Slice

__all__ = ["erase", "erase_series"]

_DESCRIPTION = "StegoMed: an encrypted record erased outside the significant region"


class _Erasing(Rewriting):
    """Erases the record of each slice."""

    def nothing(self, error: NothingReadableError) -> None:
        """Parts of a record can be erased, too."""
        if not self.marks.found:
            raise error

    def made(self, each: Slice, mark: Mark, cleared: Cleared) -> NDArray[np.int32]:
        """The slice without its mark."""
        del each, mark
        return cleared.cover.plane.pixels


def erase(
    series: Series[PartT],
    key: Key,
    masks: MaskSource,
    sink: Sink[PartT],
    *,
    profile: str | None = None,
    beta: float = DEFAULT_BETA,
    accept_altered: bool = False,
    progress: Progress = silent,
) -> RewriteReport:
    """Take the record that `key` reads out of every slice of a series.

    The pixels that embedding changed do not come back. Slices from which the record cannot be taken keep it, which the
    report says.

    Parameters
    ----------
    series : Series
    key : Key
        That reads the record.
    masks : MaskSource
        For slices whose message does not say, or cannot be believed, what is air in them.
    sink : Sink
    profile : str or None
        None to find it. Only ``saidi2024`` has to be named, with the sender's `masks` and `beta`.
    accept_altered : bool
        Erase records, too, from images that were altered since, or that they were not sealed into.
    progress : callable

    Raises
    ------
    PersonMustLookError
        When there are such images.
    NothingReadableError
        When the key reads no record.
    UnusableInputError
        When nothing can be read, or no record can be taken away.
    """
    marks = Marks(key, series.at, profile=profile, beta=beta, masks=masks)
    work = _Erasing(series, marks, masks, accept_altered=accept_altered)
    walk(series, work, sink, progress)
    work.finish()
    if not work.report.count(DONE):
        reasons = sorted({row.reason for row in work.report.slices if row.reason})
        raise UnusableInputError(f"The record can be taken out of no slice ({'; '.join(reasons)}).")
    return work.report


def erase_series(
    source: Path,
    target: Path,
    key: Key,
    masks: MaskSource,
    *,
    profile: str | None = None,
    beta: float = DEFAULT_BETA,
    accept_altered: bool = False,
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
) -> RewriteReport:
    """Take records out of the files of `source`, and write them to `target`; parameters and errors as of `erase`.

    `target` appears when all is done, or not at all, as with embedding.
    """
    with written_anew(source, target, output, listing, _DESCRIPTION) as (series, sink):
        return erase(
            series, key, masks, sink, profile=profile, beta=beta, accept_altered=accept_altered, progress=progress
        )
