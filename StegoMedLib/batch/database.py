"""The file behind a manifest: SQLite, opened for one process alone, and claimed for one batch.

It names files of the source, which may name patients: it is for its owner alone. What was committed outlasts the
process (write-ahead log); what a power cut takes from its end is found again, or is accepted as it lies in the target.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Database"]

_VERSION = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS series (
  number INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, study TEXT NOT NULL, place TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'found', files INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
  kills INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', must_look INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0, came_in INTEGER NOT NULL DEFAULT 0, written INTEGER NOT NULL DEFAULT 0,
  left_out INTEGER NOT NULL DEFAULT 0, slices INTEGER, carrying INTEGER, altered INTEGER,
  seconds REAL NOT NULL DEFAULT 0, processor_seconds REAL NOT NULL DEFAULT 0,
  bytes_read INTEGER NOT NULL DEFAULT 0, bytes_written INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS series_by_state ON series (state, files);
CREATE TABLE IF NOT EXISTS file (
  path BLOB PRIMARY KEY, series INTEGER, kind TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL DEFAULT 0, time INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS file_by_series ON file (series);
CREATE INDEX IF NOT EXISTS file_by_kind ON file (kind, seen);
"""
# Exclusive, so that no second run begins, and so that no memory is shared, which network drives cannot do.
_SETTINGS = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL")
_PATIENCE = 2.0
"""Seconds that another run may need to end."""


class Database:
    """A manifest's file; a transaction is always open.

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
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(place, os.O_RDWR | os.O_CREAT, PRIVATE))
            place.chmod(PRIVATE)
            self.base = sqlite3.connect(place, timeout=_PATIENCE, isolation_level=None)
            self._prepare()
        except sqlite3.DatabaseError as error:
            busy = "locked" in str(error)
            why = "another run works with it; wait for its end" if busy else "it is no manifest; name another file"
            raise UnusableInputError(f"The manifest {place} cannot be used: {why}.") from None
        except OSError as error:
            raise UnusableInputError(
                f"The manifest {place} cannot be written ({error.strerror}); name another file with --manifest."
            ) from None

    def _prepare(self) -> None:
        for setting in _SETTINGS:
            self.base.execute(f"PRAGMA {setting}")
        self.base.executescript(_TABLES)
        self.base.execute("BEGIN IMMEDIATE")
        known = self.about("version")
        if known not in {None, _VERSION}:
            raise UnusableInputError(f"The manifest {self.place} is of another version of StegoMed; name another file.")
        self.note("version", _VERSION)

    def close(self) -> None:
        """Keep what was written, and close it."""
        with suppress(sqlite3.Error):
            self.base.execute("COMMIT")
        self.base.close()

    def commit(self) -> None:
        """Make what was written so far outlast this process.

        Raises
        ------
        UnusableInputError
            The disk is full, or fails.
        """
        try:
            self.base.execute("COMMIT")
            self.base.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise UnusableInputError(
                f"The manifest {self.place} cannot be written ({error}); free some space, and start again to go on."
            ) from None

    def about(self, name: str) -> str | None:
        """What was noted under a name."""
        found = self.base.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def note(self, name: str, value: str) -> None:
        """Note something of the batch itself."""
        self.base.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def claim(self, options: Mapping[str, object], key: str) -> None:
        """Make this the manifest of a batch with these options and the key of this fingerprint.

        Raises
        ------
        UnusableInputError
            It is one of another batch.
        """
        known = self.about("options")
        if known is None:
            self.note("options", json.dumps(options, sort_keys=True))
            self.note("key", key)
            return
        if self.about("key") != key:
            raise UnusableInputError(
                f"The manifest {self.place} is of a batch under another key; give that key, or name another DST."
            )
        before = json.loads(known)
        differing = sorted(name for name in {*options, *before} if options.get(name) != before.get(name))
        if differing:
            raise UnusableInputError(
                f"The manifest {self.place} is of a batch with other options ({', '.join(differing)}); give the same, "
                "or name another DST."
            )
