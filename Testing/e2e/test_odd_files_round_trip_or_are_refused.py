"""Every odd file either carries its record and gives it back, or is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.dicom import read_instance

pytestmark = pytest.mark.data

ODD = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "odd"
FILES = sorted(path.name for path in ODD.glob("*.dcm")) or ["(not here)"]

LOSSY = {"ct_thorax_j2k_lossy.dcm", "mr_shoulder_j2k_lossy_1024.dcm"}
NO_ROOM = {
    "mr_prostate_b1map_48x64.dcm",  # too small
    "mr_prostate_t2_nobackground.dcm",  # the body fills the image
    "mr_empty_noise_only.dcm",  # no body
}


@pytest.mark.parametrize("name", FILES)
def test_it_round_trips_or_says_why_not(name: str, data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    source, marked = data_dir / "odd" / name, tmp_path / name
    (tmp_path / "note.txt").write_text("42 Überlingen", encoding="utf-8")

    result = stegomed("embed", source, marked, "--record", "text", "--from", "note.txt", "--json", "-")

    assert "Traceback" not in result.stderr
    if name in LOSSY:
        assert result.returncode == 3
        assert "lossy" in result.stderr
    if name in NO_ROOM:
        assert result.returncode == 5
    if result.returncode != 0:
        assert result.returncode in {3, 5}, result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
        assert not marked.exists()
        return
    _assert_read_and_nothing_else_changed(source, marked, json.loads(result.stdout), stegomed)


def _assert_read_and_nothing_else_changed(source: Path, marked: Path, report: dict[str, Any], stegomed: Any) -> None:
    read = stegomed("extract", marked, "--json", "-")
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout)["record"] == {"text": "42 Überlingen"}
    cover, stego = read_instance(source), read_instance(marked)
    assert cover.frames == stego.frames
    for row in report["slices"]:
        before, after = cover.plane(row["frame"]), stego.plane(row["frame"])
        changed = before.pixels != after.pixels
        assert changed.any() == (row["state"] == "embedded")
        assert not (changed & before.padding_mask).any()
        assert (before.padding_mask == after.padding_mask).all()


def test_compressed_and_odd_syntaxes_do_round_trip(data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    """The transcoded copies of good images must not hide behind a refusal."""
    for path in sorted((data_dir / "odd").glob("t_ct*.dcm")):
        result = stegomed("embed", path, tmp_path / path.name)
        assert result.returncode == 0, f"{path.name}: {result.stderr}"
