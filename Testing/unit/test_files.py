"""Files and folders reach their places whole, and nothing that is there is replaced unasked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from StegoMedLib import files
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.files import claimed, exchange, hold, remove_abandoned, rename_new, whole_file


@pytest.fixture(params=["as the system can", "without flags"])
def _system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rename as this system does, and as one without renaming by flags."""
    if request.param == "without flags":
        monkeypatch.setattr(files, "_renamer", lambda: None)


def made(place: Path, *, folder: bool) -> Path:
    """A file, or a folder with a file in it, of that name."""
    if folder:
        place.mkdir()
        (place / "a").write_text(place.name, encoding="utf-8")
    else:
        place.write_text(place.name, encoding="utf-8")
    return place


def content(place: Path) -> str:
    return (place / "a" if place.is_dir() else place).read_text(encoding="utf-8")


@pytest.mark.usefixtures("_system")
@pytest.mark.parametrize("folder", [True, False])
def test_what_is_there_is_not_replaced_by_a_new_name(folder: bool, tmp_path: Path) -> None:  # noqa: FBT001
    new, old = made(tmp_path / "new", folder=folder), made(tmp_path / "old", folder=folder)

    with pytest.raises(OSError, match=r"exists|not empty"):
        rename_new(new, old)

    assert (content(new), content(old)) == ("new", "old")


@pytest.mark.usefixtures("_system")
@pytest.mark.parametrize("folder", [True, False])
def test_a_free_name_is_taken(folder: bool, tmp_path: Path) -> None:  # noqa: FBT001
    rename_new(made(tmp_path / "new", folder=folder), tmp_path / "free")

    assert [path.name for path in tmp_path.iterdir()] == ["free"]
    assert content(tmp_path / "free") == "new"


@pytest.mark.skipif(not sys.platform.startswith(("linux", "darwin")), reason="this system cannot exchange folders")
def test_two_folders_change_places(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", folder=True), made(tmp_path / "other", folder=True)

    assert exchange(one, other)

    assert (content(one), content(other)) == ("other", "one")


def test_a_file_is_for_whom_it_is_meant_from_its_first_byte(tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such permissions")
    with whole_file(tmp_path / "secret", mode=0o640) as (_, beside):
        assert beside.stat().st_mode & 0o777 == 0o600

    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o640


def test_a_file_that_cannot_be_synced_is_not_put_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("old", encoding="utf-8")

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with (
        pytest.raises(UnusableInputError, match=r"Input/output error.*choose"),
        whole_file(tmp_path / "a") as (stream, _),
    ):
        stream.write(b"new")

    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]


HOLDING = """
import sys, time
from pathlib import Path
from StegoMedLib.files import hold
stream = Path(sys.argv[1]).open("a+b")
print(hold(stream), flush=True)
time.sleep(60)
"""


def test_what_another_process_holds_is_not_claimed_until_it_is_gone(tmp_path: Path) -> None:
    lock = tmp_path / f".a.{'0' * 32}.part"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(lock)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with claimed(lock) as ours:
            assert not ours
        with lock.open("a+b") as stream:
            assert os.name == "nt" or hold(stream) is False
        remove_abandoned(tmp_path / "a")
        assert lock.exists()
        holder.kill()

    remove_abandoned(tmp_path / "a")

    assert not lock.exists()
