"""The manifest of a batch: every file that was found and every series, and how far each is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from StegoMedLib.batch.database import Database
from StegoMedLib.batch.findings import IMAGE, LEFT_OUT, PASSED_OVER, Findings
from StegoMedLib.batch.jobs import ASIDE, FAILED, FOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from StegoMedLib.batch.jobs import Outcome

__all__ = ["Manifest", "Row", "Totals"]

_TOLD = (
    *("reason", "must_look", "came_in", "written", "slices", "carrying", "altered", "seconds", "processor_seconds"),
    *("bytes_read", "bytes_written"),
)
"""Columns of what workers tell, named as in `Outcome`."""
_PAGE = 256


class Row(NamedTuple):
    """A series: the columns of the table in their order, those of what became of it as in `Outcome`.

    `files` are those that it has now, `came_in` those that were worked on; `changed` are those of a done series that
    somebody changed since.
    """

    number: int
    uid: str
    study: str
    place: str
    state: str
    files: int
    tries: int
    kills: int
    reason: str
    must_look: int
    changed: int
    came_in: int
    written: int
    left_out: int
    slices: int | None
    carrying: int | None
    altered: int | None
    seconds: float
    processor_seconds: float
    bytes_read: int
    bytes_written: int


class Totals(NamedTuple):
    """Sums over all series that are done."""

    written: int
    left_out: int
    slices: int
    carrying: int
    altered: int
    seconds: float
    processor_seconds: float
    bytes_read: int
    bytes_written: int


class Manifest:
    """A manifest, open for this process alone.

    Parameters
    ----------
    place : Path
        Made where it is missing.

    Raises
    ------
    UnusableInputError
        It cannot be opened, another run has it, or it is none.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._database = Database(place)
        self._base = self._database.base

    def __enter__(self) -> Manifest:  # noqa: PYI034  Python 3.10 has no Self
        """The manifest itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Keep what was written, and close it."""
        self._database.close()

    @property
    def is_new(self) -> bool:
        """Whether no batch has claimed it."""
        return self._database.about("options") is None

    def claim(self, options: Mapping[str, object], key: str) -> None:
        """See `Database.claim`."""
        self._database.claim(options, key)

    def scan(self) -> Findings:
        """A new scan of the sources."""
        return Findings(self._database)

    def commit(self) -> None:
        """See `Database.commit`."""
        self._database.commit()

    def begin(self, *, again: bool) -> None:
        """What a run left half-done is to be done; what is aside, too, where somebody says so."""
        self._base.execute("UPDATE series SET state = 'found' WHERE state IN ('running', 'failed')")
        if again:
            self._base.execute("UPDATE series SET state = 'found', tries = 0, kills = 0 WHERE state = 'aside'")
        self.commit()

    def next(self, *, most_kills: int, alone: bool) -> Row | None:
        """A series to work on, the largest first, those that failed last; those with so many kills only `alone`."""
        query = (
            "SELECT * FROM series WHERE state = ? AND (kills >= ?) = ? ORDER BY files DESC LIMIT 1"  # the index has it
        )
        for state in (FOUND, FAILED):
            row = self._base.execute(query, (state, most_kills, alone)).fetchone()
            if row is not None:
                return Row(*row)
        return None

    def files_of(self, number: int) -> tuple[str, ...]:
        """Files of a series, sorted; none of one on a server."""
        found = self._base.execute(
            "SELECT path FROM file JOIN series ON series = number WHERE series = ? AND place = '' ORDER BY path",
            (number,),
        )
        return tuple(os.fsdecode(path) for (path,) in found)

    def begun(self, number: int) -> None:
        """A series is given to a worker."""
        self._base.execute("UPDATE series SET state = 'running' WHERE number = ?", (number,))

    def put_back(self, number: int) -> None:
        """A series is to be worked on after all."""
        self._base.execute("UPDATE series SET state = 'found' WHERE number = ?", (number,))

    def put_all_back(self) -> bool:
        """Series that were given to workers, of whom none has any, are to be worked on; whether there were any."""
        return self._base.execute("UPDATE series SET state = 'found' WHERE state = 'running'").rowcount > 0

    def killed(self, number: int, *, aside: str = "") -> None:
        """Its worker ended while it had the series; `aside` is the sentence for one that is tried no more."""
        self._base.execute(
            "UPDATE series SET kills = kills + 1, state = ?, reason = ?, came_in = files WHERE number = ?",
            (ASIDE if aside else FOUND, aside, number),
        )

    def became(self, outcome: Outcome, *, most_tries: int) -> str:
        """Note what became of a series; its state now."""
        failed = outcome.state == FAILED
        (tries,) = self._base.execute("SELECT tries FROM series WHERE number = ?", (outcome.number,)).fetchone()
        state = ASIDE if failed and tries + 1 >= most_tries else outcome.state
        values = {name: getattr(outcome, name) for name in _TOLD}
        values |= {"state": state, "tries": tries + failed, "left_out": len(outcome.left_out), "changed": 0}
        values |= {"files": max(1, outcome.came_in)} if outcome.remote and outcome.came_in else {}
        assigned = ", ".join(f"{name} = ?" for name in values)
        query = f"UPDATE series SET {assigned} WHERE number = ?"  # noqa: S608  our own names of columns
        self._base.execute(query, (*values.values(), outcome.number))
        self._base.execute("UPDATE file SET reason = '' WHERE series = ? AND reason <> ''", (outcome.number,))
        for path, reason in outcome.left_out:
            row = (os.fsencode(path), outcome.number, IMAGE, reason)
            self._base.execute(
                "INSERT INTO file (path, series, kind, reason) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (path) DO UPDATE SET reason = excluded.reason",
                row,
            )
        return state

    def row(self, number: int) -> Row:
        """A series by its number."""
        return Row(*self._base.execute("SELECT * FROM series WHERE number = ?", (number,)).fetchone())

    def done(self) -> Iterator[Row]:
        """Series that are done."""
        return self._rows("SELECT * FROM series WHERE state = 'done' ORDER BY number")

    def remarkable(self) -> Iterator[Row]:
        """Series that somebody has to hear of."""
        return self._rows(
            "SELECT * FROM series WHERE state <> 'done' OR must_look OR changed OR left_out ORDER BY number"
        )

    def worst(self, most: int) -> list[Row]:
        """Done series of which the least share carries something, or the most is altered."""
        query = (
            "SELECT * FROM series WHERE state = 'done' AND slices > 0 AND (carrying < slices OR altered > 0) "
            "ORDER BY coalesce(altered, 0) * 1.0 / slices DESC, coalesce(carrying, slices) * 1.0 / slices, number "
            "LIMIT ?"
        )
        return [Row(*row) for row in self._base.execute(query, (most,))]

    def _rows(self, query: str) -> Iterator[Row]:
        found = self._base.execute(query)
        while rows := found.fetchmany(_PAGE):
            yield from (Row(*row) for row in rows)

    def left_out(self) -> Iterator[tuple[str, str]]:
        """Files that are in no result although they were to be, with their reasons."""
        found = self._base.execute(
            "SELECT path, file.reason FROM file LEFT JOIN series ON series = number "
            "WHERE kind = ? OR (file.reason <> '' AND state = 'done') ORDER BY path",
            (LEFT_OUT,),
        )
        while rows := found.fetchmany(_PAGE):
            yield from ((os.fsdecode(path), reason) for path, reason in rows)

    def passed_over(self) -> list[tuple[str, str]]:
        """What is no part of the data, with the reasons."""
        found = self._base.execute("SELECT path, reason FROM file WHERE kind = ? ORDER BY path", (PASSED_OVER,))
        return [(os.fsdecode(path), reason) for path, reason in found]

    def of_no_series(self) -> int:
        """How many files are left out because they are of no series."""
        (count,) = self._base.execute("SELECT count(*) FROM file WHERE kind = ?", (LEFT_OUT,)).fetchone()
        return int(count)

    def states(self) -> dict[str, tuple[int, int]]:
        """How many series, and instances in them, are in each state."""
        found = self._base.execute("SELECT state, count(*), sum(files) FROM series GROUP BY state")
        return {state: (series, instances) for state, series, instances in found}

    def totals(self) -> Totals:
        """Sums over what is done."""
        asked = ", ".join(f"coalesce(sum({name}), 0)" for name in Totals._fields)
        query = f"SELECT {asked} FROM series WHERE state = 'done'"  # noqa: S608  our own names of columns
        return Totals(*self._base.execute(query).fetchone())
