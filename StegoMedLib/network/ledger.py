"""What the service has taken over, for those who ask whether it is safe (storage commitment, PS3.4 annex J)."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

from StegoMedLib.files import PRIVATE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ledger"]

_DAY = 86400


class Ledger:
    """A table of digests of SOP instance UIDs, and of their classes; UIDs themselves are not kept.

    Parameters
    ----------
    path : Path
    days : int
        For how long an entry stays.
    """

    def __init__(self, path: Path, days: int) -> None:
        path.touch(mode=PRIVATE)
        self._days, self._lock = days, threading.Lock()
        self._table = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # What is lost in a power cut is at worst answered with "not known", and sent again.
        self._table.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._table.execute(
            "CREATE TABLE IF NOT EXISTS taken (uid BLOB PRIMARY KEY, class TEXT, at INTEGER) WITHOUT ROWID"
        )

    def note(self, sop_class: str, uid: str) -> None:
        """An instance lies safely in the spool."""
        with self._lock:
            self._table.execute("REPLACE INTO taken VALUES (?, ?, ?)", (_digest(uid), sop_class, int(time.time())))

    def sop_class(self, uid: str) -> str | None:
        """Of which class the instance with a UID was when it was taken over; None where it was not."""
        with (
            self._lock,
            closing(self._table.execute("SELECT class FROM taken WHERE uid = ?", (_digest(uid),))) as found,
        ):
            row = found.fetchone()
        return None if row is None else str(row[0])

    def forget(self) -> None:
        """Remove entries that are too old."""
        with self._lock:
            self._table.execute("DELETE FROM taken WHERE at < ?", (int(time.time()) - self._days * _DAY,))

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self._table.close()


def _digest(uid: str) -> bytes:
    return sha256(uid.encode()).digest()
