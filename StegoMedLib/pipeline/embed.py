"""Embeds a record in a series, whatever gives the slices and takes them, and in files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from StegoMedLib.errors import DoesNotFitError, NothingToSealError
from StegoMedLib.pipeline.covers import Fresh, Replaced
from StegoMedLib.pipeline.crew import helped
from StegoMedLib.pipeline.embed_run import EmbedRun, SliceSeen
from StegoMedLib.pipeline.embedding import Embedding, EmbeddingAhead
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.sender import SENDERS, check_method
from StegoMedLib.pipeline.walk import walk
from StegoMedLib.pipeline.written_anew import check_places, written_anew
from StegoMedLib.series.foreseen import Foreseen
from StegoMedLib.series.slice import PartT, Progress, Series, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from StegoMedLib.dicom import Headers, Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.pipeline.walk import Look
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.sinks import Sink

__all__ = ["DESCRIPTION", "check_embedding", "embed", "embed_series"]

DESCRIPTION = "StegoMed: an encrypted record embedded outside the significant region"
"""What DerivationDescription says of what was written."""


def embed(
    series: Series[PartT],
    masks: MaskSource,
    key: Key,
    sink: Sink[PartT],
    *,
    content: Content = Content(),
    method: Method = Method(),
    looks: Sequence[Look] = (),
    progress: Progress = silent,
    onlooker: Callable[[SliceSeen], None] | None = None,
    processes: int = 1,
) -> EmbedReport:
    """Embed a record in every slice of `series` that has capacity for it, or spread it over them.

    Parameters
    ----------
    series : Series
        What gives the slices.
    masks : MaskSource
    key : Key
    sink : Sink
        What takes them.
    content : Content
    method : Method
    looks : sequence of Look
        What sees the series before all else.
    progress : callable
    onlooker : callable, optional
        Shown every slice.
    processes : int
        That share the work; 1 for this one alone, as always where there is an onlooker or records are replaced. The
        result is the same.

    Raises
    ------
    UsageError
        When the method makes no sense.
    UnusableInputError
        When nothing can be read, something cannot be written, or a slice carries a record that the key reads, and that
        shall not be replaced.
    DoesNotFitError
        When no slice has capacity, or all together have too little.
    WorkerEndedError
        When a process that shares the work is gone.
    """
    check_method(method)
    shown: Foreseen[PartT] = Foreseen(series)
    run = EmbedRun(key, masks.name, content, method, number=series.number, onlooker=onlooker)
    run.report.files = series.count
    sender = SENDERS[method.mode](run)
    if method.replace or onlooker is not None:
        processes = 1
    with helped(processes, run.work, masks) as crew:
        if method.replace:
            work = Embedding(run, sender, Replaced(series, masks, run), looks)
        else:
            work = EmbeddingAhead(
                run, sender, Fresh(shown, masks, run, keep_all=sender.surveys), looks, series=shown, crew=crew
            )
        walk(shown, work, sink, progress)
    run.finish()
    sender.finish()
    work.covers.finish()
    return run.report


def check_embedding(source: Path, target: Path, method: Method, output: Output) -> Listing:
    """List the files to embed in, before asking for a key; raises the errors that `embed_series` raises at once."""
    check_method(method)
    return check_places(source, target, output)


def embed_series(
    source: Path,
    target: Path,
    key: Key,
    masks: MaskSource,
    *,
    content: Content = Content(),
    method: Method = Method(),
    output: Output = Output(),
    listing: Listing | None = None,
    headers: Headers | str = DESCRIPTION,
    progress: Progress = silent,
    onlooker: Callable[[SliceSeen], None] | None = None,
    processes: int = 1,
) -> EmbedReport:
    """Embed a record in the files of `source`, and write them to `target`.

    Every readable instance is written, as one new series for each source series; slices that were skipped keep their
    pixels, and files that cannot be used are left out, which the report says. `target` appears when all is done, or not
    at all.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the stego file or folder goes.
    key, masks, content, method, progress, onlooker, processes
        As of `embed`.
    output : Output
    listing : Listing, optional
        Of the source, where `check_embedding` looked at it already.
    headers : Headers or str
        See `StegoMedLib.pipeline.written_anew.written_anew`.

    Raises
    ------
    UsageError, UnusableInputError, DoesNotFitError, WorkerEndedError
        As `embed` does.
    """
    check_method(method)
    with _naming(source), written_anew(source, target, output, listing, headers) as (series, sink):
        return embed(
            series,
            masks,
            key,
            sink,
            content=content,
            method=method,
            progress=progress,
            onlooker=onlooker,
            processes=processes,
        )


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Name the source in the sentence about what its slices lack."""
    try:
        yield
    except (DoesNotFitError, NothingToSealError) as error:
        raise type(error)(f"{source}: {error}") from None
