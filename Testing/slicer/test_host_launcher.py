"""The launcher takes Slicer's options and ends with Slicer's status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LAUNCHER = Path(__file__).resolve().parents[1] / "slicer_host" / "SlicerFake" / "Slicer"

_MODULE = """
import qt, slicer
from slicer.ScriptedLoadableModule import *
class Small(ScriptedLoadableModule):
    def __init__(self, parent):
        super().__init__(parent)
        parent.title = "Small"
class SmallWidget(ScriptedLoadableModuleWidget):
    def setup(self):
        super().setup()
        self.button = qt.QPushButton("Divide")
        self.button.connect("clicked()", lambda: 1 / 0)
        self.layout.addWidget(self.button)
    def cleanup(self):
        print("cleaned up")
class SmallTest(ScriptedLoadableModuleTest):
    def test_passes(self):
        self.assertTrue(slicer.app.testingEnabled())
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "Small.py").write_text(_MODULE, encoding="utf-8")
    return folder


def slicer(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(_LAUNCHER), "--no-splash", "--testing", *map(str, arguments)],
        env={**os.environ, "SLICER_HOST_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_code_that_ends_well(modules: Path) -> None:
    code = "import slicer; slicer.util.getModuleWidget('Small'); print(slicer.modules.small.title)"
    done = slicer("--additional-module-paths", modules, "--python-code", code)
    assert (done.returncode, done.stdout.split("\n")[:2]) == (0, ["Small", "cleaned up"]), done.stderr


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('the code failed')", "the code failed"),
        ("import slicer; slicer.util.getModuleWidget('Small').button.click()", "ZeroDivisionError"),
        ("import slicer; slicer.util.exit(3)", ""),
        ("import slicer.testing as t; t.exitFailure('the test failed')", "the test failed"),
        ("import slicer.testing as t; t.runUnitTest([], 'os')", "os has no tests"),
    ],
)
def test_code_that_ends_badly(modules: Path, code: str, said: str) -> None:
    done = slicer("--additional-module-paths", modules, "--python-code", code)
    assert done.returncode != 0
    assert said in done.stderr


def test_a_unit_test_runs_as_ctest_runs_it(modules: Path) -> None:
    code = "import slicer.testing; slicer.testing.runUnitTest([], 'Small')"
    done = slicer("--additional-module-paths", modules, "--python-code", code)
    assert done.returncode == 0, done.stderr
    assert "test_passes" in done.stderr


def test_a_script_gets_its_arguments_and_no_window(modules: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys, slicer\nprint(sys.argv[1:], slicer.util.mainWindow())\n", encoding="utf-8")
    done = slicer("--no-main-window", "--additional-module-path", modules, "--python-script", script, "--a", "b")
    assert (done.returncode, done.stdout.strip()) == (0, "['--a', 'b'] None"), done.stderr


def test_a_helper_beside_the_modules_is_no_module(modules: Path) -> None:
    (modules / "helper.py").write_text("value = 1\n", encoding="utf-8")
    done = slicer("--additional-module-paths", modules, "--python-code", "pass")
    assert done.returncode == 1
    assert "has no attribute 'helper'" in done.stderr
