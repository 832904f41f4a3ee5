"""A run that fails or is cancelled leaves no half file and never touches its input."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib.dicom import DerivedSeries, read_instance, write_frames, writing
from StegoMedLib.errors import UnusableInputError, UsageError
from Testing.derived import write_derived

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "derived.dcm"


def test_disk_that_takes_no_more_leaves_nothing_behind(make_image: Any, target: Path) -> None:
    source = read_instance(make_image())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(UnusableInputError, match=r"derived\.dcm cannot be written .* choose a folder"):
            write_derived(source, {}, target, DerivedSeries("a test"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(target.parent.iterdir()) == []


def test_place_that_is_no_folder_is_refused(make_image: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnusableInputError, match="cannot be written"):
        write_derived(read_instance(make_image()), {}, tmp_path / "file" / "out.dcm", DerivedSeries("a test"))


def test_cancelled_run_keeps_the_file_that_was_there(
    make_image: Any, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_check_copy", cancel)
    target.parent.mkdir()
    target.write_text("was there")
    with pytest.raises(KeyboardInterrupt):
        write_derived(read_instance(make_image()), {}, target, DerivedSeries("a test"))
    assert target.read_text() == "was there"
    assert list(target.parent.iterdir()) == [target]


def test_source_is_never_overwritten(make_image: Any, tmp_path: Path) -> None:
    path = make_image()
    before = path.read_bytes()
    (tmp_path / "link.dcm").symlink_to(path)
    for place in (path, tmp_path / "link.dcm"):
        with pytest.raises(UsageError, match="never overwritten"):
            write_derived(read_instance(path), {}, place, DerivedSeries("a test"))
    assert path.read_bytes() == before


def test_senseless_requests_are_refused(make_image: Any, target: Path) -> None:
    source = read_instance(make_image())
    with pytest.raises(UsageError, match="jpeg baseline"):
        write_derived(source, {}, target, DerivedSeries("a test"), syntax="jpeg baseline")
    with pytest.raises(ValueError, match="longer"):
        write_frames(source, [None, None], target, DerivedSeries("a test"))
    with pytest.raises(IndexError):
        source.plane(1)
    assert not target.exists()
