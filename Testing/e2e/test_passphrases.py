"""Passphrases through the command line: every way in, weak ones, and secrets typed in the wrong place."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from StegoMedLib.envelope import Key, Passphrase, TextRecord
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.options import Content
from StegoMedLib.series.masks import mask_source

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = "correct horse battery staple"
FINDER = ("--finder", "threshold")


@pytest.fixture(scope="module")
def marked(phantom_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phantom with a text hidden under the good passphrase."""
    return hidden(phantom_folder, tmp_path_factory.mktemp("marked") / "out", Passphrase.typed(GOOD))


def hidden(source: Path, target: Path, key: Key) -> Path:
    masks = mask_source("threshold", "auto", None)
    embed_series(source, target, key, masks, content=Content(TextRecord("found")))
    return target


def read(result: subprocess.CompletedProcess[str]) -> bool:
    assert "Traceback" not in result.stderr
    assert GOOD not in result.stdout + result.stderr
    return result.returncode == 0 and "found" in result.stderr


def refused(result: subprocess.CompletedProcess[str], code: int) -> str:
    assert result.returncode == code, result.stderr
    (line,) = result.stderr.strip().splitlines()
    assert line.endswith(".")
    return line


@pytest.mark.parametrize("content", ["\ufeff" + GOOD + "\r\n", f" {GOOD}\u00a0\r"])
def test_every_way_in_opens_the_record(content: str, marked: Path, stegomed: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content.encode())

    by_file = stegomed("extract", marked, "--passphrase-file", "secret")
    by_variable = stegomed("extract", marked, env={"STEGOMED_PASSPHRASE": content})
    with (tmp_path / "secret").open(encoding="utf-8") as stream:
        by_input = stegomed("extract", marked, "--passphrase-file", "-", stdin=stream)

    assert [read(result) for result in (by_file, by_variable, by_input)] == [True] * 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe(marked: Path, stegomed: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(GOOD + "\n",))
    writer.start()
    assert read(stegomed("extract", marked, "--passphrase-file", pipe))
    writer.join()


@pytest.mark.skipif(not Path("/dev/fd").exists() or not Path("/bin/bash").exists(), reason="needs process substitution")
def test_process_substitution(marked: Path, tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m StegoMedLib extract "{marked}" --passphrase-file <(echo "{GOOD}")'
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    result = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert read(result)


def test_standard_input_holds_one_thing(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    arguments = ("--record", "text", "--from", "-", "--passphrase-file", "-")
    assert "both" in refused(stegomed("embed", phantom_folder, "out", *FINDER, *arguments), 2)
    assert not (tmp_path / "out").exists()


def test_a_folder_as_passphrase_file(marked: Path, stegomed: Any) -> None:
    assert "is a folder" in refused(stegomed("extract", marked, "--passphrase-file", "."), 3)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{GOOD}\n\n".encode(), id="two line ends"),
        pytest.param(f"{GOOD}\nmore\n".encode(), id="two lines"),
        pytest.param(GOOD.encode("utf-16"), id="UTF-16"),
        pytest.param(GOOD.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(GOOD.encode() + b"\0", id="NUL"),
        pytest.param(GOOD.encode() + b"\t1", id="tab"),
        pytest.param(b" \n", id="blank"),
        pytest.param(b"", id="empty"),
        pytest.param(GOOD.encode() + b"\xff", id="no text"),
    ],
)
def test_what_nobody_can_type_hides_nothing(
    content: bytes, phantom_folder: Path, stegomed: Any, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(content)
    sentence = refused(stegomed("embed", phantom_folder, "out", *FINDER, "--passphrase-file", "secret"), 2)
    assert "passphrase" in sentence.lower()
    assert "horse" not in sentence
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="variables of Windows are Unicode")
def test_a_variable_that_is_no_text(phantom_folder: Path, stegomed: Any) -> None:
    undecodable: Callable[[bytes], str] = os.fsdecode
    for command in (("embed", phantom_folder, "out", *FINDER), ("extract", phantom_folder)):
        result = stegomed(*command, env={"STEGOMED_PASSPHRASE": undecodable(GOOD.encode() + b"\xff")})
        assert "UTF-8" in refused(result, 2)


def test_a_weak_passphrase_is_refused_warned_of_and_read(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    weak = {"STEGOMED_PASSPHRASE": "hospital2026"}
    text = ("--record", "text", "--from", "note.txt")
    (tmp_path / "note.txt").write_text("found", encoding="utf-8")

    sentence = refused(stegomed("embed", phantom_folder, "out", *FINDER, *text, env=weak), 2)
    assert "--weak-passphrase" in sentence
    assert "hospital2026" not in sentence
    assert not (tmp_path / "out").exists()
    assert stegomed("demo", "--out", "demo", *FINDER, env=weak).returncode == 2

    insisted = stegomed("embed", phantom_folder, "out", *FINDER, *text, "--weak-passphrase", env=weak)
    assert insisted.returncode == 0, insisted.stderr
    assert "could be guessed" in insisted.stderr
    result = stegomed("extract", "out", env=weak)
    assert read(result)
    assert "guessed" not in result.stderr


def test_a_made_passphrase_hides_and_reads(phantom_folder: Path, stegomed: Any, tmp_path: Path) -> None:
    made = stegomed("passphrase")
    assert made.returncode == 0
    assert len(made.stdout.split()) == 6
    assert "about 10^23 tries" in made.stderr
    assert made.stdout.strip() not in made.stderr
    assert len(stegomed("passphrase", "--words", "9").stdout.split()) == 9
    assert "4 to 20" in refused(stegomed("passphrase", "--words", "2"), 2)

    (tmp_path / "secret").write_text(made.stdout, encoding="utf-8")
    (tmp_path / "note.txt").write_text("found", encoding="utf-8")
    options = ("--record", "text", "--from", "note.txt", "--passphrase-file", "secret")
    done = stegomed("embed", phantom_folder, "out", *FINDER, *options)
    assert done.returncode == 0, done.stderr
    assert "guessed" not in done.stderr
    assert read(stegomed("extract", "out", "--passphrase-file", "secret"))


@pytest.mark.parametrize("option", [("--passphrase", "hunter2"), ("--passphrase=hunter2",), ("-p", "hunter2")])
def test_a_passphrase_among_the_arguments_is_not_repeated(option: tuple[str, ...], marked: Path, stegomed: Any) -> None:
    result = stegomed("extract", marked, *option)
    assert result.returncode == 2
    assert "hunter2" not in result.stdout + result.stderr
    assert "--passphrase-file" in result.stderr
