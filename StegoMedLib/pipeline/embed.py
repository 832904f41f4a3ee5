"""Embeds a record in a series, whatever gives the slices and takes them, and in files."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from StegoMedLib.errors import DoesNotFitError, NothingToSealError
from StegoMedLib.pipeline.covers import Covers, Fresh, Replaced
from StegoMedLib.pipeline.embed_run import EmbedRun, SliceSeen
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.sender import SENDERS, Sender, check_method
from StegoMedLib.pipeline.walk import Look, walk
from StegoMedLib.pipeline.written_anew import check_places, written_anew
from StegoMedLib.series.slice import PartT, Progress, Series, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableSequence, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.dicom import Headers, Listing
    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.sinks import Sink
    from StegoMedLib.series.slice import Slice

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

    Raises
    ------
    UsageError
        When the method makes no sense.
    UnusableInputError
        When nothing can be read, something cannot be written, or a slice carries a record that the key reads, and that
        shall not be replaced.
    DoesNotFitError
        When no slice has capacity, or all together have too little.
    """
    check_method(method)
    run = EmbedRun(key, masks.name, content, method, number=series.number, onlooker=onlooker)
    run.report.files = series.count
    sender = SENDERS[method.mode](run)
    covers: Covers = (
        Replaced(series, masks, run) if method.replace else Fresh(series, masks, run, keep_all=sender.surveys)
    )
    walk(series, _Embedding(run, sender, covers, looks), sink, progress)
    run.finish()
    sender.finish()
    covers.finish()
    return run.report


class _Embedding:
    """What embedding does to each slice, and before, where the sender asks for it."""

    def __init__(self, run: EmbedRun, sender: Sender, covers: Covers, looks: Sequence[Look]) -> None:
        self._run, self._sender, self._covers = run, sender, covers
        self.looks: Sequence[Look] = (*looks, *covers.looks, *((self,) if sender.surveys else ()))
        self.clock = run.clock
        self.rows: Sequence[MutableSequence[Any]] = (run.report.slices, run.weightiest)

    def survey(self, each: Slice) -> None:
        """Show the sender a slice."""
        cover = self._covers.of(each)
        self._sender.survey(cover.cover, cover.region)
        self.clock.lap("surveying")

    def forget(self, name: str) -> None:
        """Let the sender forget a part that is left out."""
        self._sender.forget(name)

    def plan(self) -> None:
        """Let the sender decide what each slice carries."""
        self._sender.plan()
        self.clock.lap("sealing")

    def stego(self, each: Slice) -> NDArray[np.int32] | None:
        """The slice with its message."""
        cover = self._covers.of(each)
        message = self._sender.message(cover.cover)
        self.clock.lap("sealing")
        return self._run.embed(each, cover, message)


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
) -> EmbedReport:
    """Embed a record in the files of `source`, and write them to `target`.

    Every readable instance is written, as one new series for each source series; slices that were skipped keep their
    pixels, and files that cannot be used are left out, which the report says. `target` appears when all is done, or not
    at all.

    Parameters
    ----------
    source, target : Path
        DICOM file or folder, and where the stego file or folder goes.
    key, masks, content, method, progress, onlooker
        As of `embed`.
    output : Output
    listing : Listing, optional
        Of the source, where `check_embedding` looked at it already.
    headers : Headers or str
        See `StegoMedLib.pipeline.written_anew.written_anew`.

    Raises
    ------
    UsageError, UnusableInputError, DoesNotFitError
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
        )


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Name the source in the sentence about what its slices lack."""
    try:
        yield
    except (DoesNotFitError, NothingToSealError) as error:
        raise type(error)(f"{source}: {error}") from None
