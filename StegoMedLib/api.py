"""The functions of ``import StegoMedLib``: DICOM files in, DICOM files and reports out.

For series that are not files, use `pipeline.embed.embed`, `pipeline.extract.extract` and `pipeline.volumes`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_FINDER
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES
from StegoMedLib.envelope import Key, Passphrase, Record, TextRecord
from StegoMedLib.envelope.strength import strength_of
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.extract import extract_series
from StegoMedLib.pipeline.options import Content, Method, Output
from StegoMedLib.pipeline.survey import measure_capacity, segment_series
from StegoMedLib.series.masks import mask_source
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.survey import CapacityReport, SegmentReport
    from StegoMedLib.series.masks import MaskSource

    Place = str | PathLike[str]

__all__ = ["capacity", "embed", "extract", "segment"]

_METHOD = Method()


def segment(
    source: Place, masks: Place, *, finder: str = DEFAULT_FINDER, overwrite: bool = False, progress: Progress = silent
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

    Returns
    -------
    SegmentReport
        Its ``slices`` say which mask belongs to which slice; ``as_json()`` gives the report of the command.

    Raises
    ------
    StegoMedError
        The base of all errors of StegoMed; its text is one sentence with cause and remedy.
    """
    return segment_series(
        Path(source), Path(masks), mask_source(finder, "auto", None), overwrite=overwrite, progress=progress
    )


def capacity(
    source: Place,
    *,
    profile: str = _METHOD.profile,
    masks: Place | None = None,
    finder: str = DEFAULT_FINDER,
    progress: Progress = silent,
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
    return measure_capacity(Path(source), _masks(masks, finder), profile=profile, progress=progress)


def embed(
    source: Place,
    target: Place,
    key: Key | str,
    *,
    record: Record | str | None = None,
    attributes: Sequence[str] = tuple(DEFAULT_ATTRIBUTES),
    profile: str = _METHOD.profile,
    mode: str = _METHOD.mode,
    masks: Place | None = None,
    finder: str = DEFAULT_FINDER,
    overwrite: bool = False,
    weak_passphrase: bool = False,
    progress: Progress = silent,
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
    masks, finder, progress
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
    if isinstance(key, str):
        key = typed = Passphrase.to_seal(key)
        if (strength := strength_of(typed.forms[0])).refused and not weak_passphrase:
            raise UsageError(f"This passphrase could be guessed in {strength}; use a better one.")
    return embed_series(
        Path(source),
        Path(target),
        key,
        _masks(masks, finder),
        content=Content(TextRecord(record) if isinstance(record, str) else record, tuple(attributes)),
        method=Method(profile, mode),
        output=Output(overwrite=overwrite),
        progress=progress,
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
        Has the ``record``, all different ``records``, and the state of each slice. ``must_look`` has a sentence for
        each reason why a person must check the records; then ``record`` is None.

    Raises
    ------
    StegoMedError
        `NothingReadableError` if no record can be extracted with this key, and others; see `errors`.
    """
    found = None if masks is None else _masks(masks, DEFAULT_FINDER)
    if isinstance(key, str):
        key = Passphrase.to_open(key)
    return extract_series(Path(source), key, profile=profile, masks=found, progress=progress)


def _masks(folder: Place | None, finder: str) -> MaskSource:
    return mask_source(finder, "auto", None if folder is None else Path(folder))
