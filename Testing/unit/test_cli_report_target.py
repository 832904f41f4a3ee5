"""The report's place is looked at before any work is done, and nothing of the user's is replaced by it."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.report_target import check_report_target
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path


def _arguments(folder: Path, report: str) -> Namespace:
    (folder / "in").mkdir()
    (folder / "in" / "a.dcm").write_bytes(b"pixels")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "old.json").write_text("{}", encoding="utf-8")
    return Namespace(
        source=folder / "in", target=folder / "out", json_target=report if report == "-" else str(folder / report)
    )


@pytest.mark.parametrize("report", ["in/a.dcm", "in/new.json", "notes.txt", "in", "nowhere/report.json"])
def test_a_place_that_would_cost_something_or_cannot_be_is_refused(report: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="report"):
        check_report_target(_arguments(tmp_path, report))


@pytest.mark.parametrize("report", ["-", "old.json", "new.json", "out/report.json"])
def test_a_good_place_is_taken(report: str, tmp_path: Path) -> None:
    check_report_target(_arguments(tmp_path, report))
