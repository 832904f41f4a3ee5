"""Header, text and file records through the command line, and what each command reports."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from PIL import Image

from StegoMedLib.dicom import new_series
from StegoMedLib.series.phantom import phantom_series

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.key_file

FINDER = ("--finder", "threshold")


def _report(result: Any, code: int = 0) -> dict[str, Any]:
    assert result.returncode == code, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_a_header_record_puts_the_name_back_after_the_header_was_emptied(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    _report(stegomed("embed", phantom_folder, "out", *FINDER, "--json", "-"))
    for file in (tmp_path / "out").iterdir():
        dataset = pydicom.dcmread(file)
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = "", "", ""
        dataset.remove_private_tags()
        dataset.save_as(file)

    report = _report(stegomed("extract", "out", "--json", "-"))

    assert report["record"]["PatientName"] == "Phantom^Abdomen"
    assert report["record"]["PatientBirthDate"] == "19700101"
    assert report["profile"] == "fidelity"
    assert {row["state"] for row in report["slices"]} == {"extracted"}


def test_chosen_attributes_only(phantom_folder: Path, stegomed: Any) -> None:
    _report(
        stegomed("embed", phantom_folder, "out", *FINDER, "--attributes", "PatientID, StudyDescription", "--json", "-")
    )

    record = _report(stegomed("extract", "out", "--json", "-"))["record"]

    assert record == {"PatientID": "SM-0001", "StudyDescription": "StegoMed phantom"}


def test_a_text_from_standard_input(phantom_folder: Path, stegomed: Any) -> None:
    text = "Grüße, 患者 42\nzweite Zeile"
    options = {"stdin": None, "input": text}
    _report(
        stegomed("embed", phantom_folder, "out", *FINDER, "--record", "text", "--from", "-", "--json", "-", **options)
    )

    assert _report(stegomed("extract", "out", "--json", "-"))["record"] == {"text": text}


def test_a_file_comes_back_byte_for_byte(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    content = np.random.default_rng(0).bytes(120)
    (tmp_path / "consent.pdf").write_bytes(content)
    _report(
        stegomed("embed", phantom_folder, "out", *FINDER, "--record", "file", "--from", "consent.pdf", "--json", "-")
    )

    report = _report(stegomed("extract", "out", "--out", "here", "--json", "-"))

    assert (tmp_path / "here" / "consent.pdf").read_bytes() == content
    expected = {"name": "consent.pdf", "size": 120, "sha256": hashlib.sha256(content).hexdigest()}
    assert report["record"] == expected
    again = stegomed("extract", "out", "--out", "here")
    assert again.returncode == 3
    assert "exists already" in again.stderr


def test_one_file_goes_to_one_file(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    source = min(phantom_folder.iterdir())
    (tmp_path / "folder").mkdir()

    _report(stegomed("embed", source, "new.dcm", *FINDER, "--json", "-"))
    _report(stegomed("embed", source, "folder", *FINDER, "--json", "-"))

    assert (tmp_path / "new.dcm").is_file()
    assert [path.name for path in (tmp_path / "folder").iterdir()] == [source.name]
    assert _report(stegomed("extract", "new.dcm", "--json", "-"))["record"]["PatientID"] == "SM-0001"


def test_slices_of_two_patients_carry_their_own_records(stegomed: Any, tmp_path: Path) -> None:
    phantom = phantom_series(slices=2, size=256)
    for number in (1, 2):
        new_series(
            tmp_path / "in" / f"patient{number}",
            phantom.stored,
            rescale=(phantom.slope, phantom.intercept),
            padding=phantom.padding,
            attributes={"PatientID": f"P{number}", "PatientName": f"Patient^{number}"},
        )
    _report(stegomed("embed", "in", "out", *FINDER, "--json", "-"))

    report = _report(stegomed("extract", "out", "--json", "-"), 6)

    assert report["record"] is None
    assert [record["PatientID"] for record in report["records"]] == ["P1", "P2"]
    for row in report["slices"]:
        assert report["records"][row["record"]]["PatientID"] == f"P{row['file'][7]}"


def test_the_report_of_embed_has_its_documented_keys(phantom_folder: Path, stegomed: Any) -> None:
    report = _report(stegomed("embed", phantom_folder, "out", *FINDER, "--json", "-"))

    assert report["profile"] == "fidelity"
    assert report["mode"] == "replicate"
    assert report["embedded"] == 4
    for row in report["slices"]:
        assert set(row) == {"file", "frame", "state", "reason", "metrics", "pixels"}
        metrics = row["metrics"]
        assert metrics["psnr_paper"] == pytest.approx(metrics["psnr_range"] + 48.13, abs=0.01)
        assert metrics["changed_significant"] == metrics["changed_padding"] == 0
        assert metrics["bpp"] == metrics["payload_bits"] / 256**2
        assert metrics["ber"] == 0
        assert metrics["ncc_qr"] == pytest.approx(1)
        assert metrics["psnr_65535"] >= 112


def test_segment_names_masks_after_their_files_and_capacity_tells_what_fits(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    segmented = _report(stegomed("segment", phantom_folder, "--out", "masks", *FINDER, "--json", "-"))
    with_finder = _report(stegomed("capacity", phantom_folder, *FINDER, "--json", "-"))
    with_masks = _report(stegomed("capacity", phantom_folder, "--masks", "masks", "--json", "-"))

    assert {path.name for path in (tmp_path / "masks").iterdir()} == {f"slice_000{n}.png" for n in (1, 2, 3, 4)}
    picture = np.asarray(Image.open(tmp_path / "masks" / "slice_0001.png"))
    assert picture.shape == (256, 256)
    assert set(np.unique(picture)) == {0, 255}
    assert all(row["body"] for row in segmented["slices"])
    assert with_finder["slices"] == with_masks["slices"]
    for row in with_finder["slices"]:
        assert 0 < row["capacity_bits"] <= 16 * row["usable_blocks"]
        assert row["record_bytes"] > 0


def test_two_slices_never_share_a_mask(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for file, name in zip(sorted(phantom_folder.iterdir()), ("a", "a.dcm"), strict=False):
        (tmp_path / "in" / name).write_bytes(file.read_bytes())

    result = stegomed("segment", "in", "--out", "masks", *FINDER)

    assert result.returncode == 3
    assert "a.png" in result.stderr
    assert not (tmp_path / "masks").exists()


def test_capacity_s_promise_is_kept_to_the_byte(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    room = _report(stegomed("capacity", phantom_folder, *FINDER, "--json", "-"))
    fits = min(row["record_bytes"] for row in room["slices"])
    content = np.random.default_rng(1).bytes(fits - 40)
    (tmp_path / "r").write_bytes(content)

    report = _report(
        stegomed("embed", phantom_folder, "out", *FINDER, "--record", "file", "--from", "r", "--json", "-")
    )

    assert report["embedded"] == 4


def test_a_reviewed_mask_is_obeyed(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    _report(stegomed("segment", phantom_folder, "--out", "masks", *FINDER, "--json", "-"))
    for path in (tmp_path / "masks").iterdir():
        mask = np.array(Image.open(path))
        mask[:128] = 255
        Image.fromarray(mask).save(path)

    short = ("--attributes", "PatientID")
    _report(stegomed("embed", phantom_folder, "out", "--masks", "masks", *short, "--json", "-"))

    for file in phantom_folder.iterdir():
        before, after = (
            pydicom.dcmread(folder / file.name).pixel_array for folder in (phantom_folder, tmp_path / "out")
        )
        assert (before[:128] == after[:128]).all()
        assert (before != after).any()


def test_evaluate_pairs_renamed_files_with_their_covers(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    _report(stegomed("embed", phantom_folder, "out", *FINDER, "--json", "-"))
    _report(stegomed("segment", phantom_folder, "--out", "masks", *FINDER, "--json", "-"))
    for number, path in enumerate(sorted((tmp_path / "out").iterdir(), reverse=True)):
        path.rename(path.with_name(f"x{number}"))

    arguments = ("evaluate", phantom_folder, "out", "--masks", "masks", *FINDER, "--json", "-")
    report = _report(stegomed(*arguments))

    assert [row["cover"] for row in report["slices"]] == [f"slice_000{n}.dcm" for n in (4, 3, 2, 1)]
    assert report["summary"]["changed_significant"]["max"] == 0
    assert report["summary"]["ncc_mask"]["min"] >= 0.999
    assert report["summary"]["psnr_65535"]["min"] >= 112
    assert report["left_out"] == []


def test_evaluate_keeps_equal_names_in_different_folders_apart(
    phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    for folder, file in zip(("a", "b"), sorted(phantom_folder.iterdir())[1:3], strict=True):
        (tmp_path / "in" / folder).mkdir(parents=True)
        (tmp_path / "in" / folder / "x.dcm").write_bytes(file.read_bytes())
    _report(stegomed("embed", "in", "out", *FINDER, "--json", "-"))
    for file in (tmp_path / "out").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        del dataset.SourceImageSequence
        dataset.save_as(file)

    report = _report(stegomed("evaluate", "in", "out", "--json", "-"))

    assert [(row["file"], row["cover"]) for row in report["slices"]] == [(f"{folder}/x.dcm",) * 2 for folder in "ab"]
    assert {row["metrics"]["largest_change"] for row in report["slices"]} == {1}


def test_the_paper_s_profile_needs_wide_cells_and_the_mask(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    _report(stegomed("segment", phantom_folder, "--out", "masks", *FINDER, "--json", "-"))
    (tmp_path / "note.txt").write_text("x", encoding="utf-8")
    saidi = ("--profile", "saidi2024", "--masks", "masks", "--record", "text", "--from", "note.txt")

    printed = stegomed("embed", phantom_folder, "printed", *saidi)
    wide = _report(stegomed("embed", phantom_folder, "wide", *saidi, "--beta", "100", "--json", "-"))

    assert printed.returncode == 5
    assert "% of the bits" in printed.stderr
    assert wide["embedded"] >= 3  # what the paper's rule writes may move the guard that a receiver sees
    reading = ("extract", "wide", "--profile", "saidi2024", "--masks", "masks", "--beta", "100", "--json", "-")
    read = stegomed(*reading)
    assert read.returncode == 6, "this profile ties the record to nothing"
    assert json.loads(read.stdout)["records"] == [{"text": "x"}]
    assert "cannot be told" in read.stderr
    assert stegomed("extract", "wide").returncode == 4


@pytest.mark.data
def test_a_multi_frame_object_carries_the_record_in_every_frame(data_dir: Path, stegomed: Any, tmp_path: Path) -> None:
    source = data_dir / "odd" / "ct_enhanced_multiframe2.dcm"
    report = _report(stegomed("embed", source, "two.dcm", *FINDER, "--json", "-"))

    read = _report(stegomed("extract", "two.dcm", "--json", "-"))

    assert [row["state"] for row in report["slices"]] == ["embedded"] * 2
    assert [(row["state"], row["binding"]) for row in read["slices"]] == [("extracted", "intact")] * 2
    assert sorted(row["number"] for row in read["slices"]) == [1, 2]
    source = data_dir / "odd" / "mr_enhanced_movingknee_19frames.dcm"
    _report(stegomed("segment", source, "--out", "masks", *FINDER, "--json", "-"))
    assert (tmp_path / "masks" / f"{source.stem}_18.png").exists()
