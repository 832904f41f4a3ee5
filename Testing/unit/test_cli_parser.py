"""Options are taken by their full names, and what may be a passphrase is never said aloud."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.cli.main import Parser, build_parser, main

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "hunter2"  # noqa: S105 the secret of the test


@pytest.mark.parametrize(
    "arguments",
    [
        ("embed", "a", "b", "--passphrase", SECRET),
        ("embed", "a", "b", f"--passphrase={SECRET}"),
        ("embed", "a", "--passphrase", SECRET),
        ("extract", "--passphrase", SECRET, "a"),
        ("extract", "a", f"--passphrase{SECRET}"),
        ("extract", "a", "--pass", SECRET),
        ("extract", "a", f"--pass={SECRET}"),
        ("extract", "a", "--password", SECRET),
        ("extract", "a", "--Passphrase", SECRET),
        ("extract", "a", "--passphrase_file", SECRET),
        ("extract", "a", "-p", SECRET),
        ("extract", "a", f"-p{SECRET}"),
        ("extract", "a", f"-p={SECRET}"),
        ("-p", SECRET, "extract", "a"),
        ("--passphrase", SECRET, "extract", "a"),
        ("demo", "--passphrase", SECRET),
        ("benchmark", "--passphrase", SECRET),
        ("passphrase", "--passphrase", SECRET),
    ],
)
def test_a_passphrase_among_the_arguments_is_not_repeated(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()
    assert left.value.code == 2
    assert SECRET not in said.out + said.err
    assert "--passphrase-file" in said.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("extract", "a", f"--secret={SECRET}"), "--secret"),
        (("extract", "a", "--secret", SECRET), "--secret"),
        (("extract", "a", "-k", SECRET), "-k"),
        (("extract", "a", f"-k{SECRET}"), "-k"),
        (("extract", "a", f"--passphrase-file={SECRET}", SECRET, SECRET), "more arguments"),
    ],
)
def test_the_value_of_an_unknown_option_is_not_repeated(
    arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    said = capsys.readouterr()
    assert left.value.code == 2
    assert SECRET not in said.out + said.err
    assert named in said.err.splitlines()[-1]


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, those of its commands, and those of theirs."""
    if isinstance(parser, Parser):
        parser.filled()
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _parsers(each)


def test_no_parser_takes_abbreviations() -> None:
    parsers = list(_parsers(build_parser()))
    assert len(parsers) > 12
    assert not [parser.prog for parser in parsers if parser.allow_abbrev]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--vers", "extract", "a"),
        ("extract", "a", "--fin", "threshold"),
        ("embed", "a", "b", "--over"),
        ("embed", "a", "b", "--weak"),
        ("benchmark", "peers", "--data", "a", "--out", "b", "--slic", "1"),
    ],
)
def test_an_abbreviation_is_an_unknown_option(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "--" in capsys.readouterr().err.splitlines()[-1]
