"""What comes with the library is found beside it and inside it; what is missing or damaged is said in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.resources import find_resource, read_table

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {"e1_1.csv": 656, "safe_private.csv": 479, "types.csv": 362}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "StegoMedLib"
    (folder / "standard").mkdir(parents=True)
    monkeypatch.setattr("StegoMedLib.__file__", str(folder / "__init__.py"))
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_the_shipped_tables_are_whole(name: str) -> None:
    assert len(read_table(name)) == TABLES[name]


def test_files_beside_the_library_come_before_those_inside(library: Path) -> None:
    assert find_resource("Standard", "t.csv") is None
    (library / "standard" / "t.csv").write_text("a\ninside\n", encoding="utf-8")
    assert read_table("t.csv") == [{"a": "inside"}]
    beside = library.parent / "Resources" / "Standard"
    beside.mkdir(parents=True)
    (beside / "t.csv").write_text("a\nbeside\n", encoding="utf-8")
    assert read_table("t.csv") == [{"a": "beside"}]


@pytest.mark.parametrize("content", [b"a\n\xff\n", b'a\n"open\n', b"a" * (2**20 + 1)])
def test_a_damaged_table_is_said(library: Path, content: bytes) -> None:
    (library / "standard" / "t.csv").write_bytes(content)
    with pytest.raises(UnusableInputError, match="install StegoMed again"):
        read_table("t.csv")


def test_a_missing_table_is_said(library: Path) -> None:
    assert library.exists()
    with pytest.raises(UnusableInputError, match="is missing; install StegoMed again"):
        read_table("t.csv")
