"""What is replaced as a whole, what stays, and what is refused before any work is done."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from StegoMedLib import files
from StegoMedLib.dicom import DerivedSeries, read_instance
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.masks import write_mask
from StegoMedLib.series.staging import check_target, staged
from Testing.derived import write_derived

if TYPE_CHECKING:
    from collections.abc import Callable

    from Testing.conftest import ImageMaker

BODY = np.ones((4, 4), dtype=np.bool_)


@pytest.fixture
def instance(make_image: ImageMaker) -> Callable[[Path], None]:
    """Writes an instance as embedding does."""
    source = read_instance(make_image())

    def write(place: Path) -> None:
        write_derived(source, {}, place, DerivedSeries("test"))

    return write


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_two_results_are_never_mixed_and_other_files_stay(instance: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "out"
    with staged(target, overwrite=False) as work:
        for name in ("1.dcm", "2.dcm", "deep/3.dcm"):
            instance(work / name)
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    (target / "deep" / "theirs.dcm").write_bytes(bytes(128) + b"DICM" + b"somebody's")
    write_mask(target / "1.png", BODY)

    with staged(target, overwrite=True) as work:
        instance(work / "2.dcm")

    assert names(target) == ["1.png", "2.dcm", "deep/theirs.dcm", "notes.txt"]


def test_masks_of_two_runs_are_never_mixed(instance: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "out"
    with staged(target, overwrite=False) as work:
        write_mask(work / "1.png", BODY)
        write_mask(work / "2.png", BODY)
    instance(target / "1.dcm")

    with staged(target, overwrite=True) as work:
        write_mask(work / "2.png", BODY)

    assert names(target) == ["1.dcm", "2.png"]


@pytest.mark.parametrize("leads_to", ["source", "nowhere", "out/sub"])
def test_a_target_with_a_link_in_it_is_refused_before_any_work(leads_to: str, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.dcm").write_text("theirs", encoding="utf-8")
    (tmp_path / "out" / "sub").mkdir(parents=True)
    (tmp_path / "out" / "link").symlink_to(tmp_path / leads_to)

    with pytest.raises(UnusableInputError, match="is a link"):
        check_target(tmp_path / "source", tmp_path / "out", overwrite=True)

    assert (tmp_path / "source" / "a.dcm").read_text(encoding="utf-8") == "theirs"


def test_a_link_that_came_meanwhile_is_seen_before_anything_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a").write_text("theirs", encoding="utf-8")
    (tmp_path / "out").mkdir()

    def run() -> None:
        with staged(tmp_path / "out", overwrite=True) as work:
            (work / "sub").mkdir()
            (work / "sub" / "a").write_text("new", encoding="utf-8")
            (tmp_path / "out" / "sub").symlink_to(tmp_path / "source")

    with pytest.raises(UnusableInputError, match="is a link"):
        run()

    assert (tmp_path / "source" / "a").read_text(encoding="utf-8") == "theirs"
    assert (tmp_path / "out" / "sub").is_symlink()


def test_a_target_reached_through_a_link_is_the_folder_behind_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    check_target(None, tmp_path / "link", overwrite=False)
    with staged(tmp_path / "link", overwrite=False) as work:
        (work / "a").write_text("new", encoding="utf-8")

    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "real") == ["a"]


def test_a_target_that_is_a_link_to_the_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "source")

    with pytest.raises(UnusableInputError, match="overlap"):
        check_target(tmp_path / "source", tmp_path / "link", overwrite=True)


@pytest.mark.parametrize("target", ["broken", "file"])
def test_a_file_is_never_written_through_a_link(target: str, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs", encoding="utf-8")
    (tmp_path / "file").symlink_to(tmp_path / "theirs")
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")

    with pytest.raises(UnusableInputError, match="is a link"):
        check_target(None, tmp_path / target, overwrite=True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_target_that_is_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out")

    with pytest.raises(UnusableInputError, match="neither a file nor a folder"):
        check_target(None, tmp_path / "out", overwrite=True)


@pytest.mark.parametrize(("single", "found"), [(True, "folder"), (False, "file")])
def test_a_file_never_replaces_a_folder_nor_a_folder_a_file(single: bool, found: str, tmp_path: Path) -> None:  # noqa: FBT001
    if found == "folder":
        (tmp_path / "out").mkdir()
    else:
        (tmp_path / "out").write_text("theirs", encoding="utf-8")

    def run() -> None:
        with staged(tmp_path / "out", overwrite=True, single=single):
            pytest.fail("the work must not begin")

    with pytest.raises(UnusableInputError, match=f"is a {found}, and the result is a"):
        run()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_copies_have_the_permissions_of_the_source(make_image: ImageMaker, tmp_path: Path) -> None:
    source = make_image()
    source.chmod(0o600)
    source.parent.chmod(0o750)

    with staged(tmp_path / "out", overwrite=False, like=source.parent) as work:
        assert work.parent.stat().st_mode & 0o777 == 0o700
        write_derived(read_instance(source), {}, work / "a.dcm", DerivedSeries("test"))

    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "out" / "a.dcm").stat().st_mode & 0o777 == 0o600


def test_a_parent_that_may_not_be_written_to_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.mkdir()
    make = Path.mkdir

    def guarded(path: Path, *arguments: Any, **options: Any) -> None:
        if path.parent == tmp_path and path != target:
            raise PermissionError(13, "Permission denied")
        make(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", guarded)
    with staged(target, overwrite=False) as work:
        (work / "a").write_text("new", encoding="utf-8")

    assert names(target) == ["a"]
    assert [path.name for path in target.iterdir()] == ["a"]


def test_what_a_stopped_run_left_is_named_and_removed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ours = tmp_path / f".out.{'0' * 32}.partial"
    theirs = tmp_path / f".other.{'0' * 32}.partial"
    for place in (ours, theirs):
        place.mkdir()
        (place / "record.txt").write_text("Doe", encoding="utf-8")

    check_target(None, tmp_path / "out", overwrite=False)

    assert [path.name for path in tmp_path.iterdir()] == [theirs.name]
    assert str(ours) in caplog.text
    assert "was removed" in caplog.text


def test_a_run_that_still_works_is_left_alone_by_the_next(tmp_path: Path) -> None:
    with staged(tmp_path / "out", overwrite=False) as work:
        (work / "a").write_text("new", encoding="utf-8")
        check_target(None, tmp_path / "out", overwrite=False)

    assert names(tmp_path / "out") == ["a"]


def test_folders_made_for_a_run_that_fails_go_away(tmp_path: Path) -> None:
    def run() -> None:
        with staged(tmp_path / "deep" / "out", overwrite=False):
            raise OSError(28, "No space left on device")

    with pytest.raises(UnusableInputError, match="No space"):
        run()

    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_a_target_whose_name_is_no_text(tmp_path: Path) -> None:
    target = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))

    with staged(target, overwrite=False) as work:
        (work / "a").write_text("new", encoding="utf-8")
    check_target(None, target, overwrite=True)

    assert names(target) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="Windows locks no files so")
def test_where_files_cannot_be_locked_nobodys_place_is_taken_for_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl  # noqa: PLC0415 not on Windows

    def unable(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unable)
    with staged(tmp_path / "out", overwrite=False) as work:
        (work / "a").write_text("new", encoding="utf-8")
        check_target(None, tmp_path / "out", overwrite=False)  # another run on the same place
        assert (work / "a").exists()

    assert names(tmp_path / "out") == ["a"]


def test_a_target_of_links_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "out")

    with pytest.raises(UnusableInputError, match="is a link"):
        check_target(None, tmp_path / "out", overwrite=True)


def test_a_target_that_may_not_be_looked_at_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()

    def closed(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(UnusableInputError, match="Permission denied"):
        check_target(None, tmp_path / "out", overwrite=False)


def test_files_of_an_earlier_run_that_go_for_good_are_told(
    instance: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with staged(tmp_path / "out", overwrite=False) as work:
        for name in ("1.dcm", "2.dcm", "3.dcm"):
            instance(work / name)

    with staged(tmp_path / "out", overwrite=True) as work:
        instance(work / "2.dcm")

    assert "loses 2 files of an earlier run" in caplog.text


def test_what_cannot_be_put_back_is_kept_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Between two renames somebody else takes the target's name."""
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine").write_text("old", encoding="utf-8")
    monkeypatch.setattr(files, "_renamer", lambda: None)
    rename = Path.rename

    def disturbed(path: Path, place: Path) -> Path:
        moved = rename(path, place)
        if path == target:
            target.mkdir()
            (target / "theirs").write_text("theirs", encoding="utf-8")
        return moved

    monkeypatch.setattr(Path, "rename", disturbed)

    def run() -> None:
        with staged(target, overwrite=True) as work:
            (work / "a").write_text("new", encoding="utf-8")

    with pytest.raises(UnusableInputError):
        run()

    assert names(target) == ["theirs"]
    (kept,) = tmp_path.glob(".out.*.partial/old/mine")
    assert kept.read_text(encoding="utf-8") == "old"
    assert "holds what was at" in caplog.text
