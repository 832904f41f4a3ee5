"""A marked series on the command line: embedding again, changing the key, erasing; the old key reads nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.series.masks import read_mask

pytestmark = pytest.mark.data

SERIES = "mr_head_datalad_t1"
FINDER = ("--finder", "threshold")
OLD, NEW = ("--key-file", "old.key"), ("--key-file", "new.key")
PROFILES = ("fidelity", "capacity", "robust")


@pytest.fixture
def place(data_dir: Path, stegomed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two keys, and a few slices of a real series."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "series").mkdir()
    for path in sorted((data_dir / "curated" / SERIES).iterdir())[4:6]:
        shutil.copy(path, tmp_path / "series")
    for name in ("old.key", "new.key"):
        assert stegomed("keygen", name).returncode == 0
    return tmp_path


def ran(stegomed: Any, *arguments: object, code: int = 0) -> str:
    result = stegomed(*arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return " ".join(result.stderr.split())


def marked(stegomed: Any, profile: str, *options: str) -> None:
    ran(stegomed, "embed", "series", "marked", *OLD, *FINDER, "--profile", profile, *options)


def record(stegomed: Any, folder: str, key: tuple[str, str]) -> Any:
    ran(stegomed, "extract", folder, *key, "--json", f"{folder}.json")
    return json.loads(Path(f"{folder}.json").read_text(encoding="utf-8"))["record"]


def assert_bodies_are_untouched(data_dir: Path, first: str, second: str) -> None:
    for path in sorted(Path(first).iterdir()):
        mask = read_mask(data_dir / "masks" / "curated" / SERIES / f"{path.stem}.png")
        old, new = (pydicom.dcmread(Path(folder) / path.name).pixel_array for folder in (first, second))
        assert not (old != new)[mask].any()
        assert np.any(old != new)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_key_is_changed_and_then_the_record_erased(
    place: Path, data_dir: Path, stegomed: Any, profile: str
) -> None:
    marked(stegomed, profile)
    sealed = record(stegomed, "marked", OLD)

    said = ran(stegomed, "embed", "marked", "again", *OLD, *FINDER, code=3)

    assert "--replace" in said
    assert "stegomed reseal" in said
    assert not (place / "again").exists()

    said = ran(stegomed, "reseal", "marked", "sealed", *OLD, "--new-key-file", "new.key", *FINDER, "--json", "r.json")

    assert "2 of 2 slices" in said
    assert {row["state"] for row in json.loads((place / "r.json").read_text(encoding="utf-8"))["slices"]} == {"done"}
    assert record(stegomed, "sealed", NEW) == sealed
    ran(stegomed, "extract", "sealed", *OLD, code=4)
    assert_bodies_are_untouched(data_dir, "marked", "sealed")

    said = ran(stegomed, "erase", "sealed", "erased", *NEW, *FINDER)

    assert "erased in 2 of 2 slices" in said
    ran(stegomed, "extract", "erased", *NEW, code=4)
    assert_bodies_are_untouched(data_dir, "sealed", "erased")


def test_a_record_is_replaced_in_another_profile(place: Path, stegomed: Any) -> None:
    marked(stegomed, "robust")
    (place / "note.txt").write_text("new", encoding="utf-8")

    options = ("--replace", "--record", "text", "--from", "note.txt")
    ran(stegomed, "embed", "marked", "again", *OLD, *FINDER, *options)

    assert record(stegomed, "again", OLD) == {"text": "new"}
    ran(stegomed, "extract", "again", *OLD, "--profile", "robust", code=4)


def test_passphrases_give_way_to_people(place: Path, stegomed: Any) -> None:
    ran(stegomed, "keygen", "me.pem", "--recipient", "public.pem")
    (place / "typed.txt").write_text("correct horse battery staple", encoding="utf-8")
    typed = ("--passphrase-file", "typed.txt")
    ran(stegomed, "embed", "series", "marked", *typed, *FINDER)
    sealed = record(stegomed, "marked", typed)

    ran(stegomed, "reseal", "marked", "sealed", *typed, "--new-recipient", "public.pem", *FINDER)

    assert record(stegomed, "sealed", ("--identity", "me.pem")) == sealed
    ran(stegomed, "extract", "sealed", *typed, code=4)


def test_altered_images_end_with_six_before_anything_is_written(place: Path, stegomed: Any) -> None:
    marked(stegomed, "fidelity")
    path = min((place / "marked").iterdir())
    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] += 3
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)

    said = ran(stegomed, "reseal", "marked", "sealed", *OLD, "--new-key-file", "new.key", *FINDER, code=6)
    assert "--accept-altered" in said
    assert not (place / "sealed").exists()
    ran(stegomed, "erase", "marked", "sealed", *OLD, *FINDER, code=6)

    ran(stegomed, "reseal", "marked", "sealed", *OLD, "--new-key-file", "new.key", *FINDER, "--accept-altered")
    ran(stegomed, "extract", "sealed", *NEW)


def test_a_wrong_old_key_ends_with_four(place: Path, stegomed: Any) -> None:
    marked(stegomed, "fidelity")

    ran(stegomed, "reseal", "marked", "sealed", *NEW, "--new-key-file", "old.key", *FINDER, code=4)
    ran(stegomed, "erase", "marked", "sealed", *NEW, *FINDER, code=4)

    assert not (place / "sealed").exists()
