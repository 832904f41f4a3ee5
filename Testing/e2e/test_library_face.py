"""What a researcher does with the library alone, without the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import StegoMedLib
from StegoMedLib.dicom import read_instance
from StegoMedLib.envelope import Identity, KeyFile, TextRecord, joined
from StegoMedLib.errors import NothingReadableError, UnusableInputError, UsageError

TOP = Path(__file__).parents[2]
PASSPHRASE = "correct horse battery staple"  # noqa: S105  of a test


def test_find_review_embed_and_extract(phantom_folder: Path, tmp_path: Path) -> None:
    masks, stego = tmp_path / "masks", tmp_path / "stego"

    found = StegoMedLib.segment(phantom_folder, masks, finder="threshold")
    measured = StegoMedLib.capacity(phantom_folder, masks=masks)
    written = StegoMedLib.embed(phantom_folder, stego, PASSPHRASE, record="a secret", masks=masks)
    read = StegoMedLib.extract(str(stego), PASSPHRASE)

    assert [row.mask for row in found.slices] == sorted(path.name for path in masks.iterdir())
    assert min(row.record_bytes for row in measured.slices) > 100
    assert written.embedded == len(measured.slices) == 4
    assert read.record == TextRecord("a secret")
    assert not read.must_look


def test_the_attributes_of_the_header_are_the_record_by_default(phantom_folder: Path, tmp_path: Path) -> None:
    StegoMedLib.embed(phantom_folder, tmp_path / "stego", PASSPHRASE, attributes=("PatientID",), finder="threshold")
    record = StegoMedLib.extract(tmp_path / "stego", PASSPHRASE).record
    assert getattr(record, "attributes", None) == {"PatientID": "SM-0001"}


def test_nothing_but_air_changes(phantom_folder: Path, tmp_path: Path) -> None:
    source = sorted(phantom_folder.iterdir())[1]
    StegoMedLib.embed(source, tmp_path / "stego.dcm", PASSPHRASE, record="x", finder="threshold")
    cover, stego = (read_instance(path).plane() for path in (source, tmp_path / "stego.dcm"))
    changed = cover.pixels != stego.pixels
    assert changed.any()
    assert np.abs(cover.pixels - stego.pixels).max() == 1
    assert (cover.pixels[changed] * cover.slope + cover.intercept).max() < -900


def test_keys_of_other_types_go_the_same_way(phantom_folder: Path, tmp_path: Path) -> None:
    stego, file, identity = tmp_path / "stego", KeyFile(bytes(32)), Identity.made()
    StegoMedLib.embed(
        phantom_folder, stego, joined([file, identity.recipient]), record="x", finder="threshold", mode="spread"
    )
    for key in (file, identity):
        assert StegoMedLib.extract(stego, key).record == TextRecord("x")
    for other in (PASSPHRASE, KeyFile(bytes(31) + b"x"), Identity.made(), identity.recipient):
        with pytest.raises(NothingReadableError):
            StegoMedLib.extract(stego, other)


def test_errors_are_sentences(phantom_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could be guessed"):
        StegoMedLib.embed(phantom_folder, tmp_path / "out", "password")
    with pytest.raises(NothingReadableError):
        StegoMedLib.extract(phantom_folder, PASSPHRASE)
    with pytest.raises(UnusableInputError, match="nothing-here"):
        StegoMedLib.capacity(tmp_path / "nothing-here")
    assert not (tmp_path / "out").exists()


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = "import sys, StegoMedLib; assert StegoMedLib.__version__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in done.stdout.split()} & {"numpy", "pydicom", "scipy", "cryptography"}


def test_only_what_is_offered_is_there() -> None:
    assert {"embed", "extract", "capacity", "segment"} <= set(dir(StegoMedLib))
    with pytest.raises(AttributeError, match="hide"):
        StegoMedLib.hide  # noqa: B018


def test_the_example_of_the_readme_runs(phantom_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (TOP / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example, "the README has no example in Python"
    (tmp_path / "series").symlink_to(phantom_folder)
    monkeypatch.chdir(tmp_path)
    told: list[str] = []

    exec(example[1], {"print": lambda *words: told.append(" ".join(map(str, words)))})  # noqa: S102  the README's own

    assert any("SM-0001" in line for line in told)


def test_a_study_goes_nameless_and_comes_home(phantom_folder: Path, tmp_path: Path) -> None:
    report = StegoMedLib.deidentify(
        phantom_folder, tmp_path / "nameless", PASSPHRASE, carry="header", finder="threshold", preset="longitudinal"
    )
    assert not report.residue
    back = StegoMedLib.reidentify(tmp_path / "nameless", tmp_path / "back", PASSPHRASE)
    assert back.levels == {"header": 4}
    with pytest.raises(UsageError, match="basic"):
        StegoMedLib.deidentify(phantom_folder, tmp_path / "other", PASSPHRASE, preset="none at all")
