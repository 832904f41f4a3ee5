"""A record that no symbol holds is refused with the number of bytes that would fit."""

from __future__ import annotations

import secrets

import pytest

from StegoMedLib.envelope import FileRecord, KeyCost, Passphrase, Sealer
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.pipeline.capacity import LARGEST_RECORD
from StegoMedLib.pipeline.message import seal


@pytest.mark.parametrize("size", [5_000, 2**24 + 1], ids=["more than a symbol", "more than an envelope"])
def test_it_says_how_many_bytes_would_fit(size: int) -> None:
    record = FileRecord("x", secrets.token_bytes(size))

    with pytest.raises(DoesNotFitError, match=f"at most {LARGEST_RECORD} bytes"):
        seal(Sealer(Passphrase((b"x",), KeyCost(3, 1, 1))), record)
