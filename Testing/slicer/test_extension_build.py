"""The extension is configured, built, tested, packed, and its package runs elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_FAKE = _ROOT / "Testing" / "slicer_host" / "SlicerFake"
_PARTS = ("CMakeLists.txt", "StegoMed", "StegoMedLib", "Resources")
_UNPACKAGED = ("StegoMedLib/lab", "StegoMedLib/training")
_TOOLS = Path(sys.executable).parent

pytestmark = pytest.mark.skipif(
    shutil.which("c++") is None, reason="CMake's project() looks for a compiler, and there is none"
)


def run(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program with CMake's tools on its path and the launcher on this Python."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PATH": f"{_TOOLS}{os.pathsep}{os.environ['PATH']}", "SLICER_HOST_PYTHON": sys.executable}
    return subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def copy_sources(folder: Path) -> Path:
    """The extension's files, as a checkout has them."""
    for name in _PARTS:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(_ROOT / name, folder / name)
    return folder


def configure(source: Path, build: Path) -> subprocess.CompletedProcess[str]:
    settings = f"-DSlicer_DIR={_FAKE}", f"-DSLICER_FAKE_UNPACKAGED={';'.join(_UNPACKAGED)}"
    return run("cmake", "-S", source, "-B", build, "-G", "Ninja", *settings, folder=source)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_sources(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def build(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built."""
    folder = tmp_path_factory.mktemp("build")
    for done in (configure(source, folder), run("cmake", "--build", folder, folder=folder)):
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def package(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, unpacked elsewhere; the folder of its modules."""
    done = run("cpack", folder=build)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = build.glob("StegoMed-*.tar.gz")
    folder = tmp_path_factory.mktemp("elsewhere")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (modules,) = folder.glob("*/lib/Slicer-*/qt-scripted-modules")
    return modules


def test_the_tests_of_the_build_tree_pass(build: Path) -> None:
    done = run("ctest", "--output-on-failure", folder=build)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "py_StegoMed" in done.stdout
    assert "py_nomainwindow_qSlicerStegoMedModuleGenericTest" in done.stdout


def test_the_package_holds_every_file_of_the_product_and_every_resource(package: Path, source: Path) -> None:
    packed = {str(each.relative_to(package)) for each in package.rglob("*") if each.is_file()}
    library = {str(each.relative_to(source)) for each in (source / "StegoMedLib").rglob("*.py")}
    shipped = [each for kind in ("Models", "Standard") for each in (source / "Resources" / kind).rglob("*")]
    resources = {str(each.relative_to(source)) for each in shipped if each.is_file()}
    laboratory = {each for each in library if each.startswith(tuple(f"{part}/" for part in _UNPACKAGED))}
    assert laboratory
    assert (library - laboratory) | resources <= packed
    assert not laboratory & packed
    assert not [each for each in packed if "__pycache__" in each or each.startswith("Testing")]


def test_the_unpacked_package_runs_the_panel(package: Path, tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text(
        "import pathlib, slicer, StegoMedLib\n"
        "slicer.util.selectModule('StegoMed')\n"
        "slicer.app.processEvents()\n"
        "panel = slicer.util.getModuleWidget('StegoMed')\n"
        "assert panel.parent.isVisible()\n"
        f"here = pathlib.Path({str(package)!r})\n"
        "assert pathlib.Path(StegoMedLib.__file__).is_relative_to(here), StegoMedLib.__file__\n"
        "assert pathlib.Path(slicer.util.modulePath('StegoMed')).is_relative_to(here)\n"
        "print('the panel is open')\n",
        encoding="utf-8",
    )
    done = run(
        _FAKE / "Slicer", "--testing", "--additional-module-path", package, "--python-script", script, folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "the panel is open" in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "StegoMedLib/codec/forgotten.py",
        "StegoMed/forgotten.py",
        "Resources/Models/forgotten.onnx",
        "Resources/Standard/forgotten.csv",
    ],
)
def test_a_file_that_is_not_listed_fails_the_build(name: str, build: Path, source: Path) -> None:
    forgotten = source / name
    forgotten.write_text("", encoding="utf-8")
    try:
        done = run("cmake", "--build", build, folder=build)
    finally:
        forgotten.unlink()
    assert done.returncode != 0
    assert "forgotten" in done.stdout + done.stderr
    assert "listed in no SCRIPTS" in " ".join((done.stdout + done.stderr).split())
    again = run("cmake", "--build", build, folder=build)
    assert again.returncode == 0, again.stdout + again.stderr


def test_a_listed_file_that_does_not_exist_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    copy_sources(tmp_path / "source")
    (tmp_path / "source" / "StegoMedLib" / "errors.py").unlink()
    done = configure(tmp_path / "source", tmp_path / "build")
    assert done.returncode != 0
    assert "nonexistent file or directory 'errors.py'" in " ".join(done.stderr.split())
