"""The README is held against the program: its tables, its commands, its links."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from StegoMedLib import errors
from StegoMedLib.cli.catalogue import work_of
from StegoMedLib.cli.main import build_parser
from StegoMedLib.cli.streams import READER_GONE
from StegoMedLib.dicom import DEFAULT_ATTRIBUTES
from StegoMedLib.metrics import Quality

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^stegomed (?!COMMAND).+$", README, re.MULTILINE)


def table_after(heading: str) -> dict[str, str]:
    """Give the first two columns of the table that follows a text, without its head."""
    rows = re.search(r"^\|.*?(?=\n\n|\n<!--)", README[README.index(heading) :], re.MULTILINE | re.DOTALL)
    assert rows, f"no table after {heading}"
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[0].splitlines()[2:]]
    return {first: second for first, second, *_ in cells}


def test_the_table_of_attributes_is_the_program_s() -> None:
    assert list(table_after("<!-- attributes").items()) == list(DEFAULT_ATTRIBUTES.items())


def test_the_table_of_exit_codes_is_the_program_s() -> None:
    codes = {getattr(errors, name).exit_code for name in errors.__all__} | {0, READER_GONE}
    assert {int(code) for code in table_after("### Exit codes")} == codes
    described = re.findall(r"\b(\d+) [a-z]", build_parser().epilog or "")
    assert {int(code) for code in described} == codes


def test_the_table_of_metrics_names_every_measure_of_quality() -> None:
    named = set(re.findall(r"`(\w+)`", " ".join(table_after("`metrics` holds"))))
    assert {field.name for field in fields(Quality)} <= named


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) > 8


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_one_that_the_program_takes(command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "stegomed"
    parsed = build_parser().parse_args(arguments)
    assert callable(work_of(parsed.command).run)


def test_every_command_of_the_program_is_shown_or_named() -> None:
    names = re.findall(r"^    (\w+) {2,}", build_parser().format_help(), re.MULTILINE)
    assert len(names) >= 8
    assert not [name for name in names if f"**`{name}`**" not in README]


def test_every_make_target_shown_is_there() -> None:
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make (\w+)", README, re.MULTILINE))
    assert {"demo", "test"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


def test_every_link_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    headings = {f"#{title.lower().replace(' ', '-')}" for title in re.findall(r"^#+ ([\w ]+)$", README, re.MULTILINE)}
    assert links
    assert not [link for link in links if link not in headings and not (TOP / link).exists()]
