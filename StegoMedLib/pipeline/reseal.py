"""Writes records anew under another key, in the place of those that are there, from the stego images alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from StegoMedLib.binding import Shared, unpack_part
from StegoMedLib.envelope import Sealer, ShardWriter, encode_record
from StegoMedLib.errors import DoesNotFitError, PersonMustLookError
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.marks import Marks
from StegoMedLib.pipeline.message import Message, seal, written
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.rewriting import DONE, Kept, RewriteReport, Rewriting
from StegoMedLib.pipeline.slices import embed_in_air
from StegoMedLib.pipeline.tying import State, Tie
from StegoMedLib.pipeline.walk import walk
from StegoMedLib.pipeline.written_anew import written_anew
from StegoMedLib.series.slice import PartT, Progress, Series, silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from StegoMedLib.dicom import Listing, Number
    from StegoMedLib.envelope import Key, Record
    from StegoMedLib.pipeline.clearing import Cleared
    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.marks import Mark
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.sinks import Sink
    from StegoMedLib.series.slice import Slice

__all__ = ["reseal", "reseal_series"]

_DESCRIPTION = "StegoMed: an encrypted record sealed anew outside the significant region"
_FOREIGN = "its record was sealed into another image"
_UNSURE = "whether its record is of this image cannot be told; when you have looked at it, add --accept-altered"
_TOO_FEW = "too few parts of its record are here to seal it anew"
_STRONGEST, _WEAKEST = 20.0, 60.0
"""Of what is estimated, in dB, as with embedding."""

_STRONGER = (0.0, 2.0, 4.0)
"""By so many dB, where a mark as strong as the old one cannot be told from noise."""

_TINY = 1e-9


class _Resealing(Rewriting):
    """Seals the record of each slice anew."""

    def __init__(
        self,
        series: Series[Any],
        marks: Marks,
        masks: MaskSource,
        new: Key,
        *,
        accept_altered: bool,
        strength: float | None,
    ) -> None:
        super().__init__(series, marks, masks, accept_altered=accept_altered)
        self._series, self._strength = series, strength
        self._sealer, self._locator = Sealer(new), new.locators()[0]
        self._writer = ShardWriter(self._locator)
        self._made: dict[tuple[str, float | None], Coding] = {}
        self._found: dict[str, float] = {}
        self._messages: dict[object, Message] = {}
        self._shards: dict[tuple[bytes, int, int, int], list[str]] = {}
        self._carried: dict[tuple[bytes, int, int, int], set[int]] = {}
        self.clock.lap("keys")

    def check(self, report: ExtractReport) -> None:
        """Refuse to make the record of another image the record of this one, whatever is accepted."""
        foreign = [row.file for row in report.slices if row.is_(State.ANOTHER)]
        if foreign:
            raise PersonMustLookError(
                *report.untied, "Nothing was written; leave the files out that carry records of other images."
            )
        super().check(report)

    def made(self, each: Slice, mark: Mark, cleared: Cleared) -> NDArray[np.int32] | Kept:
        """The slice with the same record under the new key."""
        if mark.row.is_(State.ANOTHER):
            return Kept(_FOREIGN)
        if mark.row.is_(State.UNKNOWN) and not self.accept_altered:
            return Kept(_UNSURE)
        number = self._number(each, mark)
        try:
            message = self._message(mark, number)
        except DoesNotFitError as error:
            return Kept(str(error))
        self.clock.lap("sealing")
        if message is None:
            return Kept(_TOO_FEW)
        part = unpack_part(mark.payload.own) if mark.payload.tag else None
        tie = Tie(cleared.cover, number, message, tiles=0 if part is None else part.tile)
        for chosen in self._codings(each, mark, cleared):
            result = embed_in_air(cleared.cover, cleared.proof, message, chosen, tie)
            if result.stego is not None:
                break
        self.clock.lap("embedding")
        if result.stego is None:
            return Kept(f"under the new key {result.reason}")
        if mark.shard is not None:
            self._carried.setdefault(mark.shard.kind, set()).add(mark.shard.number)
        return result.stego

    def finish(self) -> None:
        """Make sure that something was sealed, and that enough parts of what is spread are there.

        Raises
        ------
        DoesNotFitError
            When that is not so.
        """
        super().finish()
        for kind, numbers in self._carried.items():
            _, _, needed, _ = kind
            if len(numbers) < needed:
                raise DoesNotFitError(
                    f"Under the new key only {len(numbers)} of the {needed} parts that the record needs fit their "
                    "slices; seal for fewer keys, or embed the record anew into the original images."
                )
        if not self.report.count(DONE):
            reasons = sorted({row.reason for row in self.report.slices if row.reason})
            raise DoesNotFitError(
                f"The record can be sealed anew in no slice ({'; '.join(reasons[:3])}); seal for fewer keys, or embed "
                "the record anew into the original images."
            )

    def _number(self, each: Slice, mark: Mark) -> Number:
        """Where the slice was in its series, or, where it does not say, where it is."""
        verdict = mark.row.verdict
        known = None if verdict is None else verdict.number
        return self._series.number(each.key) if known is None else known

    def _message(self, mark: Mark, number: Number) -> Message | None:
        """The message of a slice; None where its record is not known."""
        if mark.record is None:
            return None
        if mark.shard is not None:
            text = self._texts(mark.record, mark.shard.kind)[mark.shard.number]
            return written(text, self._sealer.binding_key)
        if not mark.info.votes:
            return seal(self._sealer, mark.record, mark.info.most_symbols)
        whose = mark.row.run, encode_record(mark.record), number.series, number.count
        if whose not in self._messages:
            shared = Shared.drawn(number.series, number.count)
            self._messages[whose] = seal(self._sealer, mark.record, mark.info.most_symbols, shared)
        return self._messages[whose]

    def _texts(self, record: Record, kind: tuple[bytes, int, int, int]) -> list[str]:
        """Parts of a record that was spread, as many as there were, any as many of which are enough."""
        if kind not in self._shards:
            _, total, needed, _ = kind
            self._shards[kind] = self._writer.cut(self._sealer.seal_bytes(record), needed, total)
        return self._shards[kind]

    def _codings(self, each: Slice, mark: Mark, cleared: Cleared) -> Iterator[Coding]:
        """The profile that was found, under the new key: as strong as in the first slice that had it, then stronger.

        A slice was attacked on its way, perhaps, so that its air is noisier than it was.
        """
        strengths: tuple[float | None, ...] = (self._strength,)
        if mark.info.votes and self._strength is None:
            found = self._found.setdefault(mark.info.name, _strength_of(each, mark, cleared))
            strengths = tuple(max(_STRONGEST, found - step) for step in _STRONGER)
        for strength in dict.fromkeys(strengths):
            which = mark.info.name, strength
            if which not in self._made:
                self._made[which] = coding(mark.info.name, self._locator, strength=strength)
            yield self._made[which]


def _strength_of(each: Slice, mark: Mark, cleared: Cleared) -> float:
    """PSNR in dB (``psnr_bulk``) at which a slice was marked, estimated: nobody tells it."""
    plane = each.plane
    change = (plane.pixels - mark.profile.unmarked(plane, mark.payload))[cleared.proof.air]
    energy = max(float(np.square(change, dtype=np.float64).sum()), _TINY)
    decibels = 10 * float(np.log10(plane.bulk_range**2 * plane.pixels.size / energy))
    return min(_WEAKEST, max(_STRONGEST, round(decibels)))


def reseal(
    series: Series[PartT],
    old: Key,
    new: Key,
    masks: MaskSource,
    sink: Sink[PartT],
    *,
    accept_altered: bool = False,
    strength: float | None = None,
    progress: Progress = silent,
) -> RewriteReport:
    """Take the records that `old` reads out of the slices of a series, and embed them again, sealed with `new`.

    Each slice gets the same record in the same profile, mode, tiles and place in its series; the original images are
    not needed. With ``fidelity`` and ``capacity`` the new message lies where the old one says that it lay; with
    ``robust`` a finder, or reviewed masks, and the guard tell where there is air, on a copy without the mark. Slices of
    which that cannot be done keep the old record, which the report says.

    Parameters
    ----------
    series : Series
    old, new : Key
    masks : MaskSource
        For slices whose message does not say, or cannot be believed, what is air in them.
    sink : Sink
    accept_altered : bool
        Also seal anew for images that were altered since.
    strength : float or None
        Of ``robust``, as of embedding; None for about what it was.
    progress : callable

    Raises
    ------
    PersonMustLookError
        When records are of other images, or images were altered, and that is not accepted.
    NothingReadableError
        When the old key reads no record.
    DoesNotFitError
        When no slice, or too few of those that share a record, can carry what the new key seals.
    UnusableInputError
        When nothing can be read.
    """
    marks = Marks(old, series.at)
    work = _Resealing(series, marks, masks, new, accept_altered=accept_altered, strength=strength)
    walk(series, work, sink, progress)
    work.finish()
    return work.report


def reseal_series(
    source: Path,
    target: Path,
    old: Key,
    new: Key,
    masks: MaskSource,
    *,
    accept_altered: bool = False,
    strength: float | None = None,
    output: Output = Output(),
    listing: Listing | None = None,
    progress: Progress = silent,
) -> RewriteReport:
    """Seal the records in the files of `source` anew, and write them to `target`; parameters and errors as of `reseal`.

    `target` appears when all is done, or not at all.
    """
    with written_anew(source, target, output, listing, _DESCRIPTION) as (series, sink):
        return reseal(
            series, old, new, masks, sink, accept_altered=accept_altered, strength=strength, progress=progress
        )
