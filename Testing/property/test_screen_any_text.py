"""What is data is shown letter by letter on every way to the screen: never obeyed, hidden, markup or an emoji code."""

from __future__ import annotations

import io
import logging
import unicodedata
import warnings
from argparse import Namespace
from contextlib import redirect_stderr, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, cast
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from StegoMedLib.cli import running, screen
from StegoMedLib.cli.main import Parser
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.records import show_records
from StegoMedLib.cli.streams import Talk
from StegoMedLib.dicom import LeftOut
from StegoMedLib.envelope import FileRecord, HeaderRecord, TextRecord
from StegoMedLib.errors import NotEveryFileError, PersonMustLookError, UnusableInputError, UsageError
from StegoMedLib.pipeline.extract import ExtractReport
from StegoMedLib.plain import plain
from StegoMedLib.series.counting import FileCount

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import Record

ODD = [
    ":x:",
    "A:100:7",
    "[bold]b[/bold]",
    "[/]",
    "[link=file:///]a[/link]",
    "a\\[b]",
    "a\nb",
    "a\r\x1b[2Kb",
    "\x1b]0;t\x07",
    "\x9b31m",
    "a\u202etxt.exe",
    "\u2066x\u2069",
    "a\u200bb\ufeff",
    "x\u00ady",
    "\udcff.dcm",
    "\ud800",
    "a\u2028b",
    "a\u00a0b",
    "\u3164",
    "\ufe0f",
    "\u0301",
    "\U0001f3fb",
    "1\U000e0100",
    "$x$ %s {0}",
    "王小明 שלום",
]


def perform(work: Callable[[], None]) -> int:
    """Run a command that does `work`."""
    module = SimpleNamespace(run=lambda _: work())
    with mock.patch.object(running, "work_of", return_value=module):
        return running.perform(Namespace(command="extract", debug=True))


def failing(error: BaseException) -> None:
    def fail() -> None:
        raise error

    perform(fail)


def log(text: str) -> None:
    with mock.patch.object(logging.getLogger("StegoMedLib"), "propagate", False):  # noqa: FBT003  not to pytest
        perform(lambda: logging.getLogger("StegoMedLib.pipeline").warning("%s was left.", text))


def misuse(text: str) -> None:
    with suppress(SystemExit):
        Parser(prog="stegomed").error(text)


def records(record: Record) -> None:
    show_records(ExtractReport("fidelity", [record]), "Record")


def file_left_out(text: str) -> None:
    path = Path(text.replace("\0", ""))
    with suppress(NotEveryFileError):
        account_for(FileCount(1, [LeftOut(path, text)]), "read")


def progress(text: str) -> None:
    console = Console(file=cast("IO[str]", Talk()), force_terminal=True, no_color=True, width=200)
    with mock.patch.object(screen, "_console", console), screen.progress_bar(text):
        pass


def in_a_column(text: str) -> None:
    screen.show_table("t", [text], [["a cell that is as wide as twelve letters are when each of them is escaped" * 2]])


WAYS: dict[str, Callable[[str], None]] = {
    "a sentence": screen.say,
    "a cell": lambda text: screen.show_table("t", ["c"], [[text]]),
    "a column": in_a_column,
    "a header record": lambda text: records(HeaderRecord({"PatientID": text})),
    "a text record": lambda text: records(TextRecord(text)),
    "a file record": lambda text: records(FileRecord(text, b"x")),
    "an error": lambda text: failing(UnusableInputError(text)),
    "reasons to look": lambda text: failing(PersonMustLookError("a", text)),
    "a warning of ours": log,
    "a mistake in the arguments": misuse,
    "a file that is left out": file_left_out,
    "a progress bar": progress,
}
TEXTS = st.text(min_size=1, max_size=12) | st.sampled_from(ODD)
NO_RECORDS = (UsageError, UnicodeEncodeError)
"""What has no record: halves of letters."""


def said(way: Callable[[str], None], text: str) -> str:
    with redirect_stderr(io.StringIO()) as stream, suppress(*NO_RECORDS):
        way(text)
    return stream.getvalue()


@pytest.mark.parametrize("way", WAYS)
@given(text=TEXTS)
def test_the_screen_shows_every_letter_and_obeys_none(way: str, text: str) -> None:
    shown = said(WAYS[way], text)

    if "record" in way and not shown:
        return
    frame = "\x1b\r" if way == "a progress bar" else ""
    assert not {letter for letter in shown if is_unseen(letter)} - {"\n", *frame}
    assert plain(text).strip() in shown


def is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or letter in "\xa0\u3164\ufe0f"


@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"a file record"}))
@pytest.mark.parametrize("text", ["A:100:7", "Doe:x:", "[bold]x[/bold]", "[/]", ":warning:", "a\\[b]"])
def test_codes_of_emoji_and_markup_are_letters(way: str, text: str) -> None:
    assert text in said(WAYS[way], text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\t", r"a\nb\r\t"),
        ("\x1b[2K\x9b", r"\x1b[2K\x9b"),
        ("a\u202eb\u200b", r"a\u202eb\u200b"),
        ("\udcff.dcm", r"\xff.dcm"),
        ("\ud800", r"\ud800"),
        ("\U000e0100", r"\U000e0100"),
        ("a\xa0b c", r"a\xa0b c"),
        ("王小明 שלום Ḱe\u0301", "王小明 שלום Ḱe\u0301"),
        ("C:\\x1b", r"C:\x1b"),
    ],
)
def test_what_nobody_sees_is_written_as_an_escape(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(text=st.text())
def test_plain_text_is_one_line_that_can_be_encoded_and_stays(text: str) -> None:
    once = plain(text)

    assert len(once.splitlines()) <= 1
    assert once.encode().decode() == plain(once)


def test_what_other_libraries_say_is_not_said() -> None:
    def chatter() -> None:
        logging.getLogger("pydicom").warning("Invalid value Doe^John")
        warnings.warn("Invalid value Doe^John", UserWarning, stacklevel=1)

    with redirect_stderr(io.StringIO()) as stream:
        assert perform(chatter) == 0

    assert not stream.getvalue()
