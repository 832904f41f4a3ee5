"""Whatever name a sender gives a file, it is saved under one that is harmless on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from StegoMedLib.envelope import FileRecord
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.pipeline.extract import ExtractReport, save_files
from StegoMedLib.series.file_names import harmless_name, unused_name

DEVICES = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
DEVICES += [f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"]
ANY_CASE = st.sampled_from([*DEVICES, *(name.lower() for name in DEVICES), "Con", "nUl", "cOm1"])
NAMES = st.text(max_size=300) | st.builds(
    "{}{}{}".format, ANY_CASE, st.sampled_from(["", " ", ".", " . "]), st.sampled_from(["", ".txt", ".tar.gz", ". x"])
)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(NAMES)
@example("\u202e\u200b")
@example("x" * 254 + ".\u202e ." + "y" * 40)
@example("NUL" + " " * 300 + ".txt")
@example("\N{FULLWIDTH FULL STOP}\N{NO-BREAK SPACE}.\N{NO-BREAK SPACE}")
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    kept = harmless_name(name)

    assert 1 <= len(kept.encode()) <= 255
    assert len(kept.encode("utf-16-le")) <= 2 * 255
    assert kept.isprintable()
    assert not set(kept) & set('/\\<>:"|?*')
    assert not kept.startswith((".", " "))
    assert not kept.endswith((".", " "))
    assert kept.split(".")[0].rstrip().upper() not in DEVICES
    assert harmless_name(kept) == kept


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["a.txt", "A.TXT", "a-1.txt", "a-2.TXT", "é.x", "e\u0301.X", "straße", "STRASSE"])))
def test_no_two_names_are_one_on_any_disk(names: list[str]) -> None:
    used: list[str] = []
    for name in names:
        used.append(unused_name(harmless_name(name), used))

    folded = {unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold()) for name in used}
    assert len(folded) == len(names)
    endings = [Path(harmless_name(name)).suffix for name in names]
    assert [Path(name).suffix for name in used] == endings


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("NUL .tar.gz", "_NUL .tar.gz"),
        ("Com¹.txt", "_Com¹.txt"),
        ("LPT0", "_LPT0"),
        ("conin$", "_conin$"),
        ("CONTENT.txt", "CONTENT.txt"),
        ("COM10", "COM10"),
        (".bashrc", "bashrc"),
        ("..", "record"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("C:\\Users\\x\\letter.txt", "letter.txt"),
        ("/etc/passwd", "passwd"),
        ("letter.txt:hidden", "letter.txthidden"),
        ("e\u0301.txt", "é.txt"),
        ("", "record"),
    ],
)
def test_names_that_would_do_harm(name: str, kept: str) -> None:
    assert harmless_name(name) == kept


@pytest.mark.parametrize("letter", ["x", "ä", "患", "\N{GRINNING FACE}"])
def test_a_long_name_keeps_its_ending_also_with_a_number(letter: str) -> None:
    first = harmless_name(letter * 300 + ".dcm")
    second = unused_name(first, [first])

    for name in (first, second):
        assert 250 <= len(name.encode()) <= 255
        assert name.endswith(".dcm")
    assert second.endswith("-2.dcm")
    assert len(harmless_name("x." + "y" * 300)) == 255


def test_a_record_is_saved_under_a_harmless_name(tmp_path: Path) -> None:
    records = [FileRecord(name, bytes([number])) for number, name in enumerate(["nul.txt", "NUL.TXT", "a\u202eb"])]

    places = save_files(ExtractReport("fidelity", list(records)), tmp_path / "here")

    assert [place.name for place in places] == ["_nul.txt", "_NUL-2.TXT", "ab"]
    assert [place.read_bytes() for place in places] == [b"\0", b"\1", b"\2"]


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    here, outside = tmp_path / "here", tmp_path / "outside"
    here.mkdir()
    try:
        (here / "a.txt").symlink_to(outside)
    except OSError:
        pytest.skip("no links may be made here")

    with pytest.raises(UnusableInputError, match="exists already"):
        save_files(ExtractReport("fidelity", [FileRecord("a.txt", b"1")]), here)

    assert not outside.exists()
    assert (here / "a.txt").is_symlink()
