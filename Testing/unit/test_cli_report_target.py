"""The report's place is looked at before any work is done, and nothing of the user's is replaced by it."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.report import check_report_target, write_json
from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from pathlib import Path


def _arguments(folder: Path, report: str) -> Namespace:
    (folder / "in").mkdir()
    (folder / "in" / "a.dcm").write_bytes(b"pixels")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "settings.json").write_text('{"theirs": 1}', encoding="utf-8")
    (folder / "empty").touch()
    write_json({"slices": []}, str(folder / "old.json"))
    (folder / "link.json").symlink_to(folder / "in" / "a.dcm")
    return Namespace(
        source=folder / "in", target=folder / "out", json_target=report if report == "-" else str(folder / report)
    )


@pytest.mark.parametrize(
    "report", ["in/a.dcm", "in/new.json", "notes.txt", "settings.json", "link.json", "in", "nowhere/report.json"]
)
def test_a_place_that_would_cost_something_or_cannot_be_is_refused(report: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="report"):
        check_report_target(_arguments(tmp_path, report))


@pytest.mark.parametrize("report", ["-", "old.json", "empty", "new.json", "out/report.json"])
def test_a_good_place_is_taken(report: str, tmp_path: Path) -> None:
    check_report_target(_arguments(tmp_path, report))


def test_a_report_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_json({"record": {"PatientName": "Doe"}}, str(tmp_path / "report.json"))

    assert os.name == "nt" or (tmp_path / "report.json").stat().st_mode & 0o777 == 0o600


def test_a_file_that_came_meanwhile_is_not_replaced_by_the_report(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text('{"theirs": 1}', encoding="utf-8")

    with pytest.raises(UnusableInputError, match="left unchanged"):
        write_json({"slices": []}, str(tmp_path / "report.json"))

    assert (tmp_path / "report.json").read_text(encoding="utf-8") == '{"theirs": 1}'


def test_what_a_killed_run_left_of_a_report_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / f".report.json.{'0' * 32}.part").write_text("half", encoding="utf-8")
    (tmp_path / f".other.json.{'0' * 32}.part").write_text("half", encoding="utf-8")

    write_json({"slices": []}, str(tmp_path / "report.json"))

    assert sorted(path.name for path in tmp_path.iterdir()) == [f".other.json.{'0' * 32}.part", "report.json"]
