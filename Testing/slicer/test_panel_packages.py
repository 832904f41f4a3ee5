"""Missing Python packages are named, asked for once, and installed when the user agrees; never at the start."""

from __future__ import annotations

import importlib
import importlib.metadata
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("slicer_core")

TOP = Path(__file__).parents[2]


@pytest.fixture
def packages(panel: Any) -> Any:
    assert panel is not None
    return importlib.import_module("StegoMedPanel.packages")


@pytest.fixture
def lacking(packages: Any, monkeypatch: Any) -> set[str]:
    """Requirements that seem to be missing; the installer empties it."""
    names = {"segno>=1.6", "onnxruntime>=1.17"}
    monkeypatch.setattr(packages, "_installed", lambda requirement: requirement not in names)
    return names


def test_the_list_covers_the_library(packages: Any) -> None:
    import tomllib

    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = {item.requirement for item in packages.read_requirements()}
    assert listed == set(project["dependencies"]) - {"rich>=13"}  # which only the command line needs
    assert all(item.megabytes > 0 and item.use for item in packages.read_requirements())


def test_nothing_is_missing_here(packages: Any) -> None:
    assert packages.missing(network=True) == []
    packages.ensure(network=True)


@pytest.mark.parametrize(("version", "there"), [("2.4.4", False), ("3.0.1", True), ("4.0", False)])
def test_old_versions_are_missing(packages: Any, monkeypatch: Any, version: str, there: bool) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert packages._installed("pydicom>=3.0.1,<4") is there


def test_declining_does_nothing(host: Any, panel: Any, lacking: set[str]) -> None:
    import slicer
    from panel_driver import Driver

    driver = Driver(host, panel)
    driver.choose(slicer.util.addVolumeFromArray(__import__("numpy").zeros((1, 8, 8), "int16")), "maskrcnn")
    host.answer.append(False)
    assert driver.find() is None
    ((_, text),) = host.messages
    assert "segno>=1.6  (1 MB, writing QR codes)" in text
    assert "about 26 MB" in text
    assert "Nothing was done" in driver.ui.regionState.plainText
    assert len(lacking) == 2


def test_agreeing_installs_once(host: Any, packages: Any, lacking: set[str], monkeypatch: Any) -> None:
    import slicer

    asked: list[Any] = []

    def pip_install(wanted: list[str]) -> None:
        asked.append(wanted)
        lacking.clear()

    monkeypatch.setattr(slicer.util, "pip_install", pip_install)
    host.answer.append(True)
    packages.ensure(network=False)
    packages.ensure(network=False)
    assert asked == [["segno>=1.6"]]  # ONNX Runtime only where the network is run
    assert len(host.messages) == 1


def test_slicer_packaging_is_used_where_it_is(host: Any, packages: Any, lacking: set[str], monkeypatch: Any) -> None:
    asked: list[Any] = []

    def pip_install(wanted: list[str], *, requester: str) -> None:
        asked.append((wanted, requester))
        lacking.clear()

    monkeypatch.setitem(sys.modules, "slicer.packaging", SimpleNamespace(pip_install=pip_install))
    host.answer.append(True)
    packages.ensure(network=True)
    assert asked == [(["segno>=1.6", "onnxruntime>=1.17"], "StegoMed")]


@pytest.mark.parametrize("failure", ["raises", "silent"])
def test_a_failed_installation_gets_a_sentence(
    host: Any, packages: Any, lacking: set[str], monkeypatch: Any, failure: str
) -> None:
    import slicer

    from StegoMedLib.errors import UnusableInputError

    def fail(_: object) -> None:
        if failure == "raises":
            raise subprocess.CalledProcessError(1, "pip")

    assert lacking
    monkeypatch.setattr(slicer.util, "pip_install", fail)
    host.answer.append(True)
    with pytest.raises(UnusableInputError, match="could not be installed"):
        packages.ensure(network=False)


def test_a_newer_pydicom_needs_a_restart(host: Any, packages: Any, lacking: set[str], monkeypatch: Any) -> None:
    import slicer

    from StegoMedLib.errors import UnusableInputError

    lacking |= {"pydicom>=3.0.1,<4"}
    monkeypatch.setitem(sys.modules, "pydicom", SimpleNamespace())
    monkeypatch.setattr(slicer.util, "pip_install", lambda _: lacking.clear())
    host.answer.append(True)
    with pytest.raises(UnusableInputError, match="start Slicer again"):
        packages.ensure(network=False)


OPENING = """
import sys, time
sys.path[:0] = [{testing!r}]
from slicer_host import start
host = start()
before = set(sys.modules)
began = time.perf_counter()
assert host.load_module({module!r}) is not None
print(time.perf_counter() - began, *(set(sys.modules) - before))
"""


def test_opening_the_module_is_quick_and_imports_nothing_heavy() -> None:
    code = OPENING.format(testing=str(TOP / "Testing"), module=str(TOP / "StegoMed" / "StegoMed.py"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, *modules = done.stdout.split()
    assert float(seconds) < 0.5
    roots = {name.partition(".")[0] for name in modules}
    heavy = {"torch", "onnxruntime", "pydicom", "scipy", "skimage", "cryptography", "cv2", "matplotlib"}
    assert not roots & heavy
