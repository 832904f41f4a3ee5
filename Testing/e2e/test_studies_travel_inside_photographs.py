"""Files inside photographs, through the command line: exact, with photographs lost, and nothing for others."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from StegoMedLib.envelope import Identity
from StegoMedLib.envelope.pem import identity_to_pem, recipient_to_pem
from StegoMedLib.files import PRIVATE, write_whole
from Testing.photographs import COLOUR, astronaut, different, scaled

if TYPE_CHECKING:
    from pathlib import Path


def digests(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def series_of(tmp_path: Path, data_dir: Path, number: int, name: str = "ct_abdomen_chaos3") -> Path:
    source = tmp_path / "series"
    source.mkdir()
    for path in sorted((data_dir / "curated" / name).glob("*.dcm"))[:number]:
        shutil.copy(path, source)
    return source


def concealed(stegomed: Any, source: Path, photographs: list[Path], *options: object) -> dict[str, Any]:
    done = stegomed("conceal", source, *photographs, "--out", "out", "--json", "out.json", *options)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((source.parent / "out.json").read_text(encoding="ascii"))
    return report


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder with a few small files, one of them below."""
    folder = tmp_path / "notes"
    (folder / "more").mkdir(parents=True)
    (folder / "a.txt").write_text("found " * 300, encoding="ascii")
    (folder / "more" / "b.bin").write_bytes(random.Random(3).randbytes(4000))
    (folder / "empty").touch()
    return folder


