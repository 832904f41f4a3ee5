"""What a profile is stands in one registry; everybody reads it there, and nobody asks for a profile by its name."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.choices import MODES, REPLICATE, SPREAD
from StegoMedLib.cli.syntax.common import add_profile
from StegoMedLib.codec.profiles import (
    BLIND,
    DEFAULT_PROFILE,
    PROFILES,
    larger_than,
    profile_info,
    profiles_with,
)
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.coding import coding

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = Path(__file__).parents[2]
LIBRARY = TOP / "StegoMedLib"
PRODUCT = [
    path
    for path in [*LIBRARY.rglob("*.py"), *(TOP / "StegoMed").rglob("*.py")]
    if path.relative_to(TOP).parts[1] not in ("lab", "training")
]
TABLE_ROW = re.compile(r"^\| `(?P<name>\w+)`(?P<default> \(default\))? \| (?P<sentence>[^|]+) \| (?P<modes>[^|]+) \|")


def text_of(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def asked_by_name(source: str) -> Iterator[int]:
    """Lines that ask which profile it is: comparisons, patterns, members of an enumeration, tables by name."""
    for node in ast.walk(ast.parse(source)):
        names: set[str] = set()
        if isinstance(node, ast.Compare | ast.MatchValue):
            names = text_of(node)
            members = [each for each in ast.walk(node) if isinstance(each, ast.Attribute)]
            names |= {each.attr for each in members if ast.unparse(each.value).endswith(("Profile", "Reading"))}
        elif isinstance(node, ast.Dict):
            names = {
                text for key in node.keys if isinstance(key, ast.Constant) for text in text_of(key)
            } & PROFILES.keys()
            names = names if len(names) > 1 else set()
        elif isinstance(node, ast.Subscript):
            names = text_of(node.slice)
        if names & PROFILES.keys():
            yield getattr(node, "lineno", 0)


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: path.relative_to(TOP).as_posix())
def test_nobody_asks_for_a_profile_by_its_name(path: Path) -> None:
    assert not list(asked_by_name(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "source",
    [
        'if profile == "capacity": pass',
        'strong = name not in ("fidelity", "robust")',
        'match name:\n    case "saidi2024": pass',
        "visible = parameters.profile is Profile.robust",
        'most = {"capacity": 64, "robust": 1}',
        'words = MEANINGS["robust"]',
    ],
)
def test_a_question_by_name_is_noticed(source: str) -> None:
    assert list(asked_by_name(source))


def test_names_of_profiles_stand_in_the_registry_and_in_the_codec_alone() -> None:
    elsewhere = {
        path.relative_to(TOP).as_posix()
        for path in PRODUCT
        if "codec" not in path.parts
        if text_of(ast.parse(path.read_text(encoding="utf-8"))) & {"fidelity", "robust", "saidi2024"}
    }
    assert not elsewhere


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_can_be_made(name: str) -> None:
    made = coding(name, bytes(32), beta=100.0, strength=36.0)
    assert made.info is PROFILES[name]
    assert made.info.name == name
    assert made.info.modes[0] == REPLICATE
    assert set(made.info.modes) <= set(MODES)
    assert made.info.sentence.endswith(".")


def test_a_profile_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=f"'none'; choose one of {', '.join(PROFILES)}"):
        profile_info("none")


def test_profiles_are_found_by_what_they_can() -> None:
    assert profiles_with(mode=SPREAD) == ("fidelity", "capacity", "reversible")
    assert profiles_with(tuning="strength") == ("robust",)
    assert larger_than("fidelity", SPREAD) == "capacity"
    assert larger_than("capacity", SPREAD) == ""


def test_only_profiles_that_need_no_mask_are_found_by_themselves() -> None:
    assert tuple(name for name, info in PROFILES.items() if not info.needs_mask) == BLIND
    assert DEFAULT_PROFILE in BLIND


def test_profiles_that_add_up_votes_do_not_spread() -> None:
    assert not [name for name, info in PROFILES.items() if info.votes and SPREAD in info.modes]


def test_the_command_line_offers_the_registry_s_profiles() -> None:
    parser = argparse.ArgumentParser()
    add_profile(parser)
    (option,) = [action for action in parser._actions if action.dest == "profile"]
    assert list(option.choices or ()) == list(PROFILES)
    assert option.default == DEFAULT_PROFILE


def test_the_registry_is_light() -> None:
    code = "import sys, StegoMedLib.codec.profiles; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True, check=True)
    assert not {name.split(".")[0] for name in done.stdout.split()} & {"numpy", "scipy", "cryptography"}


def test_the_table_of_profiles_is_the_registry_s() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (TOP / "README.md", *(TOP / "docs").glob("*.md"))]
    rows = [found for text in texts for line in text.splitlines() if (found := TABLE_ROW.match(line))]
    listed = [row for row in rows if row["name"] in PROFILES]
    assert [row["name"] for row in listed] == list(PROFILES)
    assert [row["name"] for row in listed if row["default"]] == [DEFAULT_PROFILE]
    assert [row["sentence"] for row in listed] == [info.sentence for info in PROFILES.values()]
    assert [row["modes"] for row in listed] == [", ".join(info.modes) for info in PROFILES.values()]
