"""The same text gives the same key, whichever way it comes in."""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from StegoMedLib.cli.keys import PASSPHRASE_VARIABLE, key_to_open, key_to_seal
from StegoMedLib.envelope import Passphrase
from StegoMedLib.envelope.passphrases import prepare_passphrase
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_odd = st.sampled_from("\ufeff\n\r\t \u00a0\ufb01\uff11\u0308\u00b4\u200b\u2028e\u00fc")
_texts = st.text(_letters | _odd, max_size=30)
_ends = st.sampled_from(["", "\n", "\r\n", "\r"])
_marks = st.sampled_from(["", "\ufeff"])


def _asked(file: Path | None) -> argparse.Namespace:
    return argparse.Namespace(passphrase_file=file, weak_passphrase=True)


def _outcome(call: Callable[[], object]) -> object:
    try:
        return call()
    except UsageError as error:
        return str(error)


def _ways(text: str, use: Callable[[argparse.Namespace], object]) -> list[object]:
    """What file, standard input, variable and prompt give."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "secret").write_bytes(text.encode())
        found = [_outcome(lambda: use(_asked(Path(folder) / "secret")))]
    stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    with mock.patch("sys.stdin", stdin):
        found.append(_outcome(lambda: use(_asked(Path("-")))))
    with mock.patch.dict("os.environ", {PASSPHRASE_VARIABLE: text}):
        found.append(_outcome(lambda: use(_asked(None))))
    with (
        mock.patch.dict("os.environ"),
        mock.patch("getpass.getpass", return_value=text),
        mock.patch("sys.stdin", mock.Mock(**{"isatty.return_value": True})),
    ):
        os.environ.pop(PASSPHRASE_VARIABLE, None)
        found.append(_outcome(lambda: use(_asked(None))))
    return found


@settings(deadline=None, derandomize=True)
@given(_texts, _marks, _ends)
def test_every_way_in_gives_one_key_or_one_refusal(text: str, mark: str, end: str) -> None:
    given_text = mark + text + end
    expected = _outcome(lambda: Passphrase.typed(given_text))  # what the panel calls
    with mock.patch("StegoMedLib.cli.key_sources.say"):
        assert _ways(given_text, key_to_seal) == [expected] * 4


@settings(deadline=None, derandomize=True)
@given(_texts, _marks, _ends)
def test_every_way_in_opens_what_is_sealed_now(text: str, mark: str, end: str) -> None:
    try:
        sealed = prepare_passphrase(text)
    except UsageError:
        return
    if text[:1] == "\ufeff" or text[-1:] in {"\n", "\r"}:
        return  # has its mark or line end already
    with mock.patch("StegoMedLib.cli.key_sources.say"):
        ways = _ways(mark + text + end, key_to_open)
    assert [way.prepared for way in ways if isinstance(way, Passphrase)] == [sealed] * 4


@settings(deadline=None, derandomize=True)
@given(_texts)
def test_what_is_prepared_can_be_typed_and_stays(text: str) -> None:
    try:
        prepared = prepare_passphrase(text)
    except UsageError:
        return
    typed = prepared.decode()
    assert prepare_passphrase(prepared) == prepared
    assert typed == typed.strip() == unicodedata.normalize("NFKC", typed)
    assert not {unicodedata.category(letter) for letter in typed} & {"Cc", "Zl", "Zp"}
