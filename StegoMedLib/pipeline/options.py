"""The options of embedding: what to embed, how, and where the result goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_BETA, LOST, REPLICATE
from StegoMedLib.codec.profiles import DEFAULT_PROFILE
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES

if TYPE_CHECKING:
    from StegoMedLib.envelope import Record
    from StegoMedLib.pipeline.record_source import RecordSource

__all__ = ["Content", "Method", "Output"]


@dataclass(frozen=True, repr=False)
class Content:
    """What to embed; ``repr`` shows nothing of it.

    Attributes
    ----------
    record : Record or None
        None for the `attributes` of the header; each patient and study then has its own record.
    attributes : tuple of str
        DICOM keywords of a header record.
    source : RecordSource or None
        What gives the records instead.
    optional : bool
        It is no failure that no slice carries it: whoever asks lets it go along in another way.
    """

    record: Record | None = None
    attributes: tuple[str, ...] = tuple(DEFAULT_ATTRIBUTES)
    source: RecordSource | None = None
    optional: bool = False


@dataclass(frozen=True)
class Method:
    """How to embed it.

    Attributes
    ----------
    profile, mode : str
    lost : float
        In mode ``spread``: share of the slices that may be lost.
    beta : float
        Strength of ``saidi2024``.
    strength : float or None
        Strength of ``robust``: the least PSNR in dB (``psnr_bulk``), None for the default.
    tiles : int
        Pixels on a side of the tiles of the significant region whose alteration can be told apart: `TILES`, or 0 for
        none.
    replace : bool
        Replace a record that the slices carry already, and that the key reads.
    measured : bool
        Measure for the report how well each slice came through (`StegoMedLib.metrics.Quality`): a fifth of the time of
        a slice. What it carries is checked in any case.
    """

    profile: str = DEFAULT_PROFILE
    mode: str = REPLICATE
    lost: float = LOST
    beta: float = DEFAULT_BETA
    strength: float | None = None
    tiles: int = 0
    replace: bool = False
    measured: bool = True


@dataclass(frozen=True)
class Output:
    """Which files to accept, and how to write the result.

    Attributes
    ----------
    syntax : str
        Transfer syntax of the files written: ``explicit``, ``rle``, ``jpegls``, ``jpeg2000``.
    accept_lossy, overwrite : bool
    copy_others : bool
        Copy files that are left out to the target, unchanged.
    """

    syntax: str = "explicit"
    accept_lossy: bool = False
    overwrite: bool = False
    copy_others: bool = False
