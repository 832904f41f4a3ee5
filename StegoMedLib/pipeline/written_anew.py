"""Folders of files that are written anew: checked before anybody types a passphrase, complete or not there at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from StegoMedLib.dicom import DerivedSeries, Listing, list_files
from StegoMedLib.series.files import FileSeries, check_copy_others, place_in
from StegoMedLib.series.sinks import DerivedFiles
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from StegoMedLib.dicom import Headers
    from StegoMedLib.pipeline.options import Output

__all__ = ["check_places", "staged_anew", "written_anew"]


def check_places(source: Path, target: Path, output: Output) -> Listing:
    """List the files of `source`; raises what `written_anew` raises at once."""
    _check(source, target, output)
    return list_files(source)


def _check(source: Path, target: Path, output: Output) -> None:
    """Refuse what makes no sense whatever the files hold."""
    check_copy_others(source, copy_others=output.copy_others)
    check_target(source, place_in(source, target), overwrite=output.overwrite)


@contextmanager
def staged_anew(
    source: Path, target: Path, output: Output, listing: Listing | None
) -> Iterator[tuple[FileSeries, Path]]:
    """Give the files of `source`, and a place to write what is made of them to.

    That is a folder, or the place of one file; `target` appears when the body ends without an error.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where what is made of it goes.
    output : Output
    listing : Listing or None
        Of the source, where `check_places` looked at it already.

    Raises
    ------
    UsageError, UnusableInputError
        When there is nothing to read, or nothing may be written there.
    """
    _check(source, target, output)
    series = FileSeries(source, listing, accept_lossy=output.accept_lossy)
    place = place_in(source, target)
    with staged(place, overwrite=output.overwrite, single=series.single, like=source) as work:
        yield series, work
        if output.copy_others:
            series.copy_others(work)


@contextmanager
def written_anew(
    source: Path, target: Path, output: Output, listing: Listing | None, headers: Headers | str
) -> Iterator[tuple[FileSeries, DerivedFiles]]:
    """Give the files of `source`, and what writes them to `target`; parameters and errors as of `staged_anew`.

    Parameters
    ----------
    headers : Headers or str
        What gives the headers of the files; or what DerivationDescription says of those that are derived.
    """
    headers = DerivedSeries(headers) if isinstance(headers, str) else headers
    with staged_anew(source, target, output, listing) as (series, work):
        yield series, DerivedFiles(series, work, headers, syntax=output.syntax)
