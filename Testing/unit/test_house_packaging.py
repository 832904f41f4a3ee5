"""What is packaged, for pip and for Slicer, is what is there; every dependency has its pin."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import StegoMedLib

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parents[2]
LIBRARY = TOP / "StegoMedLib"
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
SHIPPED = ("Models", "Standard")
"""Folders of Resources that the library finds at run time."""


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))


def cmake_list(file: Path, name: str) -> list[str]:
    found = re.search(rf"^set\({name}$(.*?)^  \)", file.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found, f"{file} has no list {name}"
    return found[1].split()


def files(folder: Path, pattern: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file())


def test_slicer_gets_every_file_of_the_product_and_none_of_the_laboratory() -> None:
    product = [name for name in files(LIBRARY, "*.py") if not name.startswith(("lab/", "training/"))]
    assert sorted(cmake_list(LIBRARY / "CMakeLists.txt", "LIBRARY_SCRIPTS")) == product, "run: make lists"


def test_slicer_gets_every_model_and_table() -> None:
    listed = cmake_list(LIBRARY / "CMakeLists.txt", "LIBRARY_RESOURCES")
    shipped = [f"../Resources/{kind}/{name}" for kind in SHIPPED for name in files(TOP / "Resources" / kind, "*")]
    assert sorted(listed) == shipped, "run: make lists"


def test_slicer_gets_every_file_of_the_module() -> None:
    module = TOP / "StegoMed"
    scripts = cmake_list(module / "CMakeLists.txt", "MODULE_PYTHON_SCRIPTS")
    assert sorted(scripts) == files(module, "*.py"), "run: make lists"
    listed = cmake_list(module / "CMakeLists.txt", "MODULE_PYTHON_RESOURCES")
    assert sorted(listed) == [f"Resources/{name}" for name in files(module / "Resources", "*")]


def test_pip_gets_every_package(settings: dict[str, Any]) -> None:
    folders = {path.parent.relative_to(TOP).as_posix().replace("/", ".") for path in LIBRARY.rglob("*.py")}
    assert set(settings["tool"]["setuptools"]["packages"]) == folders | {
        f"StegoMedLib.{kind.lower()}" for kind in SHIPPED
    }


def test_every_package_has_its_init() -> None:
    folders = {path.parent for path in LIBRARY.rglob("*.py")}
    assert not {str(folder) for folder in folders if not (folder / "__init__.py").exists()}


def test_the_version_is_one(settings: dict[str, Any]) -> None:
    assert settings["project"]["version"] == StegoMedLib.__version__


def requirements(settings: dict[str, Any]) -> list[Requirement]:
    project = settings["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return [item for item in map(Requirement, lines) if item.name != project["name"]]


def pins(python: str) -> dict[str, str]:
    """Give the versions of constraints.txt that count for a Python, by normalised name."""
    lines = (TOP / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for item in (Requirement(line) for line in lines if line and not line.startswith("#")):
        if item.marker is None or item.marker.evaluate({"python_version": python}):
            (specifier,) = item.specifier
            assert specifier.operator == "==", item
            name = item.name.lower().replace("_", "-")
            assert name not in found, f"{name} is pinned twice for Python {python}"
            found[name] = specifier.version
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_has_a_pin_in_its_range(settings: dict[str, Any], python: str) -> None:
    versions = pins(python)
    for item in requirements(settings):
        if item.marker is not None and not item.marker.evaluate({"python_version": python}):
            continue
        assert item.name in versions, f"constraints.txt has no {item.name} for Python {python}"
        assert item.specifier.contains(versions[item.name]), f"{item} is pinned to {versions[item.name]}"
