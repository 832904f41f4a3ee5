"""Profile reversible through the command line: images come back pixel by pixel, or are refused with a reason."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pydicom
import pytest

from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.dicom import list_files, read_instance
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.metrics import compare
from StegoMedLib.regions import make_finder
from StegoMedLib.series.region import air_of
from Testing.airs import KEY, Tied, payload_of

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import Stegomed

FINDER = ("--finder", "threshold")
REVERSIBLE = ("--profile", "reversible")


def ran(stegomed: Stegomed, *arguments: object, code: int = 0) -> Any:
    result = stegomed(*arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


def pixels_in(folder: Path) -> dict[str, str]:
    """SHA-256 of the pixel data of each file."""
    return {
        path.name: hashlib.sha256(pydicom.dcmread(path).pixel_array.tobytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def embedded(stegomed: Stegomed, source: Path, target: str, *options: str) -> None:
    ran(stegomed, "embed", source, target, *FINDER, *REVERSIBLE, *options)


@pytest.mark.parametrize("options", [(), ("--mode", "spread"), ("--tiles", "16")])
def test_the_images_are_as_they_were_before_embedding(
    stegomed: Stegomed, phantom_folder: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    embedded(stegomed, phantom_folder, "marked", *options)
    assert pixels_in(tmp_path / "marked") != pixels_in(phantom_folder)
    assert "intact" in ran(stegomed, "extract", "marked").stderr

    said = ran(stegomed, "restore", "marked", "restored", "--json", "report.json")

    assert pixels_in(tmp_path / "restored") == pixels_in(phantom_folder)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    done = [row for row in report["slices"] if row["state"] == "restored"]
    assert len(done) == report["restored"] > 0
    assert all(row["digest_agrees"] and row["changed_pixels"] for row in done)
    assert "agrees" in said.stderr
    ran(stegomed, "extract", "restored", code=4)


def test_slices_without_a_record_stay(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "marked")
    first = min(phantom_folder.iterdir())
    shutil.copy(first, tmp_path / "marked" / first.name)

    ran(stegomed, "restore", "marked", "restored", "--json", "report.json")

    assert pixels_in(tmp_path / "restored") == pixels_in(phantom_folder)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["unmarked"] >= 1


def test_an_altered_image_is_refused_and_nothing_is_written(
    stegomed: Stegomed, phantom_folder: Path, tmp_path: Path
) -> None:
    embedded(stegomed, phantom_folder, "marked")
    path = sorted((tmp_path / "marked").iterdir())[1]
    dataset = pydicom.dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] += 1
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)

    said = ran(stegomed, "restore", "marked", "restored", code=6)

    assert "Nothing was written" in said.stderr
    assert not (tmp_path / "restored").exists()


def test_other_profiles_are_refused_with_what_to_do(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    ran(stegomed, "embed", phantom_folder, "marked", *FINDER)

    said = ran(stegomed, "restore", "marked", "restored", code=3)

    assert "--profile reversible" in said.stderr
    assert not (tmp_path / "restored").exists()
    ran(stegomed, "restore", phantom_folder, "restored", code=4)


def test_some_slices_of_another_profile_are_named(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "marked")
    ran(stegomed, "embed", phantom_folder, "other", *FINDER)
    name = sorted(path.name for path in phantom_folder.iterdir())[2]
    folder = tmp_path / "mixed"
    shutil.copytree(tmp_path / "marked", folder)
    (folder / name).unlink()
    shutil.copy(tmp_path / "other" / name, folder / name)

    said = stegomed("restore", "mixed", "restored")

    assert said.returncode in {6, 7}
    assert said.returncode == 6 or "fidelity" in said.stderr


def test_erasing_gives_the_image_back(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "marked")

    said = ran(stegomed, "erase", "marked", "erased", *FINDER)

    assert pixels_in(tmp_path / "erased") == pixels_in(phantom_folder)
    assert "as before embedding again, bit by bit" in said.stderr


def test_replacing_and_resealing_keep_the_way_back(stegomed: Stegomed, phantom_folder: Path, tmp_path: Path) -> None:
    embedded(stegomed, phantom_folder, "marked")
    embedded(stegomed, tmp_path / "marked", "again", "--replace")
    ran(stegomed, "restore", "again", "first")
    assert pixels_in(tmp_path / "first") == pixels_in(phantom_folder)

    ran(stegomed, "reseal", "marked", "resealed", *FINDER, "--new-key-file", key_file(stegomed))

    ran(stegomed, "restore", "resealed", "restored", "--key-file", "new.key")

    assert pixels_in(tmp_path / "restored") == pixels_in(phantom_folder)


def key_file(stegomed: Stegomed) -> str:
    ran(stegomed, "keygen", "new.key")
    return "new.key"


@pytest.mark.data
def test_slices_of_real_series_come_back_and_no_patient_changes(data_dir: Path) -> None:
    """At least 14 of 16 series embed; every slice that does comes back, and calm ones change little."""
    finder, profile = make_finder("threshold"), PROFILES["reversible"].under(KEY)
    carrying: set[str] = set()
    heights: list[float] = []
    for folder in sorted(path for path in (data_dir / "curated").iterdir() if path.is_dir()):
        files = list_files(folder).images
        for file in sorted({files[len(files) // 4], files[len(files) // 2]}):
            plane = read_instance(file).plane(0)
            significant = finder.find(plane)
            air = air_of(plane, significant)
            try:
                stego = profile.on(plane, air).embed(payload_of(1383, nonce=len(heights)), Tied())
            except DoesNotFitError:
                continue
            marked = replace(plane, pixels=stego)
            found = profile.extract(marked, None, lambda _: 1383)
            assert found is not None
            restored = profile.restored(marked, found)
            assert restored is not None
            assert hashlib.sha256(restored.tobytes()).digest() == hashlib.sha256(plane.pixels.tobytes()).digest()
            quality = compare(plane, stego, significant)
            assert quality.changed_significant == 0
            carrying.add(folder.name)
            if plane.shape == (512, 512):
                heights.append(quality.psnr_65535 or 0.0)
    assert len(carrying) >= 14
    assert float(np.median(heights)) >= 117
