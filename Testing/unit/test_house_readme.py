"""README and the pages of docs are held against the program: tables, commands, options, keys, links."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from StegoMedLib import errors
from StegoMedLib.cli.catalogue import COMMANDS, work_of
from StegoMedLib.cli.main import build_parser
from StegoMedLib.cli.streams import READER_GONE
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES
from StegoMedLib.lab.benchmark.safety import SafetySlice
from StegoMedLib.metrics import Quality

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

TOP = Path(__file__).parents[2]
MOST_BYTES = 12_288
PAGES = sorted(page.relative_to(TOP).as_posix() for page in (*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")))
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"`(--[a-z][a-z-]*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
NO_REPORT = {"audit", "keygen", "passphrase", "serve"}


@cache
def text(page: str) -> str:
    return (TOP / page).read_text(encoding="utf-8")


def table_after(page: str, heading: str) -> dict[str, str]:
    """Give the first two columns of the table that follows a text, without its head."""
    whole = text(page)
    rows = re.search(r"^\|.*?(?=\n\n|\n<!--)", whole[whole.index(heading) :], re.MULTILINE | re.DOTALL)
    assert rows, f"no table after {heading}"
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]]
    return {first: second for first, second, *_ in cells}


def headings(page: str) -> list[str]:
    """Give the headings of a page; blocks of code have none."""
    return re.findall(r"^#+ (.+)$", BLOCK.sub("", text(page)), re.MULTILINE)


def anchors(page: str) -> set[str]:
    """Give the anchors of the headings of a page, as the forge and mkdocs make them."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings(page)}


def shown(page: str) -> Iterator[str]:
    """Give the commands in blocks of code, without what a shell does with them."""
    for block in BLOCK.findall(text(page)):
        for line in block.splitlines():
            if line.startswith("stegomed "):
                yield re.split(r" [|>] ", line)[0]


SHOWN = sorted({command for page in PAGES for command in shown(page)})


def parts_of(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Give a parser and those below it, filled."""
    filled = getattr(parser, "filled", lambda: parser)()
    below = [each for action in filled._actions if isinstance(action.choices, dict) for each in action.choices.values()]
    return [filled, *(part for each in below for part in parts_of(each))]


@cache
def options() -> frozenset[str]:
    return frozenset(option for parser in parts_of(build_parser()) for option in parser._option_string_actions)


@cache
def names_in_the_library() -> frozenset[str]:
    """Give every word that the library writes or names: texts, attributes, arguments, fields."""
    found: set[str] = set()
    for path in (TOP / "StegoMedLib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for field in ("value", "attr", "arg", "id", "name"):
                word = getattr(node, field, None)
                found |= {word} if isinstance(word, str) else set()
    return frozenset(found)


def is_put_together(name: str, known: frozenset[str]) -> bool:
    """Tell whether a name is two that the library has, as in an f-string: median_ and share."""
    ends = [end for end in range(len(name)) if name[:end].endswith("_")]
    return any({name[:end], name[end:]} <= known for end in ends)


def test_the_readme_is_a_front_door() -> None:
    assert (TOP / "README.md").stat().st_size <= MOST_BYTES


def test_the_table_of_attributes_is_the_program_s() -> None:
    assert list(table_after("docs/security.md", "<!-- attributes").items()) == list(DEFAULT_ATTRIBUTES.items())


def test_the_table_of_exit_codes_is_the_program_s() -> None:
    codes = {getattr(errors, name).exit_code for name in errors.__all__} | {0, READER_GONE}
    assert {int(code) for code in table_after("docs/cli.md", "## Exit codes")} == codes
    described = re.findall(r"\b(\d+) [a-z]", build_parser().epilog or "")
    assert {int(code) for code in described} == codes


def test_the_table_of_metrics_names_every_measure_of_quality() -> None:
    named = set(re.findall(r"`(\w+)`", " ".join(table_after("docs/json.md", "### Metrics"))))
    assert {field.name for field in fields(Quality)} <= named


def test_every_key_of_a_judged_slice_is_described() -> None:
    assert {field.name for field in fields(SafetySlice)} <= set(re.findall(r"`(\w+)`", text("docs/json.md")))


def test_every_key_that_is_described_is_one_that_the_program_writes() -> None:
    named = set(re.findall(r"`([a-z][a-z0-9_]*)`", text("docs/json.md")))
    assert len(named) > 100
    known = names_in_the_library()
    unknown = {name for name in named - known if not is_put_together(name, known)}
    assert not unknown


def test_there_are_commands_to_check() -> None:
    assert len(SHOWN) > 20


@pytest.mark.parametrize("command", SHOWN)
def test_every_command_shown_is_one_that_the_program_takes(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "stegomed"
    parsed = build_parser().parse_args(arguments)
    assert callable(work_of(parsed.command).run)


@pytest.mark.parametrize("page", ["docs/cli.md", "docs/json.md"])
def test_every_command_of_the_program_has_its_part_of_the_page(page: str) -> None:
    named = {word for title in headings(page) for word in title.split()}
    commands = {name for name in COMMANDS if not set(name.split()) <= named}
    assert not commands - (NO_REPORT if page.endswith("json.md") else set())


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"docs/results.md", "CONTRIBUTING.md"}])
def test_every_option_named_is_one_that_the_program_takes(page: str) -> None:
    assert not set(OPTION.findall(text(page))) - options()


def test_every_make_target_shown_is_there() -> None:
    makefile = text("Makefile")
    targets = {target for page in PAGES for target in re.findall(r"(?:^|`)make (\w+)", text(page), re.MULTILINE)}
    assert {"demo", "test", "docs", "results", "architecture"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in (link for link in LINK.findall(BLOCK.sub("", text(page))) if "://" not in link):
        file, _, anchor = link.partition("#")
        target = (TOP / page).parent / file if file else TOP / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(TOP.resolve()).as_posix()), link


def test_every_picture_is_shown_somewhere() -> None:
    pictures = {f"Resources/Screenshots/{path.name}" for path in (TOP / "Resources" / "Screenshots").iterdir()}
    linked = {link.removeprefix("../") for page in PAGES for link in LINK.findall(text(page))}
    assert pictures <= linked


def test_a_broken_anchor_would_be_noticed() -> None:
    assert "what-is-promised-and-what-is-not" in anchors("docs/security.md")
    assert "what-nobody-promises" not in anchors("docs/security.md")
