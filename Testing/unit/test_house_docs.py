"""What is made stays as it was made: results, the drawing of imports. What forges read is true: workflows, citation."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import StegoMedLib
from Testing.docs import imports_drawing, network_drawing, results
from Testing.docs.imports_drawing import arrows, boxes, drawn
from Testing.docs.result_tables import BLOCKS
from Testing.unit.test_layers import LIBRARY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parents[2]
PAGE = results.PAGE.read_text(encoding="utf-8")
MEASUREMENTS = sorted(path.stem for path in results.FOLDER.iterdir())
CONTRIBUTING = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGES = re.findall(r"^\| (.+) \| (.+) \| (.*) \|$", CONTRIBUTING.partition("<!-- changes")[2], re.MULTILINE)[2:]
MOST_FILES = 3
JOBS = {"library": {"test", "documentation"}, "release": {"build", "attach", "publish"}}


def workflow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((TOP / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def test_the_results_are_those_of_the_measurements() -> None:
    assert results.filled(PAGE) == PAGE, "run: make results"


def test_every_measurement_is_shown() -> None:
    marked = {name for _, name, _ in results.MARKED.findall(PAGE)}
    used = {file for name in marked for file in (BLOCKS[name][0] if name in BLOCKS else (name,))}
    assert used == set(MEASUREMENTS)


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_says_where_it_comes_from(name: str) -> None:
    found = results.measurement(name)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])
    assert re.search(r"stegomed benchmark|Testing/(?:benchmarks|campaigns)/\w+\.py", found["command"])
    assert ("measured" in found) != ("printed" in found)
    assert "measured" in found or "as it was printed" in found["note"]


def test_no_figure_of_the_results_is_typed() -> None:
    typed = results.MARKED.sub("", PAGE)
    assert not re.findall(r"\d+\.\d+|\d+ (?:dB|ms|MiB|s)\b", typed)


def test_what_is_taken_is_kept_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    (tmp_path / "written").write_text('{"lengths": [], "share": 0.123456789}', encoding="utf-8")
    results.take("memory", tmp_path / "written", "python Testing/benchmarks/bench_memory.py", "Two cores.")
    found = results.measurement("memory")
    assert found["measured"] == {"lengths": [], "share": 0.123457}
    where = f"{found['date']}, StegoMed {StegoMedLib.__version__}. Two cores."
    assert results.source(found) == f"*`python Testing/benchmarks/bench_memory.py`, {where}*"


def test_the_drawing_of_imports_is_up_to_date() -> None:
    assert imports_drawing.DRAWING.read_text(encoding="utf-8") == imports_drawing.svg(), "run: make architecture"


def test_the_drawing_of_the_network_is_up_to_date() -> None:
    assert network_drawing.DRAWING.read_text(encoding="utf-8") == network_drawing.svg()


def test_the_list_of_imports_is_up_to_date() -> None:
    page = imports_drawing.PAGE.read_text(encoding="utf-8")
    assert imports_drawing.page(page) == page, "run: make architecture"


def test_every_arrow_runs_down_so_that_none_runs_in_a_circle() -> None:
    places = boxes()
    assert set(drawn()) <= {(start, end) for start, ends in arrows().items() for end in ends}
    assert not [(start, end) for start, ends in arrows().items() for end in ends if places[start].y >= places[end].y]


def test_every_package_is_drawn_once() -> None:
    folders = {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert folders | {"StegoMed", imports_drawing.FACE, imports_drawing.BASE} == set(boxes())


def test_the_drawing_leaves_out_only_what_other_arrows_make() -> None:
    reached = {start: set(ends) for start, ends in arrows().items()}
    made: dict[str, set[str]] = {name: set() for name in reached}
    for start, end in sorted(drawn(), key=lambda arrow: -boxes()[arrow[0]].y):
        made[start] |= {end} | made[end]
    assert all(ends <= made[start] for start, ends in reached.items())


def test_there_are_ten_changes() -> None:
    assert len(CHANGES) == 10


@pytest.mark.parametrize(("change", "program", "pages"), CHANGES)
def test_a_change_touches_few_files_that_exist(change: str, program: str, pages: str) -> None:
    files = re.findall(r"`([^`]+)`", program)
    assert 1 <= len(files) <= MOST_FILES, change
    for file in (*files, *re.findall(r"`([^`]+)`", pages)):
        assert (TOP / file).exists() or ("<name>" in file and (TOP / file).parent.is_dir()), file


def test_the_places_that_the_architecture_names_are_there() -> None:
    table = imports_drawing.PAGE.read_text(encoding="utf-8").partition("## Where each thing lives")[2]
    places = re.findall(r"`([\w/.]+/[\w.]*)`", table)
    assert len(places) > 30
    assert not [place for place in places if not (LIBRARY / place).exists() and not (TOP / place).exists()]


@pytest.mark.parametrize("name", JOBS)
def test_a_workflow_has_its_jobs(name: str) -> None:
    found = workflow(name)
    assert found["name"] == name
    assert set(found["jobs"]) == JOBS[name]
    assert found["permissions"] == {"contents": "read"}
    for job in found["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert all(set(step) & {"uses", "run"} for step in job["steps"])


def test_the_library_is_tested_on_every_system_and_python() -> None:
    matrix = workflow("library")["jobs"]["test"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.10", "3.11", "3.12", "3.13"]


def test_a_release_follows_from_a_tag_alone() -> None:
    assert workflow("release")[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 takes the word `on` for a truth


def test_the_hooks_before_a_commit_run_what_make_test_runs() -> None:
    settings = yaml.safe_load((TOP / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in settings["repos"] for hook in repo["hooks"]]
    assert [hook["id"] for hook in hooks] == ["ruff", "ruff-format", "mypy"]
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    for hook in hooks:
        command = hook["entry"].removeprefix(".venv-test/").removesuffix(" --force-exclude")
        assert f"$(TEST_ENV)/{command}" in makefile


def test_what_is_cited_is_this_version_and_the_paper() -> None:
    cited = yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    assert cited["version"] == StegoMedLib.__version__
    assert cited["license"] == settings["project"]["license"]
    assert cited["references"][0]["doi"] in (TOP / "README.md").read_text(encoding="utf-8")


def test_the_site_has_every_page() -> None:
    settings = yaml.safe_load((TOP / "mkdocs.yml").read_text(encoding="utf-8"))
    parts = [part for group in settings["nav"] for part in group.values()]
    shown = {
        page
        for part in parts
        for each in ([part] if isinstance(part, str) else part)
        for page in ([each] if isinstance(each, str) else each.values())
    }
    assert {path.name for path in (TOP / "docs").glob("*.md")} <= shown
