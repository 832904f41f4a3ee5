"""Folders and files that may not be entered, read or written: one sentence or a named file, and nothing is lost."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

FINDER = ("--finder", "threshold")
_DROP_FROM_BOUNDING_SET, _OVERRIDE, _READ_SEARCH = 24, 1, 2  # linux/prctl.h, linux/capability.h

pytestmark = pytest.mark.skipif(os.name == "nt", reason="folders of Windows have other permissions")


def obey_permissions() -> None:
    """Between fork and exec: give up what lets root go everywhere."""
    if os.geteuid() == 0 and sys.platform == "linux":
        for capability in (_OVERRIDE, _READ_SEARCH):
            ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


@pytest.fixture
def folder(phantom_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A series `in` with a sub-folder `in/sub`, and an empty folder `shut`; all can be removed afterwards."""
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root may write everywhere")
    shutil.copytree(phantom_folder, tmp_path / "in")
    shutil.copytree(phantom_folder, tmp_path / "in" / "sub")
    (tmp_path / "shut").mkdir()
    yield tmp_path
    for path in (tmp_path / "in", tmp_path / "in" / "sub", tmp_path / "shut"):
        path.chmod(0o700)


def sentence(result: subprocess.CompletedProcess[str], code: int = 3) -> str:
    assert result.returncode == code, result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert line.endswith(".")
    return line


@pytest.mark.parametrize("command", ["embed", "extract", "capacity", "segment"])
def test_a_source_that_may_not_be_entered(command: str, folder: Path, stegomed: Any) -> None:
    (folder / "in").chmod(0)
    target = {"embed": ["out"], "segment": ["--out", "out"]}.get(command, [])

    said = sentence(stegomed(command, "in", *target, *FINDER, preexec_fn=obey_permissions))

    assert "in" in said
    assert "Permission denied" in said or "may not be read" in said
    assert not (folder / "out").exists()


def test_a_file_below_a_folder_that_may_not_be_entered(folder: Path, stegomed: Any) -> None:
    name = min((folder / "in").glob("*.dcm")).name
    (folder / "in").chmod(0)

    assert "Permission denied" in sentence(
        stegomed("embed", f"in/{name}", "out.dcm", *FINDER, preexec_fn=obey_permissions)
    )


def test_a_subfolder_that_may_not_be_entered_is_named(folder: Path, stegomed: Any) -> None:
    (folder / "in" / "sub").chmod(0)

    result = stegomed("embed", "in", "out", *FINDER, preexec_fn=obey_permissions)

    assert result.returncode == 7, result.stderr
    assert "in/sub" in result.stderr
    assert len(list((folder / "out").glob("*.dcm"))) == 4


def test_a_file_that_may_not_be_read_is_named(folder: Path, stegomed: Any) -> None:
    file = min((folder / "in").glob("*.dcm"))
    file.chmod(0)

    result = stegomed("embed", "in", "out", *FINDER, preexec_fn=obey_permissions)

    assert result.returncode == 7, result.stderr
    assert file.name in result.stderr


@pytest.mark.parametrize("mode", [0, 0o400, 0o500], ids=oct)
@pytest.mark.parametrize(
    "arguments",
    [
        ("embed", "in", "shut/out", *FINDER),
        ("embed", "in", "shut", *FINDER, "--overwrite"),
        ("embed", "in", "shut/deep/out", *FINDER),
        ("attack", "in", "shut/out", "--kind", "offset"),
        ("segment", "in", "--out", "shut/out", *FINDER),
        ("segment", "in", "--out", "masks", "--why", "shut/why", *FINDER),
        ("demo", "in", "--out", "shut/out", *FINDER),
        ("capacity", "in", *FINDER, "--json", "shut/report.json"),
        ("embed", "in", "out", *FINDER, "--passphrase-file", "shut/secret"),
        ("embed", "in", "out", *FINDER, "--record", "text", "--from", "shut/note"),
    ],
    ids=" ".join,
)
def test_places_that_may_not_be_used(arguments: tuple[str, ...], mode: int, folder: Path, stegomed: Any) -> None:
    (folder / "shut").chmod(mode)

    result = stegomed(*arguments, preexec_fn=obey_permissions)

    if arguments[2:4] == ("shut", "--finder") and result.returncode == 0:  # its parent may be written: replaced whole
        return
    said = sentence(result)
    assert "shut" in said or "passphrase file" in said
    assert not (folder / "out").exists()


@pytest.mark.parametrize("target", ["pipe", "/dev/null"])
@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_a_target_that_is_a_pipe_or_a_device(
    target: str, overwrite: tuple[str, ...], folder: Path, stegomed: Any
) -> None:
    os.mkfifo(folder / "pipe")

    for source in ("in", str(min((folder / "in").glob("*.dcm")))):
        assert "neither a file nor a folder" in sentence(stegomed("embed", source, target, *FINDER, *overwrite))
