"""Every file that comes in is in the target, or named on the screen with its reason, and the exit code says so."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEG2000, JPEG2000Lossless

from StegoMedLib.envelope import Passphrase, TextRecord
from StegoMedLib.lab.attacks.series import attack_series
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.regions.threshold import ThresholdFinder
from StegoMedLib.series.masks import FinderMasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.key_file

FINDER = ("--finder", "threshold")
KEY = Passphrase.typed("correct horse battery staple")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def damaged_inside(path: Path) -> None:
    """Three compressed frames, the middle one of which no decoder takes."""
    dataset = pydicom.dcmread(path)
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
    damaged = frame[:60] + bytes(len(frame) - 60)
    dataset.NumberOfFrames, dataset.PixelData = 3, encapsulate([frame, damaged, frame])
    dataset.save_as(path)


def lossy(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = JPEG2000
    dataset.save_as(path)


def colour(path: Path) -> None:
    dataset = pydicom.dcmread(path)
    dataset.PhotometricInterpretation = "RGB"
    dataset.save_as(path)


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "b_truncated.dcm": (truncated, "shorter than its size says"),
    "c_inside.dcm": (damaged_inside, "cannot be decoded"),
    "d_empty.dcm": (lambda path: path.write_bytes(b""), "is empty"),
    "e_lossy.dcm": (lossy, "lossy compressed"),
    "f_colour.dcm": (colour, "colour image"),
    "g_notes.txt": (lambda path: path.write_text("hello", encoding="utf-8"), "not a DICOM file"),
    "DICOMDIR": (lambda _: None, "index of other files"),
}
"""Files by their names: how they are spoilt, and what is said of them."""


@pytest.fixture(scope="module")
def slices(phantom_folder: Path) -> list[Path]:
    """Two slices with room."""
    return sorted(phantom_folder.iterdir())[1:3]


@pytest.fixture
def series(slices: list[Path], tmp_path: Path) -> Path:
    """Two good slices in sub-folders, and one of every kind that cannot be used."""
    folder = tmp_path / "in"
    for name, source in zip(("a/1.dcm", "z/2.dcm"), slices, strict=True):
        (folder / name).parent.mkdir(parents=True)
        shutil.copy(source, folder / name)
    for name, (spoil, _) in SPOILT.items():
        shutil.copy(slices[0], folder / name)
        spoil(folder / name)
    return folder


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def last_line(result: Any) -> str:
    return str(result.stderr.strip().splitlines()[-1])


def test_embed_names_every_file_that_is_not_in_the_target(series: Path, stegomed: Any, tmp_path: Path) -> None:
    (series / "linked").symlink_to(tmp_path)
    (series / "broken.dcm").symlink_to(tmp_path / "nowhere")
    os.mkfifo(series / "pipe")
    came_in = files_in(series) | {"linked"}

    result = stegomed("embed", "in", "out", *FINDER, "--json", "-")

    assert result.returncode == 7, result.stderr
    report = json.loads(result.stdout)
    named = {row["file"].removeprefix("in/"): row["reason"] for row in report["left_out"]}
    assert files_in(tmp_path / "out") == {"a/1.dcm", "z/2.dcm"}
    assert set(named) == came_in - files_in(tmp_path / "out")
    for name, (_, reason) in SPOILT.items():
        assert reason in named[name]
        assert re.search(f"in/{name} .*{reason[:20]}", result.stderr), name
    assert report["files"] == {"came_in": 12, "taken": 2, "copied": 0, "left_out": 10}
    assert {row["file"] for row in report["slices"]} == {"a/1.dcm", "z/2.dcm"}
    assert last_line(result) == "12 files came in: 2 written, 10 left out."


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("segment", "in", "--out", "masks", *FINDER), "9 files came in: 2 segmented, 7 left out."),
        (("capacity", "in", *FINDER), "9 files came in: 2 measured, 7 left out."),
        (("attack", "in", "out", "--kind", "crop"), "9 files came in: 2 written, 7 left out."),
        (("embed", "in", "out", *FINDER, "--mode", "spread"), "9 files came in: 2 written, 7 left out."),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_command_accounts_for_every_file(
    command: tuple[str, ...], sentence: str, series: Path, stegomed: Any, tmp_path: Path
) -> None:
    result = stegomed(*command, "--json", "report.json")

    assert result.returncode == 7, result.stderr
    assert last_line(result) == sentence
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {row["file"].removeprefix("in/") for row in report["left_out"]} == set(SPOILT)
    assert all(f"in/{name}" in result.stderr for name in SPOILT)
    assert {row["file"] for row in report["slices"]} == {"a/1.dcm", "z/2.dcm"}
    for target in ("masks", "out"):
        if (tmp_path / target).exists():
            assert {name.rsplit(".", 1)[0] for name in files_in(tmp_path / target)} == {"a/1", "z/2"}
    assert files_in(series) == {"a/1.dcm", "z/2.dcm", *SPOILT}


@pytest.mark.usefixtures("series")
def test_extract_and_evaluate_account_for_every_file(stegomed: Any, tmp_path: Path) -> None:
    assert stegomed("embed", "in", "out", *FINDER, "--copy-others").returncode == 0
    shutil.copy(tmp_path / "out" / "a" / "1.dcm", tmp_path / "out" / "y_stray.dcm")
    dataset = pydicom.dcmread(tmp_path / "out" / "y_stray.dcm")
    del dataset.SourceImageSequence
    dataset.save_as(tmp_path / "out" / "y_stray.dcm")

    read = stegomed("extract", "out", "--json", "-")
    compared = stegomed("evaluate", "in", "out", "--json", "-")

    assert read.returncode == compared.returncode == 7
    assert last_line(read) == "10 files came in: 3 read, 7 left out."
    left_out = {row["file"] for row in json.loads(read.stdout)["left_out"]}
    assert left_out == {f"out/{name}" for name in SPOILT}
    # Seven of one side, as many of the other but for the one whose pair told of it, and the one without a cover.
    assert last_line(compared) == "16 files came in: 2 compared, 14 left out."
    reasons = {row["file"]: row["reason"] for row in json.loads(compared.stdout)["left_out"]}
    assert set(reasons) == {f"{side}/{name}" for side in ("in", "out") for name in SPOILT} - {"in/c_inside.dcm"} | {
        "out/y_stray.dcm"
    }
    assert "derived from no file of in" in reasons["out/y_stray.dcm"]


def test_copy_others_takes_the_rest_along_unchanged(series: Path, stegomed: Any, tmp_path: Path) -> None:
    (series / "g_notes.txt").chmod(0o640)

    result = stegomed("embed", "in", "out", *FINDER, "--copy-others", "--json", "-")

    assert result.returncode == 0, result.stderr
    assert files_in(tmp_path / "out") == files_in(series)
    for name in SPOILT:
        assert (tmp_path / "out" / name).read_bytes() == (series / name).read_bytes()
    assert (tmp_path / "out" / "g_notes.txt").stat().st_mode & 0o777 == 0o640
    assert "Copied unchanged" in result.stderr
    assert "the identities in them are neither removed nor sealed" in result.stderr
    assert last_line(result) == "9 files came in: 2 written, 7 copied unchanged."
    report = json.loads(result.stdout)
    assert report["files"] == {"came_in": 9, "taken": 2, "copied": 7, "left_out": 0}
    assert all(row["copied"] for row in report["left_out"])


def test_what_cannot_be_copied_is_still_left_out(series: Path, stegomed: Any, tmp_path: Path) -> None:
    os.mkfifo(series / "pipe")
    (series / "broken.dcm").symlink_to(tmp_path / "nowhere")

    result = stegomed("attack", "in", "out", "--kind", "crop", "--copy-others")

    assert result.returncode == 7
    assert files_in(tmp_path / "out") == {"a/1.dcm", "z/2.dcm", *SPOILT}
    assert last_line(result) == "11 files came in: 2 written, 7 copied unchanged, 2 left out."


def test_one_file_has_no_others(slices: list[Path], stegomed: Any, tmp_path: Path) -> None:
    for command in (("embed", slices[0], "out.dcm"), ("attack", slices[0], "out.dcm", "--kind", "crop")):
        result = stegomed(*command, "--copy-others")

        assert result.returncode == 2
        assert "--copy-others" in result.stderr
    assert not (tmp_path / "out.dcm").exists()


def test_a_folder_without_anything_usable_is_refused_and_a_file_named(
    slices: list[Path], stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for number, spoil in enumerate((truncated, damaged_inside, lossy)):
        shutil.copy(slices[0], tmp_path / "in" / f"{number}.dcm")
        spoil(tmp_path / "in" / f"{number}.dcm")

    for command in (
        ("embed", "in", "out", *FINDER, "--copy-others"),
        ("embed", "in", "out", *FINDER, "--mode", "spread"),
        ("segment", "in", "--out", "masks", *FINDER),
        ("capacity", "in", *FINDER),
        ("attack", "in", "out", "--kind", "crop"),
    ):
        result = stegomed(*command)
        assert result.returncode == 3, (command, result.stderr)
        assert "0.dcm cannot be used" in last_line(result)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "masks").exists()
    assert stegomed("extract", "in").returncode == 4  # frames of one file can be looked at
    (tmp_path / "in" / "1.dcm").unlink()
    assert "0.dcm cannot be used" in last_line(stegomed("extract", "in"))


@pytest.mark.usefixtures("series")
def test_masks_of_a_series_with_a_damaged_frame_serve_embed(stegomed: Any, tmp_path: Path) -> None:
    assert stegomed("segment", "in", "--out", "masks", *FINDER).returncode == 7
    assert not list((tmp_path / "masks").glob("c_inside*"))

    for command in (("embed", "in", "out"), ("capacity", "in"), ("evaluate", "in")):
        result = stegomed(*command, "--masks", "masks")
        assert result.returncode == 7, result.stderr
        assert last_line(result).endswith("7 left out.")


@pytest.mark.parametrize("mode", ["replicate", "spread"])
def test_a_slice_without_anything_to_seal_keeps_its_pixels_and_stops_nobody(
    mode: str, slices: list[Path], stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for number, source in enumerate((*slices, slices[0])):
        shutil.copy(source, tmp_path / "in" / f"{number}.dcm")
    dataset = pydicom.dcmread(tmp_path / "in" / "2.dcm")
    dataset.PatientID = ""
    dataset.save_as(tmp_path / "in" / "2.dcm")

    options = ("--attributes", "PatientID", "--mode", mode, *FINDER)
    result = stegomed("embed", "in", "out", *options, "--json", "-")

    assert result.returncode == 0, result.stderr
    row = json.loads(result.stdout)["slices"][2]
    assert (row["file"], row["state"]) == ("2.dcm", "skipped")
    assert "none of the attributes" in row["reason"]
    assert "none of the attributes" in result.stderr
    before, after = (pydicom.dcmread(tmp_path / folder / "2.dcm").pixel_array for folder in ("in", "out"))
    assert np.array_equal(before, after)
    assert last_line(result) == "3 files came in: 3 written."
    for name in ("0.dcm", "1.dcm"):
        (tmp_path / "in" / name).unlink()
    alone = stegomed("embed", "in", "alone", *options)
    assert alone.returncode == 3
    assert "none of the attributes" in last_line(alone)
    assert not (tmp_path / "alone").exists()


def test_a_data_set_under_version_control_is_read_once(slices: list[Path], stegomed: Any, tmp_path: Path) -> None:
    annex = tmp_path / "in" / ".git" / "annex" / "objects"
    annex.mkdir(parents=True)
    for number, source in enumerate(slices):
        shutil.copy(source, annex / f"MD5E-{number}.dcm")
        (tmp_path / "in" / f"{number}.dcm").symlink_to(f".git/annex/objects/MD5E-{number}.dcm")
    (tmp_path / "in" / ".gitattributes").write_text("* annex.backend=MD5E\n", encoding="utf-8")

    result = stegomed("embed", "in", "out", *FINDER, "--json", "-")

    assert result.returncode == 0, result.stderr
    assert files_in(tmp_path / "out") == {"0.dcm", "1.dcm"}
    assert not any(path.is_symlink() for path in (tmp_path / "out").iterdir())
    passed_over = {row["file"] for row in json.loads(result.stdout)["passed_over"]}
    assert passed_over == {"in/.git", "in/.gitattributes"}
    assert "in/.git " in result.stderr
    assert last_line(result) == "2 files came in: 2 written."


def test_a_long_list_is_cut_on_the_screen_and_whole_in_the_report(
    slices: list[Path], stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(slices[0], tmp_path / "in" / "good.dcm")
    for number in range(60):
        (tmp_path / "in" / f"{number:02}.txt").write_text("x", encoding="utf-8")

    result = stegomed("capacity", "in", *FINDER, "--json", "-")

    assert result.returncode == 7
    assert "in/39.txt" in result.stderr
    assert "in/40.txt" not in result.stderr
    assert "And 20 more" in result.stderr
    assert len(json.loads(result.stdout)["left_out"]) == 60


@pytest.mark.parametrize("mode", ["replicate", "spread"])
@pytest.mark.parametrize("event", ["removed", "changed", "replaced by a pipe"])
def test_a_file_that_somebody_touches_meanwhile_is_left_out(
    mode: str, event: str, phantom_folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "in"
    shutil.copytree(phantom_folder, source)
    touched = source / "slice_0003.dcm"

    def progress(_done: int, _total: int, label: str) -> None:
        if label != "slice_0002.dcm" or touched.is_fifo() or not touched.exists():
            return
        if event == "changed":
            with touched.open("ab") as stream:
                stream.write(b"\0\0")
            return
        touched.unlink()
        if event != "removed":
            os.mkfifo(touched)

    report = embed_series(
        source,
        tmp_path / "out",
        KEY,
        FinderMasks(ThresholdFinder()),
        content=Content(TextRecord("x")),
        method=Method(mode=mode),
        progress=progress,
    )

    assert [row.file for row in report.files.left_out] == [touched]
    assert files_in(tmp_path / "out") == {"slice_0001.dcm", "slice_0002.dcm", "slice_0004.dcm"}
    assert "slice_0003.dcm" not in {row.file for row in report.slices}
    assert report.files.taken == 3


def test_a_shuffled_file_never_gives_way_to_a_copy(series: Path, tmp_path: Path) -> None:
    report = attack_series(series, tmp_path / "out", "shuffled", copy_others=True)

    written = {row.written for row in report.slices}
    assert len(written) == report.files.taken == 2
    for row in report.slices:
        assert pydicom.dcmread(tmp_path / "out" / row.written).ImageType[0] == "DERIVED"
    left = {path.relative_to(series).as_posix() for path in report.files.copied}
    assert files_in(tmp_path / "out") == written | left


@pytest.mark.parametrize(
    "command",
    [("embed", "missing", "out"), ("extract", "missing"), ("demo", "missing", "--out", "out")],
    ids=lambda command: command[0],
)
def test_sources_are_looked_at_before_a_passphrase_is_asked(
    command: tuple[str, ...], series: Path, stegomed: Any, tmp_path: Path
) -> None:
    for name, (_, reason) in SPOILT.items():
        if name in {"d_empty.dcm", "f_colour.dcm", "g_notes.txt", "DICOMDIR"}:
            (tmp_path / name).mkdir()
            shutil.move(series / name, tmp_path / name / name)
            refused = stegomed(*(name if part == "missing" else part for part in command), "--passphrase-file", "none")
            assert refused.returncode == 3
            assert reason in refused.stderr

    result = stegomed(*command, "--passphrase-file", "none")

    assert result.returncode == 3
    assert "missing does not exist" in result.stderr
    if command[0] != "extract":
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine").write_bytes(b"x")
        occupied = stegomed(*("in" if part == "missing" else part for part in command), "--passphrase-file", "none")
        assert "out exists already" in occupied.stderr


def test_a_header_that_no_symbol_holds_stops_nobody(slices: list[Path], stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for source in slices:
        shutil.copy(source, tmp_path / "in" / source.name)
    dataset = pydicom.dcmread(tmp_path / "in" / slices[1].name)
    dataset.ImageComments = np.random.default_rng(3).bytes(5000).hex()
    dataset.save_as(tmp_path / "in" / slices[1].name)

    options = ("--attributes", "PatientID,ImageComments", *FINDER)
    result = stegomed("embed", "in", "out", *options, "--json", "-")
    alone = stegomed("embed", f"in/{slices[1].name}", "alone.dcm", *options)

    assert result.returncode == 0, result.stderr
    assert [row["state"] for row in json.loads(result.stdout)["slices"]] == ["embedded", "skipped"]
    assert alone.returncode == 5
    assert "bytes" in last_line(alone)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(slices: list[Path], stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "closed").mkdir(parents=True)
    (tmp_path / "in" / "unsearchable").mkdir()
    for name in ("good.dcm", "locked.dcm", "closed/1.dcm", "unsearchable/2.dcm"):
        shutil.copy(slices[0], tmp_path / "in" / name)
    for name, mode in (("locked.dcm", 0), ("closed", 0), ("unsearchable", 0o400)):
        (tmp_path / "in" / name).chmod(mode)

    result = stegomed("embed", "in", "out", *FINDER, "--copy-others", "--json", "-")
    for name in ("closed", "unsearchable"):
        (tmp_path / "in" / name).chmod(0o700)

    assert result.returncode == 7, result.stderr
    named = {row["file"] for row in json.loads(result.stdout)["left_out"]}
    assert named == {"in/locked.dcm", "in/closed", "in/unsearchable/2.dcm"}
    assert files_in(tmp_path / "out") == {"good.dcm"}
    assert last_line(result) == "4 files came in: 1 written, 3 left out."
