"""Extracts the record of a series: any one readable slice is enough, in any order, under any file name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.errors import UnusableFileError
from StegoMedLib.pipeline.extract_report import ExtractReport, save_files
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.series.files import FileSeries
from StegoMedLib.series.slice import Part, PartT, Progress, Series, Slice, silent, steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.dicom import Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.symbol import Symbol

__all__ = ["ExtractReport", "extract", "extract_series", "save_files"]


def extract_series(
    source: Path,
    key: Key,
    *,
    profile: str | None = None,
    masks: MaskSource | None = None,
    beta: float = DEFAULT_BETA,
    accept_lossy: bool = False,
    listing: Listing | None = None,
    progress: Progress = silent,
    onlooker: Callable[[Slice, Symbol], None] | None = None,
) -> ExtractReport:
    """Extract the record embedded in `source`.

    Different records, and a record of another patient than the header of its slice claims, are all in the report, which
    then says that a person must look.

    Parameters
    ----------
    source : Path
        DICOM file or folder.
    key : Key
    profile : str or None
        None to find it. Only ``saidi2024`` has to be named; it needs `masks` and the sender's `beta` too.
    masks : MaskSource, optional
        Not needed by other profiles, but ``robust`` leaves out the votes of the significant region where it is known.
    listing : Listing, optional
        Of the source, where it was looked at already.
    progress : callable
    onlooker : callable, optional
        Shown every slice that was read, and its symbol.

    Raises
    ------
    TooFewShardsError
        When the record was spread over slices, and too few of them are here.
    NewerVersionError
        When no slice can be read, and one says that a newer version wrote it.
    NothingReadableError
        When no slice can be read: wrong key, damaged data and nothing embedded look alike.
    UnusableInputError
        When there is nothing to read from.
    """
    series = FileSeries(source, listing, accept_lossy=accept_lossy)
    return extract(series, key, profile=profile, masks=masks, beta=beta, progress=progress, onlooker=onlooker)


def extract(
    series: Series[PartT],
    key: Key,
    *,
    profile: str | None = None,
    masks: MaskSource | None = None,
    beta: float = DEFAULT_BETA,
    progress: Progress = silent,
    onlooker: Callable[[Slice, Symbol], None] | None = None,
) -> ExtractReport:
    """Extract the record embedded in a series, whatever gives its slices; parameters and errors as `extract_series`."""
    run = ExtractRun(key, profile, beta=beta, onlooker=onlooker, again=series.at)
    for part in steps(series, progress):
        with series.taking(part):
            _extract_part(run, part, masks)
    if not run.looked_at:
        series.check_taken()
    report = run.finish()
    report.files = series.count
    return report


def _extract_part(run: ExtractRun, part: Part, masks: MaskSource | None) -> None:
    """Read all slices of one part; one that cannot be decoded keeps nothing from the others.

    Raises
    ------
    UnusableFileError
        At the end, when a slice could not be decoded.
    """
    damage: UnusableFileError | None = None
    for each in part.slices():
        try:
            each.plane  # noqa: B018  it is decoded now
        except UnusableFileError as error:
            run.undecodable(each, str(error))
            damage = damage or error
            continue
        run.read(each, None if masks is None else masks.region(each).significant)
    if damage is not None:
        raise damage
