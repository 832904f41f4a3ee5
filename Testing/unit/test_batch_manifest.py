"""The manifest of a batch: what was found and how far it is, scan after scan, run after run."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.batch.findings import FoundFile
from StegoMedLib.batch.jobs import ASIDE, DONE, FAILED, Outcome
from StegoMedLib.batch.manifest import Manifest, Row
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "manifest"


def put(manifest: Manifest, *files: Path, series: str = "1.2", time: int = 1) -> None:
    """Let a scan find these files alone."""
    scan = manifest.scan()
    for file in files:
        file.touch()
        if not scan.is_known(str(file), 10, time):
            scan.put(FoundFile(str(file), 10, time, study="1", series=series))
    scan.end()


def next_of(manifest: Manifest) -> Row | None:
    return manifest.next(most_kills=2, alone=False)


def finish(manifest: Manifest, state: str = DONE, came_in: int = 1, tries: int = 3) -> str:
    row = next_of(manifest)
    assert row is not None
    manifest.begun(row.number)
    return manifest.became(Outcome(row.number, state, came_in=came_in, written=came_in), most_tries=tries)


def test_it_is_for_its_owner_and_one_run_alone(place: Path) -> None:
    with Manifest(place) as manifest:
        manifest.claim({"carry": "none"}, "key")
        assert os.name == "nt" or stat.S_IMODE(place.stat().st_mode) == 0o600
        with pytest.raises(UnusableInputError, match="another run works with it"):
            Manifest(place)
    with Manifest(place) as manifest:
        manifest.claim({"carry": "none"}, "key")
        with pytest.raises(UnusableInputError, match="another key"):
            manifest.claim({"carry": "none"}, "other")
        with pytest.raises(UnusableInputError, match=r"other options \(carry\)"):
            manifest.claim({"carry": "header"}, "key")


def test_a_file_that_is_no_manifest_is_refused(place: Path) -> None:
    place.write_text("something else, which is long enough to be no empty database" * 20)
    with pytest.raises(UnusableInputError, match="it is no manifest"):
        Manifest(place)


def test_columns_are_those_of_the_table(place: Path) -> None:
    with Manifest(place) as manifest:
        columns = [name for _, name, *_ in manifest._base.execute("PRAGMA table_info(series)")]
    assert tuple(columns) == Row._fields


def test_a_second_scan_finds_nothing_new(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a", tmp_path / "b")
        assert finish(manifest, came_in=2) == DONE
        put(manifest, tmp_path / "a", tmp_path / "b")
        assert next_of(manifest) is None
        assert manifest.states() == {DONE: (1, 2)}


def test_a_series_that_grew_is_worked_on_again(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        finish(manifest)
        put(manifest, tmp_path / "a", tmp_path / "b")
        row = next_of(manifest)
        assert row is not None
        assert len(manifest.files_of(row.number)) == 2


def test_a_file_of_a_done_series_that_was_changed_is_told_until_it_is_done_again(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        finish(manifest)
        put(manifest, tmp_path / "a", time=2)
        put(manifest, tmp_path / "a", time=2)
        assert [row.changed for row in manifest.remarkable()] == [1]
        manifest.put_back(1)
        finish(manifest)
        assert not list(manifest.remarkable())


def test_what_is_gone_before_it_was_worked_on_is_forgotten(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        put(manifest, tmp_path / "b", series="1.3")
        (tmp_path / "a").unlink()
        put(manifest)
        assert manifest.states() == {"found": (1, 1)}


def test_a_series_that_fails_is_aside_in_the_end_and_tried_again_when_its_files_change(
    place: Path, tmp_path: Path
) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        assert [finish(manifest, FAILED) for _ in range(3)] == [FAILED, FAILED, ASIDE]
        put(manifest, tmp_path / "a")
        assert next_of(manifest) is None
        put(manifest, tmp_path / "a", time=2)
        assert finish(manifest) == DONE


def test_a_series_that_ends_workers_waits_until_it_is_alone(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        for _ in range(2):
            row = next_of(manifest)
            assert row is not None
            manifest.begun(row.number)
            manifest.killed(row.number)
        assert next_of(manifest) is None
        assert manifest.next(most_kills=2, alone=True) is not None
        manifest.killed(1, aside="It ends workers.")
        manifest.begin(again=False)
        assert manifest.next(most_kills=2, alone=True) is None
        manifest.begin(again=True)
        assert next_of(manifest) is not None


def test_what_a_killed_run_had_given_away_is_to_be_done(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a")
        manifest.begun(1)
    with Manifest(place) as manifest:
        assert next_of(manifest) is None
        manifest.begin(again=False)
        assert next_of(manifest) is not None


def test_files_that_a_worker_left_out_are_named_once(place: Path, tmp_path: Path) -> None:
    with Manifest(place) as manifest:
        put(manifest, tmp_path / "a", tmp_path / "b")
        for _ in range(2):
            left_out = ((str(tmp_path / "a"), "it is damaged."),)
            manifest.became(Outcome(1, DONE, came_in=2, written=1, left_out=left_out), most_tries=3)
        assert list(manifest.left_out()) == [(str(tmp_path / "a"), "it is damaged.")]
        assert manifest.totals().left_out == 1
