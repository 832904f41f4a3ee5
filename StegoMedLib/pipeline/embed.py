"""Embeds a record in a series: the one walk, whatever gives the slices and takes them, and the walk over files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from StegoMedLib.dicom import Listing, list_files
from StegoMedLib.errors import DoesNotFitError, NothingToSealError
from StegoMedLib.pipeline.embed_run import EmbedRun, SliceSeen
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.sender import SENDERS, Sender, check_mode
from StegoMedLib.series.files import FileSeries, check_copy_others, place_in
from StegoMedLib.series.neighbours import Regions
from StegoMedLib.series.sinks import DerivedFiles, Sink
from StegoMedLib.series.slice import PartT, Progress, Series, silent, steps
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.envelope import Key
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.region import Region
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
    progress : callable
    onlooker : callable, optional
        Shown every slice.

    Raises
    ------
    UsageError
        When the method makes no sense.
    UnusableInputError
        When nothing can be read, or something cannot be written.
    DoesNotFitError
        When no slice has capacity, or all together have too little.
    """
    check_mode(method.mode)
    run = EmbedRun(key, masks.name, content, method, onlooker)
    run.report.files = series.count
    sender = SENDERS[method.mode](run)
    walk = _Walk(series, Regions(masks, series, keep_all=sender.surveys), run, sender, progress)
    if sender.surveys:
        walk.survey()
    walk.embed(sink)
    series.check_taken()
    run.finish()
    sender.finish()
    return run.report


@dataclass(frozen=True)
class _Walk(Generic[PartT]):
    """The walks of one run over a series: once to survey it, where the sender asks for it, and once to embed."""

    series: Series[PartT]
    regions: Regions
    run: EmbedRun
    sender: Sender
    progress: Progress

    @property
    def _total(self) -> int:
        return len(self.series) * (2 if self.sender.surveys else 1)

    def survey(self) -> None:
        """Show the sender every slice."""
        for part in steps(self.series, self.progress, total=self._total):
            with self.series.taking(part):
                for each in part.slices():
                    self.sender.survey(each, self._region(each))
                    self.run.clock.lap("surveying")
            if self.series.left_out(part):
                self.sender.forget(part.name)
        self.series.check_taken()
        self.sender.plan()
        self.run.clock.lap("sealing")

    def embed(self, sink: Sink[PartT]) -> None:
        """Give the sink every slice."""
        before, rows = self._total - len(self.series), (self.run.report.slices, self.run.weightiest)
        for part in steps(self.series, self.progress, before=before, total=self._total):
            with self.series.taking(part, *rows) as made:
                sink.take(part, self._stego(part), made)
            self.run.clock.lap("writing")

    def _stego(self, part: PartT) -> Iterator[NDArray[np.int32] | None]:
        """New stored values of one slice after the other, None for one that stays; each is taken before the next."""
        for each in part.slices():
            message = self.sender.message(each)
            self.run.clock.lap("sealing")
            yield self.run.embed(each, self._region(each), message)
            self.run.clock.lap("writing")

    def _region(self, each: Slice) -> Region:
        each.plane  # noqa: B018  it is read now, and not while the body is found
        self.run.clock.lap("reading")
        region = self.regions.of(each)
        self.run.clock.lap("finding")
        return region


def check_embedding(source: Path, target: Path, method: Method, output: Output) -> Listing:
    """List the files to embed in, before asking for a key; raises the errors that `embed_series` raises at once."""
    _check(source, target, method, output)
    return list_files(source)


def _check(source: Path, target: Path, method: Method, output: Output) -> None:
    """Refuse what makes no sense whatever the files hold."""
    check_mode(method.mode)
    check_copy_others(source, copy_others=output.copy_others)
    check_target(source, place_in(source, target), overwrite=output.overwrite)


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

    Raises
    ------
    UsageError, UnusableInputError, DoesNotFitError
        As `embed` does.
    """
    _check(source, target, method, output)
    series = FileSeries(source, listing, accept_lossy=output.accept_lossy)
    place = place_in(source, target)
    with _naming(source), staged(place, overwrite=output.overwrite, single=series.single, like=source) as work:
        sink = DerivedFiles(series, work, DESCRIPTION, syntax=output.syntax)
        report = embed(
            series,
            masks,
            key,
            sink,
            content=content,
            method=method,
            progress=progress,
            onlooker=onlooker,
        )
        if output.copy_others:
            series.copy_others(work)
    return report


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Name the source in the sentence about what its slices lack."""
    try:
        yield
    except (DoesNotFitError, NothingToSealError) as error:
        raise type(error)(f"{source}: {error}") from None
