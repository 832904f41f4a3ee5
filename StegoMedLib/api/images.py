"""Records in images: found where, embedded, extracted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.api.given import masks_of, sealing_key
from StegoMedLib.choices import DEFAULT_FINDER
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES
from StegoMedLib.envelope import Key, Passphrase, Record, TextRecord
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.survey import measure_capacity, segment_series
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from StegoMedLib.api.given import Place
    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.survey import CapacityReport, SegmentReport


__all__ = ["capacity", "embed", "extract", "segment"]

_METHOD = Method()


def segment(
    source: Place,
    masks: Place,
    *,
    finder: str = DEFAULT_FINDER,
    overwrite: bool = False,
    progress: Progress = silent,
    processes: int = 1,
) -> SegmentReport:
    """Find the body in every slice, and write a mask for each that a person can review.

    Parameters
    ----------
    source : path
        DICOM file or folder.
    masks : path
        New folder for PNG files, white on the body, named as `series.masks.mask_name` says.
    finder : str
        One of `choices.FINDERS`.
    overwrite : bool
        Replace the masks that an earlier run wrote there.
    progress : callable
        See `series.progress.Progress`.
    processes : int
        That share the work, with the same result.

    Returns
    -------
    SegmentReport
        Its ``slices`` say which mask belongs to which slice; ``as_json()`` gives the report of the command.

    Raises
    ------
    StegoMedError
        The base of all errors of StegoMed; its text is one sentence with cause and remedy.
    """
    found = masks_of(None, finder, processes)
    return segment_series(Path(source), Path(masks), found, overwrite=overwrite, progress=progress, processes=processes)


def capacity(
    source: Place,
    *,
    profile: str = _METHOD.profile,
    masks: Place | None = None,
    finder: str = DEFAULT_FINDER,
    progress: Progress = silent,
    processes: int = 1,
) -> CapacityReport:
    """Measure how many bits, and how large a record, each slice can carry.

    Parameters
    ----------
    source : path
        DICOM file or folder.
    profile : str
        One of `codec.profiles.PROFILES`.
    masks : path, optional
        Folder of reviewed masks as `segment` writes them, instead of a finder.
    finder, progress
        As in `segment`.

    Returns
    -------
    CapacityReport
        Its ``slices`` have ``capacity_bits`` and ``record_bytes``.
    """
    return measure_capacity(
        Path(source), masks_of(masks, finder, processes), profile=profile, progress=progress, processes=processes
    )


def embed(
    source: Place,
    target: Place,
    key: Key | str,
    *,
    record: Record | str | None = None,
    attributes: Sequence[str] = tuple(DEFAULT_ATTRIBUTES),
    profile: str = _METHOD.profile,
    mode: str = _METHOD.mode,
    tiles: int = _METHOD.tiles,
    replace: bool = _METHOD.replace,
    masks: Place | None = None,
    finder: str = DEFAULT_FINDER,
    overwrite: bool = False,
    weak_passphrase: bool = False,
    progress: Progress = silent,
    processes: int = 1,
) -> EmbedReport:
    """Embed a record in the air around the body, and write the stego series to `target`.

    Parameters
    ----------
    source, target : path
        DICOM file or folder; new stego file or folder, which appears when it is complete, or not at all.
    key : Key or str
        A passphrase, or an `envelope.Key`.
    record : Record or str, optional
        A text, or an `envelope.TextRecord`, `FileRecord` or `HeaderRecord`. By default the `attributes` of the header.
    attributes : sequence of str
        DICOM keywords.
    profile, mode : str
        One of `codec.profiles.PROFILES`; ``replicate`` (every slice carries the whole record) or ``spread``.
    tiles : int
        Pixels on a side (8 or 16) of the tiles of which extracting tells whether they were altered; 0 for none.
    replace : bool
        Replace a record that the images carry already, and that the key reads.
    masks, finder, progress, processes
        As in `capacity`.
    overwrite : bool
        Replace the instances that an earlier run wrote to the target.
    weak_passphrase : bool
        Accept a passphrase even if it is easy to guess.

    Returns
    -------
    EmbedReport
        Its ``slices`` have a ``state``, a ``reason`` if skipped, and ``metrics``.

    Raises
    ------
    StegoMedError
        `DoesNotFitError` if no slice has capacity for the record, and others; see `errors`.
    """
    return embed_series(
        Path(source),
        Path(target),
        sealing_key(key, weak=weak_passphrase),
        masks_of(masks, finder, processes),
        content=Content(TextRecord(record) if isinstance(record, str) else record, tuple(attributes)),
        method=Method(profile, mode, tiles=tiles, replace=replace),
        output=Output(overwrite=overwrite),
        progress=progress,
        processes=processes,
    )


def extract(
    source: Place,
    key: Key | str,
    *,
    profile: str | None = None,
    masks: Place | None = None,
    progress: Progress = silent,
) -> ExtractReport:
    """Extract the record that is embedded in a series.

    Parameters
    ----------
    source : path
        DICOM file or folder; any one readable slice is enough.
    key : Key or str
        As in `embed`.
    profile : str, optional
        Found automatically, except ``saidi2024``, which also needs `masks`.
    masks : path, optional
        As in `capacity`.
    progress : callable

    Returns
    -------
    ExtractReport
        Has the ``record``, all different ``records``, what became of each slice (its ``verdict`` says whether it is the
        image that the record was sealed into), and how much of each ``series`` is here. ``must_look`` has a sentence
        for each reason why a person must check the records; then ``record`` is None.

    Raises
    ------
    StegoMedError
        `NothingReadableError` if no record can be extracted with this key, and others; see `errors`.
    """
    found = None if masks is None else masks_of(masks, DEFAULT_FINDER)
    if isinstance(key, str):
        key = Passphrase.typed(key)
    return extract_series(Path(source), key, profile=profile, masks=found, progress=progress)
