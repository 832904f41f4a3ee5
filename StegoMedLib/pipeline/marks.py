"""What one key reads in the slices of a series that is about to be written anew: their marks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.binding import Shared
from StegoMedLib.choices import DEFAULT_BETA
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.envelope import public_locator
from StegoMedLib.errors import NothingReadableError
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.pipeline.tying import Evidence, State
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from StegoMedLib.codec.profile import Payload, Profile
    from StegoMedLib.codec.profiles import ProfileInfo
    from StegoMedLib.envelope import Key, Opened, Record, Shard
    from StegoMedLib.pipeline.blind import Reading, Way
    from StegoMedLib.pipeline.extract_report import ExtractReport
    from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
    from StegoMedLib.series.masks import MaskSource
    from StegoMedLib.series.slice import Key as SliceKey
    from StegoMedLib.series.slice import Slice

__all__ = ["Mark", "Marks"]


@dataclass(frozen=True)
class Mark:
    """What a slice carries.

    Attributes
    ----------
    way : tuple of (str, bytes)
        How it was found.
    profile : Profile
        The codec.
    payload : Payload
    row : ExtractedSliceReport
        What is known of the slice.
    record : Record or None
        None where it cannot be opened.
    shard : Shard or None
        Of a record that is spread over slices.
    """

    way: Way = field(repr=False)
    profile: Profile
    payload: Payload = field(repr=False)
    row: ExtractedSliceReport
    record: Record | None = field(default=None, repr=False)
    shard: Shard | None = field(default=None, repr=False)

    @property
    def info(self) -> ProfileInfo:
        """Of the profile."""
        return PROFILES[self.way[0]]

    @property
    def sure(self) -> bool:
        """Whether it can be believed what the message says of itself: the slice is as somebody with the key sealed it.

        At public positions that may be anybody, who says that the patient is air.
        """
        known = self.way[1] != public_locator()
        return known and self.payload.touched is not None and self.row.is_(State.INTACT)


class Marks:
    """Finds the marks of slices: a look at all of them first, since some can only be read together.

    Parameters
    ----------
    key : Key
    again : callable
        Gives a slice once more, by its key.
    profile : str or None
        The only one to look for; None for all that need no mask.
    beta : float
        Strength of ``saidi2024``.
    masks : MaskSource or None
        For a profile that needs them.
    sealed_too : bool
        Note also records that others may open.

    Attributes
    ----------
    report : ExtractReport or None
        Of all slices, when they were looked at; None where nothing is read.
    nothing : NothingReadableError or None
        Why nothing is.
    """

    def __init__(
        self,
        key: Key,
        again: Callable[[SliceKey], Slice],
        *,
        profile: str | None = None,
        beta: float = DEFAULT_BETA,
        masks: MaskSource | None = None,
        sealed_too: bool = False,
    ) -> None:
        self._run = ExtractRun(key, profile, beta=beta, again=again, sealed_too=sealed_too)
        self._reader, self._masks = self._run.reader, masks
        self._rows: dict[SliceKey, ExtractedSliceReport] = {}
        self._common: dict[tuple[Way, tuple[int, int]], tuple[Payload, Opened]] = {}
        self.report: ExtractReport | None = None
        self.nothing: NothingReadableError | None = None

    @property
    def found(self) -> bool:
        """Whether there is anything in any slice, be it too little to be read."""
        return any(row.profile is not None for row in self._rows.values())

    def survey(self, each: Slice) -> None:
        """Read a slice."""
        reading = self._run.read(each, self._significant(each))
        if reading is not None:
            self._note(reading, each.plane.shape)

    def forget(self, name: str) -> None:
        """Pass: a part that is left out is not asked for again."""

    def plan(self) -> None:
        """See what slices say together; raises `NewerVersionError`."""
        try:
            self.report = self._run.finish()
        except NothingReadableError as error:
            self.nothing = error
        self._rows = {(row.file, row.frame): row for row in self._run.rows}
        for reading in self._reader.together():
            if reading.shape is not None:
                self._note(reading, reading.shape)

    def of(self, each: Slice) -> Mark | None:
        """The mark of a slice; None where there is none, or where it cannot be read in any way."""
        row = self._rows.get(each.key)
        if row is None:
            return None
        reading = self._reader.read(each.plane, self._air(each))
        if reading is None:
            return self._heard(each, row)
        profile = self._reader.profile(reading.way)
        return Mark(reading.way, profile, reading.payload, row, self._record(row, reading), reading.shard)

    def reads(self, way: Way, each: Slice) -> bool:
        """Whether anything is read in a slice in one way."""
        return self._reader.read_as(way, each.plane, self._air(each)) is not None

    def says(self, way: Way, payload: Payload) -> bool:
        """Whether a payload that was read in one way is anything."""
        return self._reader.reading(way, payload) is not None

    def _significant(self, each: Slice) -> NDArray[np.bool_] | None:
        return self._masks.region(each).significant if self._masks is not None and self._run.needs_mask else None

    def _air(self, each: Slice) -> NDArray[np.bool_] | None:
        significant = self._significant(each)
        return None if significant is None else air_of(each.plane, significant)

    def _note(self, reading: Reading, shape: tuple[int, int]) -> None:
        """Remember what all slices of a size carry that share a message."""
        if reading.payload.votes is not None and reading.opened is not None:
            self._common.setdefault((reading.way, shape), (reading.payload, reading.opened))

    def _heard(self, each: Slice, row: ExtractedSliceReport) -> Mark | None:
        """The mark of a slice that says too little alone, by what the others say."""
        for (way, shape), (payload, opened) in self._common.items():
            votes, nonces = self._reader.voted(way, each.plane) if shape == each.plane.shape else (None, 1)
            shared = Shared.unpack(opened.context)
            if votes is None or votes.nonce is None or votes.own_votes is None or shared is None:
                continue
            if shared.number(votes.nonce, nonces) is None:  # it was found by chance
                continue
            verdict = Evidence.heard(each, votes, nonces).judged(opened.binding_key, opened.context)
            own = np.packbits(votes.own_votes > 0).tobytes()
            mine = replace(payload, nonce=votes.nonce, own=own, own_votes=votes.own_votes)
            return Mark(way, self._reader.profile(way), mine, replace(row, verdict=verdict), opened.record)
        return None

    def _record(self, row: ExtractedSliceReport, reading: Reading) -> Record | None:
        if reading.opened is not None:
            return reading.opened.record
        return None if row.record is None or self.report is None else self.report.records[row.record]
