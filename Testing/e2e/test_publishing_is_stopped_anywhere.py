"""Wherever publishing is stopped, the old result or the new one is complete, and the next run leaves no trace of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.series.workplace import recover

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = Path(__file__).parents[1] / "publish_once.py"
CALLS = (
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,chmod,fchmod,fchmodat"
)
WAYS = ("exchange", "rename", "entries")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
FOREIGN = {"notes.txt": b"mine", "sub/notes.txt": b"mine, too"}
OURS = bytes(128) + b"DICM" + b"STEGOMED_0.1 "
OLD = {**FOREIGN, **dict.fromkeys(("a.dcm", "old.dcm", "sub/b.dcm"), OURS + b"old")}
NEW = {**FOREIGN, **dict.fromkeys(("a.dcm", "new.dcm", "sub/b.dcm"), OURS + b"new")}


@pytest.fixture(autouse=True)
def _strace(need_tool: Callable[[str], None]) -> None:
    need_tool("strace")
    if subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace is not allowed to trace here")


def old_target(folder: Path) -> Path:
    """A target with an old result and files of somebody else, alone in its folder."""
    target = folder / "out"
    for name, content in OLD.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    return target


def state(target: Path) -> dict[str, bytes]:
    """Files in the target, but for those in places of runs."""
    files = [path for path in target.rglob("*") if path.is_file()]
    named = {path.relative_to(target).as_posix(): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if ".partial" not in name}


def publish(target: Path, way: str, *strace: str) -> int:
    """Publish; the exit code."""
    program = [sys.executable, "-S", str(PROGRAM), str(target), way]
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, *strace, *program] if strace else program
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def count(target: Path, way: str, log: Path) -> Counter[str]:
    """How many calls of each kind publishing takes."""
    assert publish(target, way, "-o", str(log), "-e", f"trace={CALLS}") == 0
    lines = log.read_text(encoding="utf-8").splitlines()
    return Counter(line.split()[1].partition("(")[0] for line in lines if "(" in line)


def stopped(folder: Path, way: str, number: int, call: str, where: int) -> str | None:
    """What is wrong after a stop at the call number `where` of a kind; None when all is well."""
    target = old_target(folder / f"{way}{number}{call}{where}")
    publish(target, way, "-e", f"trace={call}", "-e", f"inject={call}:signal={number}:when={where}")
    what = f"{way}, signal {number}, {call} {where}"
    if (way == "exchange" or number != signal.SIGKILL) and state(target) not in (OLD, NEW):
        return f"{what}: neither the old result nor the new one: {sorted(state(target))}"
    if number != signal.SIGKILL and len(list(target.parent.iterdir())) != 1:
        return f"{what}: something is left beside"
    recover(target)  # as every command does with its target
    left = [path.name for path in [*target.parent.iterdir(), *target.rglob("*")] if ".partial" in path.name]
    if left or state(target) not in (OLD, NEW):
        return f"{what}: after the next run {sorted(state(target))}, left {left}"
    return None


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_stop_at_any_call_leaves_the_old_result_or_the_new_one(way: str, tmp_path: Path) -> None:
    calls = count(old_target(tmp_path / "whole"), way, tmp_path / "log")
    assert calls["fsync"] > 5
    assert calls["renameat2" if way == "exchange" else "rename"] > 0
    places = [(call, where) for call, most in calls.items() for where in range(1, most + 1)]
    cases = [(int(number), *place) for number in SIGNALS for place in places]

    with ThreadPoolExecutor(2) as pool:
        wrong = list(pool.map(lambda case: stopped(tmp_path, way, *case), cases))

    assert [each for each in wrong if each] == []


def test_the_whole_way_gives_the_new_result(tmp_path: Path) -> None:
    for way in WAYS:
        target = old_target(tmp_path / way)
        assert publish(target, way) == 0
        assert state(target) == NEW
        assert [path.name for path in target.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("way", WAYS)
def test_of_two_runs_on_one_new_target_one_loses(way: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    if way == "entries":
        target.mkdir()
    command = [sys.executable, "-S", str(PROGRAM), str(target), way, "wait"]
    runs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "waiting\n"
    said = [run.communicate("\n", timeout=60) for run in runs]

    assert [run.returncode for run in runs] == [0, 3]
    assert "somebody else" in said[1][1]
    assert state(target) == dict.fromkeys(("a.dcm", "new.dcm", "sub/b.dcm"), OURS + b"wait")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert sorted(path.name for path in target.iterdir()) == ["a.dcm", "new.dcm", "sub"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_target_that_somebody_makes_meanwhile_is_not_touched(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    command = [sys.executable, "-S", str(PROGRAM), str(target), "exchange", "wait"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "waiting\n"
        if kind == "folder":
            target.mkdir()
            (target / "theirs").write_bytes(b"theirs")
        else:
            target.write_bytes(b"theirs")
        run.communicate("\n", timeout=60)

    assert run.returncode == 3
    assert (target / "theirs" if kind == "folder" else target).read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


MOUNTED = """
set -e
mount -t tmpfs tmpfs {place}
{before}
{program}
"""


def in_a_mount(place: Path, before: str, target: Path) -> subprocess.CompletedProcess[str]:
    """Publish to `target` in a name space of its own, where `place` is a disk of its own; list it, with contents."""
    program = f"{sys.executable} -S {PROGRAM} {target} exchange; grep -r . {target} | cat -v; ls -A {target}"
    script = MOUNTED.format(place=place, before=before, program=program)
    command = ["unshare", "-rm", "sh", "-c", script]
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives nobody a name space of mounts")
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("echo mine > {0}/notes.txt", id="another disk"),
        pytest.param("mkdir {0}/in; mount --bind {0}/in {0}; echo mine > {0}/notes.txt", id="a part of the same disk"),
    ],
)
def test_a_target_that_is_a_mount_point_is_written(
    before: str, need_tool: Callable[[str], None], tmp_path: Path
) -> None:
    need_tool("unshare")
    target = tmp_path / "out"
    target.mkdir()

    result = in_a_mount(target, before.format(target), target)

    assert result.returncode == 0, result.stderr
    assert "notes.txt:mine" in result.stdout
    assert result.stdout.endswith("a.dcm\nnew.dcm\nnotes.txt\nsub\n"), result.stdout


def test_a_folder_bound_to_its_place_on_one_disk_is_written(need_tool: Callable[[str], None], tmp_path: Path) -> None:
    """A bind mount looks like any folder until it shall be renamed."""
    need_tool("unshare")
    place = tmp_path / "disk"
    place.mkdir()
    bound = f"mkdir {place}/real {place}/out; mount --bind {place}/real {place}/out; echo mine > {place}/out/notes.txt"

    result = in_a_mount(place, bound, place / "out")

    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("a.dcm\nnew.dcm\nnotes.txt\nsub\n"), result.stdout
