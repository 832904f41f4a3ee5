"""Mode ``spread``: the capacity of all slices is measured first, then each carries a shard of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.choices import SPREAD
from StegoMedLib.codec.profiles import larger_than, profiles_with
from StegoMedLib.envelope import MOST_SHARDS, ShardWriter, envelope_bytes, largest_shard, shard_size
from StegoMedLib.errors import DoesNotFitError, NothingToSealError, UsageError
from StegoMedLib.pipeline.message import Message, NoMessage, written
from StegoMedLib.pipeline.tying import largest_own
from StegoMedLib.regions import WHOLE, Reason
from StegoMedLib.series.region import remedy_for
from StegoMedLib.symbol import largest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from StegoMedLib.envelope import Record
    from StegoMedLib.pipeline.embed_run import EmbedRun
    from StegoMedLib.pipeline.slice_work import Room
    from StegoMedLib.series.slice import Key, Slice

__all__ = ["Spread", "SpreadPlan", "plan_spread"]

_ROUNDING = 1e-9
"""0.29 * 100 is a little less than 29."""


@dataclass(frozen=True)
class SpreadPlan:
    """Slices that carry a shard each, by their number, and how many of them suffice."""

    slices: tuple[int, ...]
    needed: int


@dataclass
class _Spread:
    """One record, the slices that may carry it, and, once planned, their shards."""

    places: list[Key]
    sizes: list[int]
    envelope: bytes = b""
    plan: SpreadPlan | None = None

    def as_json(self, carrying: set[Key]) -> dict[str, int]:
        """Row of the report; `carrying` are the slices that carry something."""
        if self.plan is None:
            return {}
        total = len(self.plan.slices)
        return {
            "needed": self.plan.needed,
            "total": total,
            "written": sum(self.places[number] in carrying for number in self.plan.slices),
            "shard_bytes": shard_size(len(self.envelope), self.plan.needed, total),
            "envelope_bytes": len(self.envelope),
        }


class Spread:
    """Mode ``spread``: each slice carries a shard, and some of the shards give the record back.

    Each different record (headers of several patients) is spread over its own slices.

    Raises
    ------
    UsageError
        When the profile cannot spread, or the share that may be lost is none.
    """

    surveys = True

    def __init__(self, run: EmbedRun) -> None:
        method = run.method
        spreading = profiles_with(mode=SPREAD)
        if method.profile not in spreading:
            raise UsageError(
                f"Profile {method.profile} cannot spread a record over slices; choose one of {', '.join(spreading)}."
            )
        if not 0 <= method.lost < 1:
            raise UsageError("The share of slices that may be lost must be at least 0 and less than 1; 0.3 is usual.")
        self._run, self._lost = run, method.lost
        self._most = run.coding.info.most_symbols
        self._spreads: dict[object, _Spread] = {}
        self._texts: dict[Key, str] = {}
        self._unsealed: dict[Key, NoMessage] = {}
        self._weightiest: list[Reason] = []

    def survey(self, cover: Slice, room: Callable[[], Room]) -> None:
        """Note the capacity of a slice."""
        try:
            owner = self._run.records.note(cover)
        except NothingToSealError as error:
            self._unsealed[cover.key] = self._run.unsealed(error)
            return
        if owner not in self._spreads:
            self._spreads[owner] = _Spread([], [])
        found, spread = room(), self._spreads[owner]
        self._weightiest.append(found.weightiest)
        left = found.capacity - 8 * largest_own(found.shape, self._run.method.tiles)
        spread.places.append(cover.key)
        spread.sizes.append(largest_shard(largest_text(left, self._most)))

    def forget(self, name: str) -> None:
        """Take back what was noted of the slices of a file."""
        for spread in self._spreads.values():
            kept = [number for number, place in enumerate(spread.places) if place[0] != name]
            spread.places = [spread.places[number] for number in kept]
            spread.sizes = [spread.sizes[number] for number in kept]
        self._spreads = {owner: spread for owner, spread in self._spreads.items() if spread.places}

    def plan(self) -> None:
        """Cut each record into shards, one for every slice that carries.

        Raises
        ------
        DoesNotFitError
            When a record does not fit.
        """
        writer = ShardWriter(self._run.locator)
        for owner, spread in self._spreads.items():
            if not any(spread.sizes):
                raise DoesNotFitError(self._no_capacity())
            spread.plan, record = self._planned(owner, spread)
            spread.envelope = self._run.sealer.seal_bytes(record)
            texts = writer.cut(spread.envelope, spread.plan.needed, len(spread.plan.slices))
            self._texts |= {spread.places[number]: text for number, text in zip(spread.plan.slices, texts, strict=True)}

    def _planned(self, owner: object, spread: _Spread) -> tuple[SpreadPlan, Record]:
        """The largest record that fits, and how it is spread."""
        larger = larger_than(self._run.method.profile, SPREAD)
        refusal = DoesNotFitError("There is nothing to spread; name something to embed.")
        for record in self._run.records.choices(owner):
            try:
                length = envelope_bytes(record, self._run.sealer.key)
                return plan_spread(spread.sizes, length, self._lost, larger=larger), record
            except DoesNotFitError as error:  # noqa: PERF203  each is tried
                refusal = error
        raise refusal

    def _no_capacity(self) -> str:
        """Why no slice has any capacity, as far as it is known."""
        known = sorted({WHOLE[reason] for reason in self._weightiest if reason in WHOLE})[:3]
        why = f" ({'; '.join(known)})" if known else ""
        return f"No slice can carry a part of the record{why}; {remedy_for(self._weightiest)}."

    def message(self, cover: Slice) -> Message | NoMessage:
        """The shard of a slice, if it has capacity enough and something to seal."""
        text = self._texts.get(cover.key)
        if text is None:
            return self._unsealed.get(cover.key, NoMessage())
        message = written(text, self._run.sealer.binding_key)
        self._run.report.note(message)
        return message

    def finish(self) -> None:
        """Put what was spread into the report.

        Raises
        ------
        DoesNotFitError
            When so many slices could not be written after all that a record cannot be read again.
        """
        report = self._run.report
        carrying = {(row.file, row.frame) for row in report.slices if row.state == "embedded"}
        report.shards = [spread.as_json(carrying) for spread in self._spreads.values()]
        for row in report.shards:
            if row["written"] < row["needed"]:
                raise DoesNotFitError(
                    f"Only {row['written']} of the {row['needed']} shards that the record needs could be written; "
                    "embed something smaller, or use other images."
                )


def plan_spread(sizes: Sequence[int], length: int, lost: float, *, larger: str = "") -> SpreadPlan:
    """Spread `length` bytes over as many slices as can be, so that the share `lost` of them (rounded down) may be lost.

    All shards have one size. The more slices, the smaller it is; the fewer, the larger it may be.

    Parameters
    ----------
    sizes : sequence of int
        Bytes of the largest shard that each slice can carry.
    length : int
    lost : float
        At least 0, less than 1.
    larger : str
        A profile with more capacity, for the remedy.

    Raises
    ------
    DoesNotFitError
        When no number of slices has the capacity.
    """
    largest = sorted(range(len(sizes)), key=lambda number: -sizes[number])
    most = 0
    for total in range(min(len(sizes), MOST_SHARDS), 0, -1):
        needed, smallest = max(1, total - int(lost * total + _ROUNDING)), sizes[largest[total - 1]]
        if shard_size(length, needed, total) <= smallest:
            return SpreadPlan(tuple(sorted(largest[:total])), needed)
        most = max(most, needed * smallest)
    raise DoesNotFitError(
        f"The sealed record has {length} bytes, and the slices can carry {most} if {lost:.0%} of them may be lost; "
        f"{_remedy(lost, larger)}."
    )


def _remedy(lost: float, larger: str) -> str:
    remedies = ["embed something smaller"]
    remedies += [f"choose profile {larger}"] if larger else []
    remedies += ["allow fewer lost slices (--lost)"] if lost else []
    return " or ".join(filter(None, [", ".join(remedies[:-1]), remedies[-1]]))
