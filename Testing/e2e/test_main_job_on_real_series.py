"""The main job on real series: hide by the default finder, read by a fresh process with file and passphrase only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import header_record, read_instance
from StegoMedLib.series.masks import read_mask

pytestmark = [pytest.mark.data, pytest.mark.slow, pytest.mark.key_file]

SERIES = {
    "ct_abdomen_chaos3": (512, 120.0),
    "ct_abdomen_dcmqi3": (512, 120.0),
    "ct_head_dcmqact": (512, 120.0),
    "ct_thorax_acrinflt013": (512, 120.0),
    "ct_thorax_cmbcrc": (512, 120.0),
    "ct_thorax_lidc": (512, 120.0),
    "ct_thorax_riderpilot": (512, 120.0),
    "ct_trunk_acrinflt001": (512, 120.0),
    "ct_trunk_nysbu_axial": (512, 120.0),
    "ct_trunk_nysbu_coronal": (512, 120.0),
    "ct_trunk_nysbu_sagittal": (512, 120.0),
    "mr_abdomen_pydicom_overlay": (484, 112.0),
    "mr_head_datalad_t1": (384, 112.0),
    "mr_head_uih_t1": (512, 112.0),
    "mr_pelvis_prostatex0001_loc": (256, 112.0),
}
"""Series, its number of rows, and the least PSNR at R = 65535 in dB."""


FULL = {"mr_pelvis_prostatex0001_loc"}


def _run(stegomed: Any, source: Path, marked: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    embedded = stegomed("embed", source, marked, "--json", "-")
    assert embedded.returncode == 0, embedded.stderr
    read = stegomed("extract", marked, "--json", "-")
    report = json.loads(read.stdout)
    # Some folders hold slices of several patients and studies.
    assert read.returncode == (0 if len(report["records"]) == 1 else 6), read.stderr
    return json.loads(embedded.stdout), report


@pytest.mark.parametrize("series", SERIES)
def test_each_slice_with_room_gives_its_record_back_and_no_diagnostic_pixel_changes(
    series: str, data_dir: Path, stegomed: Any, tmp_path: Path
) -> None:
    source, marked = data_dir / "curated" / series, tmp_path / "marked"

    report, read = _run(stegomed, source, marked)

    # At least five slices in six have room, but where the body fills many; what has none says how much it needs.
    assert report["embedded"] >= (0.6 if series in FULL else 5 / 6) * len(report["slices"])
    skipped = [row["reason"] for row in report["slices"] if row["state"] == "skipped"]
    assert all(reason for reason in skipped)
    states = {row["file"]: row["state"] for row in report["slices"]}
    found = {row["file"]: row["record"] for row in read["slices"]}
    for name, state in states.items():
        cover, stego = (read_instance(folder / name).plane(0) for folder in (source, marked))
        changed = cover.pixels != stego.pixels
        reference = read_mask(data_dir / "masks" / "curated" / series / f"{Path(name).stem}.png")
        assert not (changed & reference).any()
        assert not (changed & cover.padding_mask).any()
        if state == "embedded":
            assert changed.any()
            expected = header_record(pydicom.dcmread(source / name, stop_before_pixels=True))
            assert read["records"][found[name]] == expected
        else:
            assert not changed.any()
            assert found[name] is None
    assert report["summary"]["psnr_65535"]["min"] >= SERIES[series][1]
    assert report["summary"]["changed_significant"]["max"] == 0


def test_a_body_that_fills_the_image_is_said_to_leave_no_room(data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    series = data_dir / "curated" / "mr_abdomen_tcgalihc_cor"

    result = stegomed("embed", series, tmp_path / "marked", "--json", "-")

    assert result.returncode in {0, 5}
    if result.returncode == 5:
        assert "can carry" in result.stderr or "no outside air" in result.stderr
        assert not (tmp_path / "marked").exists()
        return
    reasons = [row["reason"] for row in json.loads(result.stdout)["slices"] if row["state"] == "skipped"]
    assert all(
        any(word in reason for word in ("can carry", "capacity", "no body", "no outside air")) for reason in reasons
    )


def test_half_of_the_files_renamed_and_shuffled_still_give_the_record(
    data_dir: Path, stegomed: Any, tmp_path: Path
) -> None:
    marked, rest = tmp_path / "marked", tmp_path / "rest"
    _run(stegomed, data_dir / "curated" / "ct_thorax_riderpilot", marked)
    rest.mkdir()
    files = sorted(marked.iterdir())
    for number, index in enumerate(np.random.default_rng(0).permutation(len(files))[: len(files) // 2]):
        shutil.copy(files[index], rest / f"{number}.img")

    read = stegomed("extract", rest, "--json", "-")

    assert read.returncode == 0, read.stderr
    expected = header_record(pydicom.dcmread(files[0], stop_before_pixels=True))
    report = json.loads(read.stdout)
    assert report["record"] == expected
    assert len(report["slices"]) == len(files) // 2
