"""A record hidden with profile robust is read after lossy storage and other mishaps, by a reader told nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed

pytestmark = pytest.mark.key_file


@pytest.fixture
def marked(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> Path:
    """The phantom with its header hidden at high strength."""
    place = tmp_path / "marked"
    options = ("--finder", "threshold", "--profile", "robust", "--strength", "high", "--json", "-")
    done = stegomed("embed", phantom_folder, place, *options)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["embedded"] == 4
    assert report["summary"]["psnr_range"]["min"] >= 34
    assert report["summary"]["changed_significant"]["max"] == 0
    return place


def _extracted(stegomed: Stegomed, folder: Path) -> dict[str, Any]:
    done = stegomed("extract", folder, "--json", "-")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_attacked_files_give_the_record_back_and_tell_the_quality(
    stegomed: Stegomed, marked: Path, tmp_path: Path
) -> None:
    fresh = _extracted(stegomed, marked)
    assert fresh["profile"] == "robust"

    for kind, level in (("jpeg", 75), ("rescale", 2)):
        attacked = tmp_path / kind
        assert stegomed("attack", marked, attacked, "--kind", kind, "--level", level).returncode == 0
        report = _extracted(stegomed, attacked)

        assert report["record"] == fresh["record"]
        assert {row["state"] for row in report["slices"]} == {"extracted"}
        assert {row["profile"] for row in report["slices"]} == {"robust"}
        assert 0 < report["quality"] <= fresh["quality"] + 0.02


def test_lost_and_shuffled_slices_do_not_matter(stegomed: Stegomed, marked: Path, tmp_path: Path) -> None:
    lost, shuffled = tmp_path / "lost", tmp_path / "shuffled"
    assert stegomed("attack", marked, lost, "--kind", "lost", "--level", "50").returncode == 0
    assert stegomed("attack", lost, shuffled, "--kind", "shuffled").returncode == 0

    report = _extracted(stegomed, shuffled)

    assert report["record"]["PatientName"]
    assert len(report["slices"]) == 2


@pytest.mark.parametrize("strength", ["strong", "5", "99", "nan"])
def test_a_strength_that_makes_no_sense_is_refused(
    stegomed: Stegomed, phantom_folder: Path, tmp_path: Path, strength: str
) -> None:
    done = stegomed("embed", phantom_folder, tmp_path / "x", "--profile", "robust", "--strength", strength)

    assert done.returncode == 2
    assert "--strength" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_strength_of_another_profile_is_a_mistake_of_usage(
    stegomed: Stegomed, phantom_folder: Path, tmp_path: Path
) -> None:
    done = stegomed("embed", phantom_folder, tmp_path / "x", "--profile", "fidelity", "--strength", "high")

    assert done.returncode == 2
    assert "--strength goes with --profile robust" in done.stderr
    assert not (tmp_path / "x").exists()
