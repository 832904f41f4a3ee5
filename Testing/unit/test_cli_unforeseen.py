"""A failure that nobody foresaw says where it came from, and nothing of what the images, records and people say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from unittest import mock

import pytest

from StegoMedLib.blocks import split_blocks
from StegoMedLib.cli import running
from StegoMedLib.cli.main import build_parser

if TYPE_CHECKING:
    import argparse

SECRET = "Doe^John hunter2"  # noqa: S105 the secret of the test


def _fail(arguments: argparse.Namespace) -> None:
    patient = {SECRET: arguments}
    try:
        split_blocks(cast("Any", SECRET))
    except Exception as error:
        raise KeyError(SECRET, patient) from error


@pytest.mark.parametrize("debug", [False, True])
def test_it_is_said_where_and_not_with_what(capsys: pytest.CaptureFixture[str], *, debug: bool) -> None:
    arguments = build_parser().parse_args(["extract", SECRET, *(["--debug"] if debug else [])])
    with mock.patch.object(running, "work_of", return_value=SimpleNamespace(run=_fail)):
        code = running.perform(arguments)

    said = capsys.readouterr().err
    assert code == 1
    assert SECRET not in said
    assert "hunter2" not in said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("An unexpected error stopped StegoMed (KeyError in StegoMedLib/")
    assert ("builtins.KeyError" in said) is debug
    assert ("StegoMedLib/blocks.py:" in said) is debug
    assert ("--debug" in said) is not debug
    assert len(said.splitlines()) == 1 or debug


def test_nobody_s_home_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = build_parser().parse_args(["extract", "a", "--debug"])
    with mock.patch.object(running, "work_of", return_value=SimpleNamespace(run=_fail)):
        running.perform(arguments)

    assert __file__ not in capsys.readouterr().err