@pytest.mark.data
def test_a_slice_comes_back_from_a_photograph_of_its_size(stegomed: Any, tmp_path: Path, data_dir: Path) -> None:
    source = series_of(tmp_path, data_dir, 1)
    Image.fromarray(astronaut()).save(tmp_path / "holiday.png")
    report = concealed(stegomed, source, [tmp_path / "holiday.png"])
    assert report["photographs"][0]["psnr"] > 50
    assert stegomed("reveal", "out", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(source)


@pytest.mark.data
def test_in_a_larger_photograph_hardly_anything_changes(stegomed: Any, tmp_path: Path, data_dir: Path) -> None:
    source = series_of(tmp_path, data_dir, 1)
    Image.fromarray(scaled("coffee", 1024, 1024)).save(tmp_path / "holiday.png")
    report = concealed(stegomed, source, [tmp_path / "holiday.png"])
    assert report["photographs"][0]["psnr"] > 59
    assert stegomed("reveal", "out/holiday.png", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(source)


@pytest.mark.data
def test_an_8_bit_picture_like_a_chest_comes_back(stegomed: Any, tmp_path: Path, data_dir: Path) -> None:
    source = next((data_dir / "safety" / "ct_odd_8bit_topogram").glob("abdomen8bit*.dcm"))
    from pydicom import dcmread  # noqa: PLC0415

    header = dcmread(source, stop_before_pixels=True)
    Image.fromarray(scaled("coffee", header.Columns, header.Rows)).save(tmp_path / "holiday.png")
    report = concealed(stegomed, source_in(tmp_path, source), [tmp_path / "holiday.png"])
    assert report["photographs"][0]["psnr"] > 52
    assert stegomed("reveal", "out", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(tmp_path / "series")


def source_in(tmp_path: Path, file: Path) -> Path:
    folder = tmp_path / "series"
    folder.mkdir()
    shutil.copy(file, folder)
    return folder


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.key_file
def test_a_series_comes_back_whichever_third_of_the_photographs_is_lost(
    stegomed: Any, tmp_path: Path, data_dir: Path
) -> None:
    source = series_of(tmp_path, data_dir, 10)
    photographs = []
    for place in range(10):
        name, side = COLOUR[place % len(COLOUR)], 600 + 24 * place
        photographs.append(tmp_path / f"{name}{side}.png")
        Image.fromarray(scaled(name, side, side)).save(photographs[-1], compress_level=1)
    assert concealed(stegomed, source, photographs, "--workers", "2")["may_be_lost"] == 3
    written = sorted((tmp_path / "out").iterdir())
    by_size = sorted(written, key=lambda path: path.stat().st_size)
    for lost in (by_size[-3:], by_size[:3], random.Random(5).sample(written, 3)):
        kept = [path for path in written if path not in lost]
        random.Random(6).shuffle(kept)
        done = stegomed("reveal", *kept, "--out", "back", "--overwrite")
        assert done.returncode == 0, done.stderr
        assert digests(tmp_path / "back") == digests(source)
    done = stegomed("reveal", *by_size[:6], "--out", "none")
    assert done.returncode == 4
    assert "add more of them" in done.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.data
@pytest.mark.key_file
def test_files_of_every_kind_come_back_byte_by_byte(stegomed: Any, tmp_path: Path, data_dir: Path) -> None:
    source = tmp_path / "odd"
    shutil.copytree(data_dir / "odd", source, ignore=lambda _, names: sorted(names)[12:])
    colour = np.random.default_rng(3).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(colour).save(source / "picture.jpg")
    (source / "no image.dcm").write_bytes(bytes(128) + b"DICM" + bytes(range(256)))
    photographs = different(tmp_path / "photographs", 5, 1000)
    concealed(stegomed, source, photographs, "--may-lose", "0")
    assert stegomed("reveal", "out", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(source)


@pytest.mark.key_file
def test_other_photographs_and_keys_give_one_answer(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    photographs = different(tmp_path / "photographs", 4)
    concealed(stegomed, notes, photographs)
    (tmp_path / "other").write_bytes(bytes(32))
    (tmp_path / "other").chmod(0o600)
    wrong = stegomed("reveal", "out", "--out", "back", "--key-file", "other")
    plain = stegomed("reveal", "photographs", "--out", "back")
    text = stegomed("reveal", "notes/a.txt", "--out", "back")
    assert wrong.returncode == plain.returncode == text.returncode == 4
    assert wrong.stderr == plain.stderr == text.stderr
    assert not (tmp_path / "back").exists()


@pytest.mark.key_file
def test_foreign_photographs_among_them_do_no_harm(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    concealed(stegomed, notes, different(tmp_path / "photographs", 4))
    (tmp_path / "out" / "notes.png").write_bytes(b"no picture")
    done = stegomed("reveal", "photographs", "notes", "out", "--out", "back", "--json", "back.json")
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "back") == digests(notes)
    seen = json.loads((tmp_path / "back.json").read_text(encoding="ascii"))["photographs"]
    assert sum(each["secret"] for each in seen) == 4
    if os.name != "nt":
        assert {(tmp_path / "back" / name).stat().st_mode & 0o077 for name in digests(tmp_path / "back")} == {0}


@pytest.mark.key_file
def test_what_is_not_there_is_named(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    (tmp_path / "none").mkdir()
    concealed(stegomed, notes, different(tmp_path / "photographs", 1))
    for photographs, word in ((["out", "missing.png"], "missing.png"), (["none"], "none holds no photograph")):
        done = stegomed("reveal", *photographs, "--out", "back")
        assert done.returncode == 3
        assert word in " ".join(done.stderr.split())
        assert not (tmp_path / "back").exists()


@pytest.mark.key_file
def test_photographs_that_carry_nothing_are_named(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    Image.fromarray(scaled("rocket", 40, 30)).save(tmp_path / "tiny.png")
    report = concealed(stegomed, notes, [*different(tmp_path / "photographs", 3, 400), tmp_path / "tiny.png"])
    assert report["unused"] == [str(tmp_path / "tiny.png")]
    assert len(report["photographs"]) == 3
    assert stegomed("reveal", "out", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(notes)


@pytest.mark.key_file
def test_two_secrets_among_the_photographs_go_into_folders_of_their_own(
    stegomed: Any, tmp_path: Path, notes: Path
) -> None:
    photographs = different(tmp_path / "photographs", 8)
    concealed(stegomed, notes, photographs[:4])
    (tmp_path / "out").rename(tmp_path / "first")
    assert stegomed("conceal", notes / "a.txt", *photographs[4:], "--out", "out").returncode == 0
    done = stegomed("reveal", "first", "out", "--out", "back")
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "back" / "1") == digests(notes)
    assert list(digests(tmp_path / "back" / "2")) == ["a.txt"]
    shutil.rmtree(tmp_path / "back")
    for path in sorted((tmp_path / "out").iterdir())[1:]:
        path.unlink()
    done = stegomed("reveal", "first", "out", "--out", "back")
    assert done.returncode == 7
    assert digests(tmp_path / "back") == digests(notes)


def test_recipients_reveal_with_their_private_keys(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    for name in ("anna", "stranger"):
        identity = Identity.made()
        write_whole(tmp_path / f"{name}.pem", identity_to_pem(identity), mode=PRIVATE)
        write_whole(tmp_path / f"{name}.pub", recipient_to_pem(identity.recipient))
    concealed(stegomed, notes, different(tmp_path / "photographs", 2), "--recipient", "anna.pub")
    assert stegomed("reveal", "out", "--out", "back", "--identity", "stranger.pem").returncode == 4
    assert stegomed("reveal", "out", "--out", "back", "--identity", "anna.pem").returncode == 0
    assert digests(tmp_path / "back") == digests(notes)


def test_secrets_for_others_among_the_photographs_do_no_harm(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    """Positions are public for all recipients, so that each finds the others' shares."""
    for name, source, photographs in (
        ("anna", notes, different(tmp_path / "photographs", 4)[:2]),
        ("berta", notes / "a.txt", different(tmp_path / "photographs", 4)[2:]),
    ):
        identity = Identity.made()
        write_whole(tmp_path / f"{name}.pem", identity_to_pem(identity), mode=PRIVATE)
        write_whole(tmp_path / f"{name}.pub", recipient_to_pem(identity.recipient))
        done = stegomed("conceal", source, *photographs, "--out", f"for {name}", "--recipient", f"{name}.pub")
        assert done.returncode == 0, done.stderr
    for order in (("for anna", "for berta"), ("for berta", "for anna")):
        done = stegomed("reveal", *order, "--out", "back", "--identity", "anna.pem", "--overwrite")
        assert done.returncode == 0, done.stderr
        assert digests(tmp_path / "back") == digests(notes)


@pytest.mark.key_file
def test_what_is_needed_is_said_before_photographs_are_chosen(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "STEGOMED_PASSPHRASE"}
    nobody_is_asked = [sys.executable, "-m", "StegoMedLib", "conceal", str(notes)]
    asked = subprocess.run(nobody_is_asked, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert asked.returncode == 0
    done = stegomed("conceal", notes)
    assert done.returncode == 0
    assert "In colour photographs of 1024x1024: 1 " in done.stderr
    small = different(tmp_path / "photographs", 1, 90)
    done = stegomed("conceal", notes, *small, "--out", "out")
    assert done.returncode == 5
    assert "take about 2 of their size, or larger ones." in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.key_file
@pytest.mark.parametrize(
    ("save", "word"),
    [
        (lambda image, path: image.save(path.with_suffix(".jpg")), "--decode-jpeg"),
        (lambda image, path: image.save(path.with_suffix(".webp")), "--decode-jpeg"),
        (lambda image, path: image.convert("P").save(path), "8 bits a channel"),
        (lambda image, path: image.save(path, save_all=True, append_images=[image.rotate(9)]), "several pictures"),
        (lambda image, path: image.save(path, transparency=(1, 2, 3)), "transparent"),
        (lambda _, path: path.write_bytes(b"\x89PNG\r\n\x1a\n rest"), "cannot be read"),
        (lambda _, path: path.mkdir(), "folder"),
    ],
    ids=["jpeg", "lossy webp", "palette", "animated", "transparent", "damaged", "folder"],
)
def test_photographs_that_would_not_do_are_refused(
    stegomed: Any, tmp_path: Path, notes: Path, save: Any, word: str
) -> None:
    save(Image.fromarray(scaled("coffee", 200, 200)), tmp_path / "holiday.png")
    (photograph,) = tmp_path.glob("holiday.*")
    done = stegomed("conceal", notes, photograph, "--out", "out")
    assert done.returncode == 3
    assert word in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.key_file
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_nothing_waits_for_a_pipe_among_the_files(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    os.mkfifo(notes / "pipe")
    done = stegomed("conceal", notes, *different(tmp_path / "photographs", 1), "--out", "out", timeout=60)
    assert done.returncode == 3
    assert "pipe" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.key_file
def test_a_jpeg_becomes_a_png_with_a_plain_warning(stegomed: Any, tmp_path: Path, notes: Path) -> None:
    Image.fromarray(scaled("coffee", 200, 200)).save(tmp_path / "holiday.jpg")
    done = stegomed("conceal", notes, "holiday.jpg", "--out", "out", "--decode-jpeg")
    assert done.returncode == 0
    assert "the result is a PNG" in " ".join(done.stderr.split())
    assert stegomed("reveal", "out/holiday.png", "--out", "back").returncode == 0
    assert digests(tmp_path / "back") == digests(notes)


@pytest.mark.key_file
def test_nothing_that_is_read_is_changed_and_nothing_is_replaced_unasked(
    stegomed: Any, tmp_path: Path, notes: Path
) -> None:
    photographs = different(tmp_path / "photographs", 2)
    before = digests(tmp_path)
    for out in ("photographs", "notes", ".", "notes/new"):
        done = stegomed("conceal", notes, *photographs, "--out", out, "--overwrite")
        assert done.returncode == 3
        assert "overlap" in done.stderr
    (tmp_path / "again.png").write_bytes(photographs[0].read_bytes())
    done = stegomed("conceal", notes, photographs[0], "again.png", "--out", "out")
    assert done.returncode == 3
    assert "the same picture" in " ".join(done.stderr.split())
    (tmp_path / "again.png").unlink()
    assert digests(tmp_path) == before
    concealed(stegomed, notes, photographs)
    assert stegomed("conceal", notes, *photographs, "--out", "out").returncode == 3
    assert stegomed("reveal", "out", "--out", "out", "--overwrite").returncode == 3
    assert stegomed("conceal", "missing", *photographs, "--out", "new").returncode == 3
    assert stegomed("conceal", notes, *photographs).returncode == 2
    assert stegomed("conceal", notes, *photographs, "--out", "new", "--may-lose", "100").returncode == 2
