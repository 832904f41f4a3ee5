"""Files and functions stay small enough to be read at a glance; docstrings do not count as lines of a function."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path.relative_to(ROOT).as_posix() for part in ("StegoMedLib", "StegoMed") for path in (ROOT / part).rglob("*.py")
)

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1  # type: ignore[attr-defined, no-any-return]


def lines_of(function: Function) -> int:
    """Count the lines of a function from its name to its end, its own docstring aside."""
    documented = ast.get_docstring(function, clean=False) is not None
    return length(function) - (length(function.body[0]) if documented else 0)


def long_functions(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function) and lines_of(node) > MOST_LINES_OF_A_FUNCTION:
            yield f"{node.name} has {lines_of(node)} lines"


def test_a_file_has_one_idea_and_few_lines() -> None:
    lines = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert not {file: count for file, count in lines.items() if count > MOST_LINES}


def test_a_function_has_few_lines() -> None:
    found = {file: list(long_functions((ROOT / file).read_text(encoding="utf-8"))) for file in FILES}
    assert not {file: functions for file, functions in found.items() if functions}


@pytest.mark.parametrize(("lines", "long"), [(39, False), (40, True)])
def test_a_long_function_is_noticed(lines: int, long: bool) -> None:  # noqa: FBT001
    text = "class A:\n    def f(self):\n        '''Lines\n        that do not count.'''\n" + "        pass\n" * lines
    assert bool(list(long_functions(text))) is long
