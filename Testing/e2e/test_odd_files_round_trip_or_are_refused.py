"""Every odd file either carries its record and gives it back, or is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from StegoMedLib.dicom import read_instance

pytestmark = [pytest.mark.data, pytest.mark.key_file]

ODD = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "odd"
FILES = sorted(path.name for path in ODD.glob("*.dcm")) or ["(not here)"]

LOSSY = {"ct_thorax_j2k_lossy.dcm", "mr_shoulder_j2k_lossy_1024.dcm"}
NO_ROOM = {
    "ct_ankle_screenshot_burnedtext.dcm",  # its background is brighter than tissue
    "ct_thorax_jpegll_badsequence_native.dcm",  # the body fills the image, and no air shows
    "ct_thorax_rle_fragments.dcm",  # the body fills the reconstruction circle
    "mr_head_dwi_mosaic_640.dcm",  # tiles: air between heads is no outside air
    "mr_mosaic_j2k_siemens.dcm",
    "mr_mosaic_jpegll_siemens.dcm",
    "mr_shoulder_j2k_lossless_1024.dcm",  # ghosts all over the air
    "ct_lumbar_fullfov_paddingus.dcm",  # the body fills the reconstruction circle
    "mr_empty_noise_only.dcm",  # no body
    "mr_enhanced_64x64x10_RLE.dcm",  # 256 blocks, most of them body
    "mr_enhanced_64x64x10_big_endian.dcm",
    "mr_enhanced_64x64x10_jpeg_2k_lossless.dcm",
    "mr_enhanced_64x64x10_jpeg_ls_lossless.dcm",
    "ct_head_jpegll_philips_native.dcm",  # 331 blocks of air: 239 bits are missing
    "mr_enhanced_movingknee_19frames.dcm",  # little air in a few frames, and that in pieces
    "mr_head_implicit_signed16.dcm",  # its air is proved in single blocks
    "mr_prostate_b1map_48x64.dcm",  # too small
    "mr_prostate_dwi_128x84.dcm",  # the body fills the image
    "mr_prostate_t2_nobackground.dcm",  # the body fills the image
}


@pytest.mark.parametrize("name", FILES)
def test_it_round_trips_or_says_why_not(name: str, data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    source, marked = data_dir / "odd" / name, tmp_path / name
    (tmp_path / "note.txt").write_text("42 Überlingen", encoding="utf-8")

    result = stegomed("embed", source, marked, "--record", "text", "--from", "note.txt", "--json", "-")

    assert "Traceback" not in result.stderr
    expected = 3 if name in LOSSY else 5 if name in NO_ROOM else 0
    assert result.returncode == expected, result.stderr
    if expected != 0:
        assert ("lossy" if name in LOSSY else "No slice can carry") in result.stderr
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
