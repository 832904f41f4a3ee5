"""Numbers in sentences."""

from __future__ import annotations

import pytest

from StegoMedLib.wording import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 slices"), (1, "1 slice"), (24, "24 slices")])
def test_one_thing_is_not_called_many(number: int, words: str) -> None:
    assert counted(number, "slice") == words
