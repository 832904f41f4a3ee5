"""A thousand damaged codestreams, as a part of the campaign that runs at night."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("resource", reason="memory is measured on Unix only")

from Testing.campaigns import codestreams
from Testing.campaigns.codestreams import Tally, run, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_no_damaged_codestream_ends_as_none_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Its own process: one of tests has taken gigabytes before, which would count as memory of the first file.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as fresh:
        tallies = fresh.submit(run, 1000, 20261129, tmp_path).result()
    assert not [line for tally in tallies.values() for line in tally.wrong]
    assert len(tallies) == 12
    assert all(tally.read and tally.refused and tally.reached > tally.read for tally in tallies.values())
    assert all(tally.files == tally.read + tally.refused for tally in tallies.values())
    assert "| RLE Lossless | 8" in table(tallies)


def test_a_foreign_exception_and_a_long_time_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    monkeypatch.setattr(codestreams, "_memory", lambda _: 0)

    def fail(_: Path) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(codestreams, "_use", fail)
    codestreams._count(tally, tmp_path / "some.dcm")
    monkeypatch.setattr(codestreams, "_use", lambda _: "no full stop")
    codestreams._count(tally, tmp_path / "some.dcm")
    monkeypatch.setattr(codestreams, "LONGEST", 0.0)
    monkeypatch.setattr(codestreams, "_use", lambda _: "")
    codestreams._count(tally, tmp_path / "some.dcm")
    assert [("ZeroDivision" in line, "sentence" in line, " s, " in line) for line in tally.wrong] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
