"""Slices that were altered after their record was sealed: named, told where, and drawn for the owner alone."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from StegoMedLib.envelope import Passphrase
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Method
from StegoMedLib.series.masks import mask_source

if TYPE_CHECKING:
    from pathlib import Path

FINDER = ("--finder", "threshold")
RED = (220, 40, 60)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, phantom_folder: Path) -> dict[int, Path]:
    """Marked series by the side of their tiles."""
    folder = tmp_path_factory.mktemp("sealed")
    for side in (0, 8):
        masks = mask_source("threshold", "auto", None)
        key = Passphrase.typed("correct horse battery staple")
        embed_series(phantom_folder, folder / str(side), key, masks, method=Method("capacity", tiles=side))
    return {side: folder / str(side) for side in (0, 8)}


@pytest.fixture
def marked(sealed: dict[int, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy to be altered, of tiles of the side that the test names."""
    shutil.copytree(sealed[request.param], tmp_path / "marked")
    return tmp_path / "marked"


def paint(file: Path, rows: slice, columns: slice) -> None:
    dataset = dcmread(file)
    pixels = dataset.pixel_array.copy()
    pixels[rows, columns] += 7
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(file)


def extracted(stegomed: Any, *options: object) -> Any:
    done = stegomed("extract", "marked", "--altered", "altered", "--json", "report.json", *options)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("marked", [8], indirect=True)
def test_altered_tiles_are_told_and_drawn(stegomed: Any, tmp_path: Path, marked: Path) -> None:
    (first, second, third, fourth) = sorted(marked.iterdir())
    paint(first, slice(121, 122), slice(130, 140))
    second.rename(marked / "sub.dir")  # no .dcm at its end
    done = extracted(stegomed)
    assert done.returncode == 6
    assert "1 altered slice: see altered." in done.stderr
    rows = {row["file"]: row for row in json.loads((tmp_path / "report.json").read_text())["slices"]}
    assert rows[first.name]["binding"] == "altered"
    assert rows[first.name]["altered_tiles"] == [[128, 120, 16, 8]]
    assert {rows[each]["binding"] for each in ("sub.dir", third.name, fourth.name)} == {"intact"}
    assert [path.name for path in (tmp_path / "altered").iterdir()] == [f"{first.stem}.png"]
    with Image.open(tmp_path / "altered" / f"{first.stem}.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    red = (pixels[:512, 512:] == RED).all(axis=2)[::2, ::2]  # enlarged twice; the outline
    expected = np.zeros((256, 256), dtype=np.bool_)
    expected[120:128, 128:144] = True
    expected[121:127, 129:143] = False
    assert np.array_equal(red, expected)
    if os.name == "posix":
        assert (tmp_path / "altered").stat().st_mode & 0o077 == 0
        assert (tmp_path / "altered" / f"{first.stem}.png").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("marked", [0], indirect=True)
def test_without_tiles_the_picture_says_so(stegomed: Any, tmp_path: Path, marked: Path) -> None:
    (first, second, *_) = sorted(marked.iterdir())
    paint(first, slice(121, 122), slice(130, 140))
    (marked / "sub").mkdir()
    second.rename(marked / "sub" / "two.dcm")
    paint(marked / "sub" / "two.dcm", slice(121, 122), slice(130, 140))
    assert extracted(stegomed).returncode == 6
    with Image.open(tmp_path / "altered" / f"{first.stem}.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))[:512]
    assert np.array_equal(pixels[:, :512], pixels[:, 512:1024])  # nobody knows where
    assert (tmp_path / "altered" / "sub" / "two.png").is_file()


@pytest.mark.parametrize("marked", [0], indirect=True)
def test_nothing_altered_gives_no_folder(stegomed: Any, tmp_path: Path, marked: Path) -> None:
    assert marked.is_dir()
    done = extracted(stegomed)
    assert done.returncode == 0, done.stderr
    assert "0 altered slices: no pictures." in done.stderr
    assert not (tmp_path / "altered").exists()


@pytest.mark.parametrize("marked", [0], indirect=True)
def test_pictures_replace_nothing(stegomed: Any, tmp_path: Path, marked: Path) -> None:
    (tmp_path / "altered").mkdir()
    (tmp_path / "altered" / "mine").write_text("mine")
    done = extracted(stegomed)
    assert done.returncode == 3
    assert "exists already" in done.stderr
    assert [path.name for path in (tmp_path / "altered").iterdir()] == ["mine"]
    (tmp_path / "altered" / "mine").unlink()
    done = extracted(stegomed, "--out", "altered")
    assert done.returncode == 2
    assert "separate folders" in done.stderr
    done = stegomed("extract", marked, "--altered", marked / "altered")
    assert done.returncode == 3
    assert "never changed" in done.stderr


@pytest.mark.parametrize("marked", [8], indirect=True)
def test_two_slices_are_never_one_picture(stegomed: Any, tmp_path: Path, marked: Path) -> None:
    (first, second, *_) = sorted(marked.iterdir())
    second.rename(marked / first.stem)
    for file in (first, marked / first.stem):
        paint(file, slice(121, 122), slice(130, 140))
    done = extracted(stegomed)
    assert done.returncode == 3
    assert "rename one of them" in done.stderr
    assert not (tmp_path / "altered").exists()
