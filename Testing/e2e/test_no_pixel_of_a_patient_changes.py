"""On series of hard kinds, with masks that say what is the patient: nothing of it is usable, and nothing changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.dicom import read_instance
from StegoMedLib.regions import Reason, make_finder
from StegoMedLib.series.masks import write_mask
from StegoMedLib.series.region import Region, proof_of
from StegoMedLib.training.references import read_reference

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed

pytestmark = [pytest.mark.data, pytest.mark.key_file]


@pytest.mark.slow
def test_the_safety_bench_counts_no_patient_pixel(stegomed: Stegomed, data_dir: Path, tmp_path: Path) -> None:
    done = stegomed("benchmark", "safety", "--data", data_dir, "--out", tmp_path / "bench", "--slices", 2)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((tmp_path / "bench" / "safety.json").read_text(encoding="utf-8"))
    assert report["patient_pixels"] == 0
    assert {"curated/ct_abdomen_chaos3", "safety/ct_heart_smallfield_philips"} <= {
        row["series"] for row in report["series"]
    }
    judged = report["slices"]
    assert all(sum(row["pixels"].values()) > 0 for row in judged)
    assert sum(bool(row["changed"]) for row in judged) > len(judged) // 2
    # Profile robust is never louder than a quarter of the image's range, whatever was burned in.
    assert max(loud for row in judged for loud in row["loudest"].values()) < 20000
    assert (tmp_path / "bench" / "safety.html").is_file()
    assert (tmp_path / "bench" / "worst_1.png").is_file()


@pytest.mark.parametrize(
    ("series", "profile"),
    [
        ("ct_heart_smallfield_philips", "robust"),
        ("ct_head_streaks_siemens", "capacity"),
        ("mr_lspine_sag_t2_philips", "robust"),
        ("mr_pelvis_t2_siemens_skyra", "fidelity"),
    ],
)
def test_what_once_went_wrong_through_the_command_line(
    stegomed: Stegomed, data_dir: Path, tmp_path: Path, series: str, profile: str
) -> None:
    source, masks = data_dir / "safety" / series, data_dir / "masks" / "safety" / series
    done = stegomed("embed", source, tmp_path / "out", "--profile", profile, "--accept-lossy", "--json", "report.json")
    assert done.returncode in {0, 5}, done.stderr
    for path in (tmp_path / "out").glob("*.dcm") if done.returncode == 0 else ():
        changed = (
            read_instance(path).plane().pixels != read_instance(source / path.name, accept_lossy=True).plane().pixels
        )
        assert not (changed & read_reference(masks / f"{path.stem}.png").patient).any(), path.name


KINDS = [
    ("safety/ct_odd_8bit_topogram/1-1.dcm", {Reason.UNSEEN}),
    ("safety/ct_odd_8bit_topogram/abdomen8bitfuj_gdcm-CT-MONO2-8-abdo.dcm", {Reason.UNSEEN}),
    ("safety/ct_noise/failing_notavolume_001_001.dcm", {Reason.NO_BODY}),
    ("safety/mr_phase_fieldmap_siemens/In_Siemens_3_gre_field_magph_e2_07_ph.dcm", {Reason.NO_BODY, Reason.UNSEEN}),
    ("odd/mr_empty_noise_only.dcm", {Reason.NO_BODY}),
    ("odd/ct_ankle_screenshot_burnedtext.dcm", {Reason.UNSEEN, Reason.PHYSICS}),
    ("odd/mr_prostate_t2_nobackground.dcm", {Reason.INSIDE, Reason.CUT, Reason.PHYSICS}),
]


@pytest.mark.parametrize(("file", "reasons"), KINDS)
def test_what_shows_no_air_is_refused_with_its_own_reason(data_dir: Path, file: str, reasons: set[Reason]) -> None:
    plane = read_instance(data_dir / file, accept_lossy=True).plane()
    found = make_finder("maskrcnn").look(plane)
    proof = proof_of(plane, Region(found.significant, found.suspect))
    assert not proof.air.any()
    assert proof.weightiest in reasons


@pytest.mark.parametrize(
    "file",
    [
        "safety/mr_mosaic_phantom_siemens/In_20180918Si_mr_0003_epi_pe_ap-00001.dcm",
        "safety/ct_odd_8bit_topogram/001.dcm",
        "odd/mr_head_implicit_signed16.dcm",
    ],
)
def test_odd_kinds_with_air_beyond_doubt_are_used_with_proof(data_dir: Path, file: str) -> None:
    plane = read_instance(data_dir / file).plane()
    found = make_finder("maskrcnn").look(plane)
    proof = proof_of(plane, Region(found.significant, found.suspect))
    assert proof.air.mean() > 0.05


def test_the_reasons_are_drawn_and_counted(stegomed: Stegomed, data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "safety" / "mr_lspine_sag_t2_philips"
    done = stegomed("segment", source, "--out", tmp_path / "masks", "--why", tmp_path / "why", "--accept-lossy")
    assert done.returncode == 0, done.stderr
    pictures = sorted((tmp_path / "why").glob("*.png"))
    assert len(pictures) == len(list(source.glob("*.dcm")))
    with Image.open(pictures[0]) as picture:
        assert picture.width == 2 * 560

    done = stegomed("capacity", source, "--accept-lossy", "--json", "-")
    (row, *_) = json.loads(done.stdout)["slices"]
    assert sum(row["pixels"].values()) == 560 * 560
    assert row["reason"]


def test_slices_without_air_say_why_and_what_to_do(stegomed: Stegomed, data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "safety" / "mr_pelvis_t2_siemens_skyra"
    done = stegomed("embed", source, tmp_path / "out")
    assert done.returncode == 5
    assert "no outside air: the field of view lies inside the body" in done.stderr
    assert "use a reconstruction with a larger field of view" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_reviewed_mask_that_is_empty_frees_nothing(stegomed: Stegomed, data_dir: Path, tmp_path: Path) -> None:
    source = data_dir / "curated" / "ct_abdomen_dcmqi3"
    for path in source.glob("*.dcm"):
        write_mask(tmp_path / "masks" / f"{path.stem}.png", np.zeros((512, 512), dtype=np.bool_))
    done = stegomed("embed", source, tmp_path / "out", "--masks", tmp_path / "masks")
    assert done.returncode == 5
    assert "no body was found in it" in done.stderr
