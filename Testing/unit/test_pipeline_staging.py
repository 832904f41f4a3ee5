"""Results appear whole or not at all."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib.envelope import FileRecord
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.extract import ExtractReport, save_files
from StegoMedLib.series.staging import check_target, staged

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_appears_when_all_is_done(tmp_path: Path) -> None:
    with staged(tmp_path / "deep" / "out", overwrite=False) as work:
        (work / "sub").mkdir()
        (work / "sub" / "a").write_text("1", encoding="utf-8")
        assert not (tmp_path / "deep" / "out").exists()

    assert (tmp_path / "deep" / "out" / "sub" / "a").read_text(encoding="utf-8") == "1"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_appears_after_an_error_or_a_cancel(error: type[BaseException], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("old", encoding="utf-8")

    def run() -> None:
        with staged(tmp_path / "out", overwrite=True) as work:
            (work / "a").write_text("new", encoding="utf-8")
            raise error

    with pytest.raises(error):
        run()

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "old"


def test_a_second_cancel_does_not_stop_the_cleaning_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove, calls = shutil.rmtree, []

    def interrupted(*arguments: Any, **options: Any) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(*arguments, **options)

    def run() -> None:
        with staged(tmp_path / "out", overwrite=True) as work:
            (work / "a").write_text("new", encoding="utf-8")
            raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run()

    assert not list(tmp_path.iterdir())


def test_a_single_file_appears_in_its_folder(tmp_path: Path) -> None:
    with staged(tmp_path / "x.dcm", overwrite=False, single=True) as work:
        work.write_bytes(b"1")

    assert [path.name for path in tmp_path.iterdir()] == ["x.dcm"]


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    def run() -> None:
        with staged(tmp_path / "out", overwrite=False):
            raise OSError(28, "No space left on device")

    with pytest.raises(UnusableInputError, match=r"No space left.*free some space"):
        run()

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("source", "target"), [("a", "a"), ("a", "a/b"), ("a/b", "a")])
def test_overlapping_places_are_refused_even_when_overwriting(source: str, target: str, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)

    with pytest.raises(UnusableInputError, match="overlap"):
        check_target(tmp_path / source, tmp_path / target, overwrite=True)


def test_an_empty_folder_may_be_the_target(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    check_target(None, tmp_path / "out", overwrite=False)


def test_a_folder_in_the_way_is_seen_before_anything_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "out" / "b").mkdir(parents=True)
    (tmp_path / "out" / "b" / "somebody's").write_text("kept", encoding="utf-8")
    (tmp_path / "out" / "a").write_text("old", encoding="utf-8")

    def run() -> None:
        with staged(tmp_path / "out", overwrite=True) as work:
            for name in ("a", "b"):
                (work / name).write_text("new", encoding="utf-8")

    with pytest.raises(UnusableInputError, match=r"Not a directory"):
        run()

    assert (tmp_path / "out" / "a").read_text(encoding="utf-8") == "old"


def test_a_name_as_long_as_file_systems_take(tmp_path: Path) -> None:
    name = "患" * 83 + ".dcm"

    with staged(tmp_path / name, overwrite=False, single=True) as work:
        work.write_bytes(b"1")

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_whose_numbered_name_is_taken_gets_another(tmp_path: Path) -> None:
    records = [FileRecord("a-3.txt", b"1"), FileRecord("a.txt", b"2"), FileRecord("a.txt", b"3")]

    places = save_files(ExtractReport("fidelity", list(records)), tmp_path / "here")

    assert [place.name for place in places] == ["a-3.txt", "a.txt", "a-4.txt"]
    assert [place.read_bytes() for place in places] == [b"1", b"2", b"3"]


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    report = ExtractReport("fidelity", [FileRecord("a.txt", b"1"), FileRecord("a.txt", b"2")])

    places = save_files(report, tmp_path / "here")

    assert [place.name for place in places] == ["a.txt", "a-2.txt"]
    assert [place.read_bytes() for place in places] == [b"1", b"2"]
