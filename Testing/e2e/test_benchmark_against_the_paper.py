"""``stegomed benchmark paper`` writes a page, a report and plots; without the series it says what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed


@pytest.mark.data
def test_page_and_report_hold_every_table(stegomed: Stegomed, data_dir: Path, tmp_path: Path) -> None:
    done = stegomed(
        "benchmark", "paper", "--data", data_dir, "--out", "out", "--slices", 1, "--finder", "threshold", "--json", "-"
    )

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report.pop("stegomed")
    assert report == json.loads((tmp_path / "out" / "paper.json").read_text(encoding="utf-8"))
    assert set(report) == {
        *("note", "paper", "finder", "covers", "summary", "strength", "capacity", "masks", "noise"),
    }
    assert report["covers"] == {"CHAOS CT": 1, "validation MR": 2}
    ours = [row for row in report["strength"] if not row["variant"].startswith("saidi2024") and not row["failure"]]
    assert {"fidelity", "capacity", "robust"} <= {row["variant"] for row in ours}
    assert all(row["measures"]["ber"] == 0 and row["measures"]["changed_significant"] == 0 for row in ours)
    masks = [row["measures"] for row in report["masks"] if row["variant"] in {"fidelity", "capacity"}]
    read = [row["ber"] for row in masks if row]
    assert len(read) >= 5  # one of the six has too little air for the largest load
    assert not any(read)
    assert all(row["blocks_differ"] is None for row in masks if row)
    for name in ("paper_strength.png", "paper_noise.png", "paper.md"):
        assert (tmp_path / "out" / name).stat().st_size > 1000
    page = (tmp_path / "out" / "paper.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 2
    assert page.count("<table>") == 10


def test_without_the_series_one_sentence_says_what_is_missing(stegomed: Stegomed, tmp_path: Path) -> None:
    done = stegomed("benchmark", "paper", "--data", "nowhere", "--out", "out", "--finder", "threshold")

    assert done.returncode == 3
    assert done.stderr.strip().count("\n") == 0
    assert "ct_abdomen_chaos3" in done.stderr
    assert "--data" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_report_never_lands_among_the_series(stegomed: Stegomed, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = stegomed("benchmark", "paper", "--data", "data", "--out", "out", "--json", "data/report.json")

    assert done.returncode == 3
    assert "inputs are never changed" in done.stderr


@pytest.mark.parametrize("arguments", [("benchmark",), ("benchmark", "paper"), ("benchmark", "paper", "--out")])
def test_incomplete_requests_are_usage_errors(stegomed: Stegomed, arguments: tuple[str, ...]) -> None:
    assert stegomed(*arguments).returncode == 2


def test_no_slices_are_no_benchmark(stegomed: Stegomed) -> None:
    assert stegomed("benchmark", "paper", "--out", "out", "--slices", 0, "--finder", "threshold").returncode == 2
