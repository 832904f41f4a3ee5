"""Paths mean what a shell means by them, and a refusal names its file or series and a remedy that fits."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib.cli.main import main
from StegoMedLib.dicom import new_series

if TYPE_CHECKING:
    from pathlib import Path

FINDER = ("--finder", "threshold")


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", ""),
        ("capacity", ""),
        ("segment", "", "--out", "b"),
        ("segment", "a", "--out", ""),
        ("embed", "a", ""),
        ("embed", "a", "b", "--masks", ""),
        ("embed", "a", "b", "--passphrase-file", ""),
        ("embed", "a", "b", "--record", "text", "--from", ""),
        ("embed", "a", "b", "--json", ""),
        ("attack", "a", "", "--kind", "jpeg"),
        ("evaluate", "a", ""),
        ("extract", "a", "--out", ""),
        ("demo", "--out", ""),
        ("demo", ""),
        ("export", "a", "", "--check", "c"),
        ("train", "a", "", "--out", "o", "--series", "s"),
        ("benchmark", "paper", "--out", ""),
    ],
    ids=" ".join,
)
def test_an_empty_path_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)

    assert left.value.code == 2
    assert "it is empty" in capsys.readouterr().err


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("command", [("embed", *FINDER), ("attack", "--kind", "offset")], ids=["embed", "attack"])
def test_a_file_goes_into_a_folder(
    command: tuple[str, ...], phantom_folder: Path, stegomed: Any, tmp_path: Path, *, there: bool
) -> None:
    source = min(phantom_folder.iterdir())
    if there:
        (tmp_path / "new").mkdir()

    result = stegomed(command[0], source, "new/", *command[1:])

    assert result.returncode == 0, result.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == [source.name]


def test_a_series_goes_into_a_folder_that_is_spelt_as_one(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    assert stegomed("embed", phantom_folder, "new/", *FINDER).returncode == 0
    assert len(list((tmp_path / "new").iterdir())) == 4


def test_a_report_is_no_folder(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    result = stegomed("capacity", phantom_folder, *FINDER, "--json", "new/")

    assert result.returncode == 3
    assert result.stderr == "The report new/ would be a folder; name a file.\n"
    assert not (tmp_path / "new").exists()


def test_a_record_that_is_a_file_says_how_it_is_got(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "consent.txt").write_bytes(b"yes")
    hidden = stegomed("embed", phantom_folder, "out", *FINDER, "--record", "file", "--from", "consent.txt")
    assert hidden.returncode == 0, hidden.stderr

    assert "--out DIR" in stegomed("extract", "out").stderr
    assert "--out DIR" not in stegomed("extract", "out", "--out", "here").stderr
    assert (tmp_path / "here" / "consent.txt").read_bytes() == b"yes"


@pytest.mark.parametrize(("profile", "named"), [("fidelity", True), ("capacity", False)])
def test_a_profile_is_no_remedy_where_it_is_chosen(
    profile: str, phantom_folder: Path, stegomed: Any, tmp_path: Path, *, named: bool
) -> None:
    (tmp_path / "large.bin").write_bytes(np.random.default_rng(0).bytes(900_000))
    record = ("--record", "file", "--from", "large.bin", "--mode", "spread", "--profile", profile)

    result = stegomed("embed", phantom_folder, "out", *FINDER, *record)

    assert result.returncode == 5
    assert str(phantom_folder) in result.stderr
    assert ("choose profile capacity" in result.stderr) is named


@pytest.mark.parametrize("mode", ["replicate", "spread"])
def test_images_without_a_body_are_not_told_to_take_a_shorter_record(mode: str, stegomed: Any, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 30, (2, 128, 128))
    new_series(tmp_path / "noise", noise, attributes={"PatientID": "1"})

    result = stegomed("embed", "noise", "out", *FINDER, "--mode", mode)

    assert result.returncode == 5
    assert result.stderr.startswith("noise: No slice")
    assert "shorter" not in result.stderr
    assert "smaller" not in result.stderr


def test_a_header_without_anything_to_seal_is_named(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")

    result = stegomed("embed", "in", "out", *FINDER, "--attributes", "EthnicGroup")

    assert result.returncode == 3
    assert result.stderr.startswith("in: The header holds none")
