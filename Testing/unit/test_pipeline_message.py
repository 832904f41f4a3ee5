"""A record that no symbol holds is refused: how many bytes would fit beside the keys, and how many it is too long."""

from __future__ import annotations

import re
import secrets

import pytest

from StegoMedLib.envelope import FileRecord, Identity, Key, KeyCost, Passphrase, Sealer, envelope_bytes
from StegoMedLib.errors import DoesNotFitError
from StegoMedLib.pipeline.message import seal

LARGEST = 2861
"""Bytes that Base45 leaves of the 4296 characters of the largest symbol behind the prefix."""
PASSPHRASE, HYBRID = Passphrase(b"x", KeyCost(3, 1, 1)), Identity.made(hybrid=True).recipient


@pytest.mark.parametrize(("key", "keys", "fits"), [(PASSPHRASE, 20, 2794), (HYBRID, 1169, 1645)])
def test_it_says_how_many_bytes_would_fit_and_how_many_are_missing(key: Key, keys: int, fits: int) -> None:
    record = FileRecord("x", secrets.token_bytes(5_000))
    missing = envelope_bytes(record, key) - LARGEST
    sentence = (
        f"at most {fits} bytes fit after compression beside {keys} bytes of keys, and it is {missing} bytes too long;"
    )

    with pytest.raises(DoesNotFitError, match=re.escape(sentence)):
        seal(Sealer(key), record)


def test_what_is_said_to_fit_does_and_a_byte_more_does_not() -> None:
    overhead = len("x") + 5  # of the encoding
    message = seal(Sealer(HYBRID), FileRecord("x", secrets.token_bytes(1645 - overhead)))
    assert message.symbol.version == 40
    with pytest.raises(DoesNotFitError, match="and it is 1 byte too long"):
        seal(Sealer(HYBRID), FileRecord("x", secrets.token_bytes(1646 - overhead)))


def test_more_than_an_envelope_holds_is_not_counted() -> None:
    with pytest.raises(
        DoesNotFitError, match="at most 2794 bytes fit after compression beside 20 bytes of keys; embed"
    ):
        seal(Sealer(PASSPHRASE), FileRecord("x", bytes(2**24 + 1)))
