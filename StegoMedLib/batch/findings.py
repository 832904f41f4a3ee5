"""What was found, in the manifest: files of series, files that are left out, series on servers; scan after scan."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from StegoMedLib.batch.jobs import DONE

if TYPE_CHECKING:
    from StegoMedLib.batch.database import Database

__all__ = ["IMAGE", "LEFT_OUT", "PASSED_OVER", "Findings", "FoundFile"]

IMAGE, LEFT_OUT, PASSED_OVER = "image", "left out", "passed over"
"""Kinds of files: of a series, of none, and no part of the data."""


class FoundFile(NamedTuple):
    """A file that was found: an image of a series, or left out with the reason."""

    path: str
    size: int
    time: int
    reason: str = ""
    study: str = ""
    series: str = ""


class Findings:
    """One scan of the sources.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database, self._base = database, database.base
        self._scan = 1 + int(database.about("scan") or 0)

    def is_known(self, path: str, size: int, time: int) -> bool:
        """Whether a file was looked at before, and is as it was; then it is noted as seen again."""
        name = os.fsencode(path)
        found = self._base.execute("SELECT size, time FROM file WHERE path = ?", (name,)).fetchone()
        if found != (size, time):
            return False
        self._base.execute("UPDATE file SET seen = ? WHERE path = ?", (self._scan, name))
        return True

    def pass_over(self, path: str, reason: str) -> None:
        """Note what is no part of the data."""
        self._put(FoundFile(path, 0, 0, reason), None, PASSED_OVER)

    def put(self, file: FoundFile) -> None:
        """Note a file that is new, or was changed.

        What was changed of a done series is counted, and the series stays as it is; others begin anew.
        """
        before = self._base.execute("SELECT series FROM file WHERE path = ?", (os.fsencode(file.path),)).fetchone()
        if before is not None and before[0] is not None and self._stays(int(before[0])):
            self._base.execute(
                "UPDATE file SET size = ?, time = ?, seen = ? WHERE path = ?",
                (file.size, file.time, self._scan, os.fsencode(file.path)),
            )
            return
        if file.reason:
            self._put(file, None, LEFT_OUT)
        else:
            self._put(file, self._series(file.series or f"file {file.path}", file.study), IMAGE)

    def put_remote(self, uid: str, study: str, place: str, files: int) -> None:
        """Note a series on a server; one that is found in a folder, too, is left out."""
        found = self._base.execute("SELECT place FROM series WHERE uid = ?", (uid,)).fetchone()
        if found is not None and found[0] != place:
            reason = "its series is among the files of another source; leave one of them out."
            self._put(FoundFile(place, 0, 0, reason), None, LEFT_OUT)
            return
        number = self._series(uid, study)
        self._base.execute("UPDATE series SET place = ?, files = max(?, 1) WHERE number = ?", (place, files, number))

    def commit(self) -> None:
        """See `Database.commit`."""
        self._database.commit()

    def end(self) -> None:
        """The sources were looked through.

        Files that are gone, and are of no done series, are forgotten. Series that grew are to be worked on again.
        """
        self._database.note("scan", str(self._scan))
        unseen = self._base.execute(
            "SELECT path FROM file LEFT JOIN series ON series = number WHERE seen < ? AND coalesce(state, '') <> ?",
            (self._scan, DONE),
        )
        for (path,) in unseen.fetchall():
            if not os.path.lexists(path):
                self._base.execute("DELETE FROM file WHERE path = ?", (path,))
        self._base.execute(
            "UPDATE series SET files = (SELECT count(*) FROM file WHERE series = number) WHERE place = ''"
        )
        self._base.execute("DELETE FROM series WHERE files = 0 AND state <> 'done'")
        self._base.execute(
            "UPDATE series SET state = 'found', tries = 0, kills = 0 WHERE (state IN ('done', 'aside') AND "
            "files > came_in) OR (state = 'aside' AND place = '' AND files <> came_in)"
        )
        self.commit()

    def _stays(self, number: int) -> bool:
        (state,) = self._base.execute("SELECT state FROM series WHERE number = ?", (number,)).fetchone()
        if state == DONE:
            self._base.execute("UPDATE series SET changed = changed + 1 WHERE number = ?", (number,))
            return True
        self._base.execute("UPDATE series SET state = 'found', tries = 0, kills = 0 WHERE number = ?", (number,))
        return False

    def _series(self, uid: str, study: str) -> int:
        self._base.execute("INSERT OR IGNORE INTO series (uid, study) VALUES (?, ?)", (uid, study))
        return int(self._base.execute("SELECT number FROM series WHERE uid = ?", (uid,)).fetchone()[0])

    def _put(self, file: FoundFile, series: int | None, kind: str) -> None:
        row = (os.fsencode(file.path), series, kind, file.reason, file.size, file.time, self._scan)
        self._base.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)", row)
