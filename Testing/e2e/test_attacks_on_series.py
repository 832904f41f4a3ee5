"""``stegomed attack``: what it writes is valid DICOM, says what was done to it, and is what the report says it is."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.dicom import read_instance
from StegoMedLib.lab.attacks.series import ATTACKS, attack_series
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from StegoMedLib.lab.evaluation.stego import source_uids
from StegoMedLib.metrics import compare

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from Testing.conftest import Stegomed

pytestmark = pytest.mark.key_file


@pytest.fixture(scope="module")
def series(phantom_folder: Path) -> dict[str, Path]:
    """Files of the source by SOPInstanceUID."""
    return {str(pydicom.dcmread(path).SOPInstanceUID): path for path in sorted(phantom_folder.iterdir())}


def report_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_report_measures_what_was_written(
    stegomed: Stegomed, phantom_folder: Path, series: dict[str, Path], tmp_path: Path
) -> None:
    command = ("attack", phantom_folder, "noisy", "--kind", "gaussian", "--level", 1, "--seed", 5, "--json", "-")
    report = report_of(stegomed(*command))

    assert (report["kind"], report["level"], report["seed"]) == ("gaussian", 1.0, 5)
    assert len(report["slices"]) == len(series)
    for row in report["slices"]:
        written = read_instance(tmp_path / "noisy" / row["written"])
        cover = read_instance(series[source_uids(written)[0]])
        assert cover.path.name == row["file"]
        assert row["metrics"] == compare(cover.plane(), written.plane().pixels).as_json()
        assert 39 < row["metrics"]["psnr_range"] < 42
    assert report_of(stegomed("attack", phantom_folder, "again", *command[3:]))["slices"] == report["slices"]


@pytest.mark.parametrize("kind", ATTACKS)
def test_attacked_files_pass_dciodvfy(
    need_tool: Callable[[str], None], phantom_folder: Path, tmp_path: Path, kind: str
) -> None:
    need_tool("dciodvfy")
    (source, *_) = sorted(phantom_folder.iterdir())
    attack_series(source, tmp_path / "out.dcm", kind)

    assert not errors_of(tmp_path / "out.dcm")
    assert kind in pydicom.dcmread(tmp_path / "out.dcm").DerivationDescription


@pytest.mark.parametrize(
    ("kind", "level", "method"),
    [("jpeg2000", 10, "ISO_15444_1"), ("jpegls", 3, "ISO_14495_1"), ("jpeg", 85, "ISO_10918_1")],
)
def test_losses_of_compression_are_declared(
    phantom_folder: Path, tmp_path: Path, kind: str, level: float, method: str
) -> None:
    report = attack_series(phantom_folder, tmp_path / "once", kind, level)
    attack_series(tmp_path / "once", tmp_path / "twice", "jpegls", 9)

    for row in report.slices:
        once, twice = (pydicom.dcmread(tmp_path / folder / row.written) for folder in ("once", "twice"))
        assert (once.LossyImageCompression, once.LossyImageCompressionMethod) == ("01", method)
        assert once.LossyImageCompressionRatio == pytest.approx(row.ratio, abs=0.006)
        assert list(twice.LossyImageCompressionMethod) == [method, "ISO_14495_1"]
        assert len(twice.LossyImageCompressionRatio) == 2


def test_other_attacks_are_no_lossy_compression(phantom_folder: Path, tmp_path: Path) -> None:
    attack_series(phantom_folder, tmp_path / "out", "median")

    assert all("LossyImageCompression" not in pydicom.dcmread(path) for path in (tmp_path / "out").iterdir())


def test_lost_slices_are_missing_and_the_others_unchanged(
    stegomed: Stegomed, phantom_folder: Path, series: dict[str, Path], tmp_path: Path
) -> None:
    report = report_of(stegomed("attack", phantom_folder, "some", "--kind", "lost", "--level", 50, "--json", "-"))

    left = sorted((tmp_path / "some").iterdir())
    states = [row["state"] for row in report["slices"]]
    assert (states.count("lost"), states.count("attacked"), len(left)) == (2, 2, 2)
    for path in left:
        written = read_instance(path)
        assert np.array_equal(written.plane().pixels, read_instance(series[source_uids(written)[0]]).plane().pixels)


def test_one_slice_is_left_whatever_is_lost(phantom_folder: Path, tmp_path: Path) -> None:
    attack_series(phantom_folder, tmp_path / "out", "lost", 99)

    assert len(list((tmp_path / "out").iterdir())) == 1


def test_shuffled_files_carry_each_other_s_names_and_numbers(
    phantom_folder: Path, series: dict[str, Path], tmp_path: Path
) -> None:
    attack_series(phantom_folder, tmp_path / "out", "shuffled")

    for path in (tmp_path / "out").iterdir():
        written = pydicom.dcmread(path)
        cover = pydicom.dcmread(series[source_uids(read_instance(path))[0]])
        namesake = pydicom.dcmread(phantom_folder / path.name)
        assert cover.SOPInstanceUID != namesake.SOPInstanceUID
        assert written.InstanceNumber == namesake.InstanceNumber != cover.InstanceNumber
        assert written.ImagePositionPatient == cover.ImagePositionPatient
        assert np.array_equal(written.pixel_array, cover.pixel_array)


@pytest.mark.parametrize(("factor", "exact"), [(1, True), (4, True), (0.5, False)])
def test_a_rewritten_rescale_keeps_the_output_units(
    phantom_folder: Path,
    series: dict[str, Path],
    tmp_path: Path,
    factor: float,
    exact: bool,  # noqa: FBT001
) -> None:
    report = attack_series(phantom_folder, tmp_path / "out", "rescale", factor)

    for row in report.slices:
        written = read_instance(tmp_path / "out" / row.written)
        plane, cover = written.plane(), read_instance(series[source_uids(written)[0]]).plane()
        units = [each.pixels * each.slope + each.intercept for each in (plane, cover)]
        assert plane.pixels.min() == 0
        assert np.abs(units[0] - units[1]).max() <= (0 if exact else 0.5 / factor)
        assert np.array_equal(plane.padding_mask, cover.padding_mask) or not exact
        assert (row.metrics["changed_pixels"] == 0) is exact


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--kind", "fire"), (2, "invalid choice")),
        (("--kind", "jpeg", "--level", "500"), (2, "makes no sense for jpeg")),
        (("--kind", "jpeg", "--level", "x"), (2, "invalid float")),
        (("--kind", "jpeg", "--seed", "-1"), (2, "not a whole number")),
        ((), (2, "--kind")),
        (("--kind", "rescale", "--level", "16"), (3, "do not fit its bits")),
    ],
)
def test_what_makes_no_sense_is_refused(
    stegomed: Stegomed, phantom_folder: Path, tmp_path: Path, arguments: tuple[str, ...], refusal: tuple[int, str]
) -> None:
    done = stegomed("attack", phantom_folder, "out", *arguments)

    assert done.returncode == refusal[0]
    assert refusal[1] in done.stderr
    assert not (tmp_path / "out").exists()


def test_sources_are_never_touched(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(phantom_folder, tmp_path / "in")

    assert stegomed("attack", "in", "in", "--kind", "crop", "--overwrite").returncode == 3
    assert stegomed("attack", "nothing", "out", "--kind", "crop").returncode == 3
    assert [path.read_bytes() for path in sorted((tmp_path / "in").iterdir())] == [
        path.read_bytes() for path in sorted(phantom_folder.iterdir())
    ]


def test_help_names_every_kind(stegomed: Stegomed) -> None:
    done = stegomed("attack", "--help")

    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in ATTACKS)
