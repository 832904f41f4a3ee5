"""Missing Python packages are named, asked for once, and installed when the user agrees; never at the start."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("slicer_core")

TOP = Path(__file__).parents[2]


@pytest.fixture
def packages(panel: Any) -> Any:
    assert panel is not None
    return importlib.import_module("StegoMedPanel.packages")


class Pip:
    """Stands for pip: knows what can be had, and notes what was installed."""

    def __init__(self, packages: Any) -> None:
        self.lacking = {"segno>=1.6", "onnxruntime>=1.17"}
        self.refused: set[str] = set()
        self.brought: list[Any] = []
        self.planned: list[list[str]] = []
        self.installed: list[list[str]] = []
        self.seen: list[str] = []
        self._change = packages.pip.Change

    def plan(self, wanted: list[str], alive: Any) -> list[Any] | None:
        alive()
        self.planned.append(wanted)
        if self.refused & set(wanted):
            return None
        return [*(self._change(each.partition(">")[0], "9.1", size=2_400_000) for each in wanted), *self.brought]

    def download(self, _changes: list[Any], folder: Path, alive: Any) -> None:
        assert folder.is_dir()
        alive()

    def install(self, changes: list[Any], _folder: Path) -> None:
        self.installed.append([each.name for each in changes])
        self.lacking = {each for each in self.lacking if each.partition(">")[0] not in self.installed[-1]}


@pytest.fixture
def pip(packages: Any, monkeypatch: Any) -> Iterator[Pip]:
    """Packages seem to be missing, which the stand-in for pip can install."""
    import qt

    fake = Pip(packages)
    monkeypatch.setattr(packages, "_installed", lambda requirement: requirement not in fake.lacking)
    for name in ("plan", "download", "install"):
        monkeypatch.setattr(packages.pip, name, getattr(fake, name))
    monkeypatch.setattr(packages, "_LEFT_OUT_NOW", set())
    yield fake
    qt.QSettings().remove(packages._LEFT_OUT)


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    import numpy as np
    import slicer
    from panel_driver import Driver

    driver = Driver(host, panel)
    driver.choose(slicer.util.addVolumeFromArray(np.zeros((1, 8, 8), "int16")), "maskrcnn")
    return driver


def test_the_list_covers_the_library(packages: Any) -> None:
    import tomllib

    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {item.requirement for item in packages.read_requirements()}
    assert listed == set(project["dependencies"]) - {"rich>=13"}  # which only the command line needs
    assert all(item.use for item in packages.read_requirements())


def test_nothing_is_missing_here(packages: Any) -> None:
    assert packages.missing(network=True) == []
    packages.ensure(network=True)


@pytest.mark.parametrize(("version", "there"), [("2.4.4", False), ("3.0.1", True), ("4.0", False)])
def test_old_versions_are_missing(packages: Any, monkeypatch: Any, version: str, there: bool) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert packages._installed("pydicom>=3.0.1,<4") is there


def test_all_that_changes_is_said_and_declining_does_nothing(host: Any, packages: Any, driver: Any, pip: Pip) -> None:
    pip.brought = [
        packages.pip.Change("protobuf", "7.1", "5.0", 310_000, "files.pythonhosted.org"),
        packages.pip.Change("flatbuffers", "25.9"),
    ]
    host.answer.append(False)
    assert driver.find() is None
    ((_, text),) = host.messages
    assert "adds or replaces 4 packages, about 5 MB or more from files.pythonhosted.org:" in text
    assert "slicer.util.pip_uninstall('segno onnxruntime protobuf flatbuffers')" in text
    assert "segno 9.1 (2.4 MB): writing QR codes" in text
    assert "protobuf 7.1 (0.3 MB, replaces 5.0)" in text
    assert "flatbuffers 25.9 (size unknown)" in text
    assert "Nothing was done" in driver.ui.regionState.plainText
    assert pip.installed == []


def test_agreeing_installs_once_and_says_so_meanwhile(host: Any, packages: Any, driver: Any, pip: Pip) -> None:
    del packages
    install = pip.install

    def watched(changes: list[Any], folder: Path) -> None:
        pip.seen.append(driver.ui.regionState.plainText)
        install(changes, folder)

    driver.panel.desk.work.ensure_packages.__globals__["packages"].pip.install = watched
    host.answer.append(True)
    driver.find()
    driver.find()
    assert pip.installed == [["segno", "onnxruntime"]]
    assert pip.seen == ["Installing Python packages ..."]
    assert [kind for kind, _ in host.messages] == ["confirm"]
    assert "No body was found" in driver.ui.regionState.plainText  # the work went on afterwards


def test_the_network_runtime_is_only_needed_where_the_network_is_run(host: Any, packages: Any, pip: Pip) -> None:
    host.answer.append(True)
    packages.ensure(network=False)
    assert pip.installed == [["segno"]]


def test_an_optional_package_that_wants_another_numpy_is_left_out(host: Any, packages: Any, pip: Pip) -> None:
    pip.lacking |= {"pyjpegls>=1.4"}
    pip.refused = {"pyjpegls>=1.4"}
    host.answer.append(True)
    packages.ensure(network=False)
    assert pip.installed == [["segno"]]
    ((_, text),) = host.messages
    assert "they need other versions of packages in Slicer:\n  pyjpegls>=1.4: JPEG-LS files" in text
    packages.ensure(network=False)  # and nobody is asked again
    packages._LEFT_OUT_NOW.clear()  # not even after a new start
    packages.ensure(network=False)
    assert len(host.messages) == 1


def test_declining_what_is_only_optional_stops_no_work(host: Any, packages: Any, pip: Pip) -> None:
    pip.lacking = {"pyjpegls>=1.4"}
    host.answer.append(False)
    packages.ensure(network=False)
    packages.ensure(network=False)
    assert len(host.messages) == 1
    assert pip.installed == []


def test_what_cannot_be_had_beside_slicers_own_gets_a_sentence(packages: Any, pip: Pip) -> None:
    from StegoMedLib.errors import UnusableInputError

    pip.refused = {"segno>=1.6"}
    with pytest.raises(UnusableInputError, match=r"do not fit those of this Slicer.*Slicer 5\.10 or later"):
        packages.ensure(network=False)
    assert pip.installed == []


def test_cancel_while_downloading_installs_nothing(host: Any, packages: Any, driver: Any, pip: Pip) -> None:
    def press_cancel(_changes: object, _folder: object, alive: Any) -> None:
        assert driver.ui.findButton.text == "Cancel"
        assert driver.ui.regionState.plainText == "Downloading Python packages ..."
        driver.ui.findButton.click()
        alive()

    packages.pip.download = press_cancel
    host.answer.append(True)
    driver.find()
    assert driver.ui.regionState.plainText == "Cancelled; nothing was added or written."
    assert pip.installed == []


@pytest.mark.parametrize("now", [False, True])
def test_a_newer_pydicom_needs_a_restart_and_nothing_runs_before(
    host: Any, packages: Any, driver: Any, pip: Pip, monkeypatch: Any, now: bool
) -> None:
    import slicer

    pip.lacking = {"pydicom>=3.0.1,<4"}
    assert packages is not None
    monkeypatch.setitem(sys.modules, "pydicom", SimpleNamespace(__version__="2.4.4"))
    restarted: list[bool] = []
    monkeypatch.setattr(slicer.util, "restart", lambda: restarted.append(True))
    host.answer.extend([True, now])
    for _ in range(2):
        driver.find()
        assert "start Slicer again" in driver.ui.regionState.plainText
        assert "#b8770b" in driver.ui.regionState.styleSheet  # a success is not red
    assert restarted == [True] * now
    assert pip.installed == [["pydicom"]]
    driver.ui.embedButton.click()
    assert "no significant region" in driver.ui.embedState.plainText


WHEEL = "{name}-{version}-py3-none-any.whl"


def make_wheel(folder: Path, name: str, version: str, needs: str = "") -> Path:
    """A wheel of nothing but its name."""
    import zipfile

    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += f"Requires-Dist: {needs}\n" if needs else ""
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    path = folder / WHEEL.format(name=name, version=version)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: Any) -> Path:
    """A folder of wheels that pip alone knows, beside a distribution that Slicer seems to ship."""
    wheels, site, programs = tmp_path / "wheels", tmp_path / "site", tmp_path / "bin"
    for each in (wheels, programs, site / "shipped-1.0.dist-info"):
        each.mkdir(parents=True)
    (site / "shipped-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: shipped\nVersion: 1.0\n")
    make_wheel(wheels, "shipped", "2.0")
    make_wheel(wheels, "modest", "1.0", "helper")
    make_wheel(wheels, "helper", "3.0", "shipped")
    make_wheel(wheels, "greedy", "1.0", "shipped>=2")
    program = programs / "PythonSlicer"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{site}" exec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.syspath_prepend(str(site))
    return wheels


def test_pip_itself_keeps_what_is_there(host: Any, packages: Any, shop: Path, tmp_path: Path, monkeypatch: Any) -> None:
    import slicer

    assert host is not None
    pip = packages.pip
    looked: list[int] = []

    def alive() -> None:
        looked.append(1)

    assert pip.plan(["greedy>=1"], alive) is None
    changes = pip.plan(["modest>=1"], alive)
    assert {(each.name, each.version, each.before) for each in changes} == {
        ("helper", "3.0", ""),
        ("modest", "1.0", ""),
    }
    assert {each.size for each in changes} <= {path.stat().st_size for path in shop.iterdir()}
    replaced = pip.plan(["shipped>=2"], alive)
    assert [each.words for each in replaced] == ["shipped 2.0 (0.1 MB, replaces 1.0)"]
    assert looked

    target = tmp_path / "downloads"
    pip.download(changes, target, alive)
    assert {path.name.partition("-py3")[0] for path in target.iterdir()} == {"helper-3.0", "modest-1.0"}
    asked: list[list[str]] = []
    monkeypatch.setattr(slicer.util, "pip_install", asked.append)
    pip.install(changes, target)
    assert asked[0][:4] == ["--no-deps", "--no-index", "--find-links", str(target)]
    assert sorted(asked[0][4:]) == ["helper==3.0", "modest==1.0"]


def test_newer_slicers_install_in_their_own_window(packages: Any, monkeypatch: Any, tmp_path: Path) -> None:
    asked: list[tuple[list[str], dict[str, str]]] = []
    newer = SimpleNamespace(pip_install=lambda options, **more: asked.append((options, more)))
    monkeypatch.setitem(sys.modules, "slicer.packaging", newer)
    packages.pip.install([packages.pip.Change("segno", "1.6")], tmp_path)
    ((options, more),) = asked
    assert options[-1] == "segno==1.6"
    assert more == {"requester": "StegoMed"}


def test_a_failed_installation_gets_a_sentence(packages: Any, monkeypatch: Any, tmp_path: Path) -> None:
    import slicer

    from StegoMedLib.errors import UnusableInputError

    def fail(_: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(slicer.util, "pip_install", fail)
    with pytest.raises(UnusableInputError, match="could not be installed"):
        packages.pip.install([], tmp_path)


OPENING = """
import sys, time
sys.path[:0] = [{testing!r}]
from slicer_host import start
host = start()
before = set(sys.modules)
began = time.process_time()
assert host.load_module({module!r}) is not None
print(time.process_time() - began, *(set(sys.modules) - before))
"""


def test_opening_the_module_is_quick_and_imports_nothing_heavy() -> None:
    code = OPENING.format(testing=str(TOP / "Testing"), module=str(TOP / "StegoMed" / "StegoMed.py"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, *modules = done.stdout.split()
    assert float(seconds) < 0.5
    roots = {name.partition(".")[0] for name in modules}
    heavy = {"torch", "onnxruntime", "pydicom", "scipy", "skimage", "cryptography", "cv2", "matplotlib"}
    assert not roots & heavy
