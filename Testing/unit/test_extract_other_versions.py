"""Newer versions are told from a wrong passphrase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import base45
import numpy as np
import pytest

from StegoMedLib.envelope import Key, KeyCost, Passphrase, Sealer, ShardWriter, TextRecord
from StegoMedLib.envelope.aead import seal_bytes
from StegoMedLib.envelope.derivation import envelope_keys
from StegoMedLib.envelope.slots import packed_slots
from StegoMedLib.envelope.versions import is_newer, is_newer_envelope
from StegoMedLib.errors import NewerVersionError, NothingReadableError, TooFewShardsError
from StegoMedLib.pipeline.coding import coding
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.pipeline.message import written
from StegoMedLib.plane import Plane
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.region import Region
from Testing.slices import embed_tied, slice_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from StegoMedLib.pipeline.extract_report import ExtractReport

CHEAP = KeyCost(3, 1, 1)
KEY, OTHER = (Passphrase(each, CHEAP) for each in (b"correct horse", b"battery staple"))
RECORD = TextRecord("Erika Mustermann")
SEALER = Sealer(KEY)
ENVELOPE = SEALER.seal_bytes(RECORD)


def text_of(prefix: str, content: bytes) -> str:
    return f"{prefix}{base45.b45encode(content).decode()}"


def authentic(content: bytes) -> str:
    """An envelope whose content is of a later kind."""
    (slot,), secret = KEY.sealing()
    keys = envelope_keys(secret)
    header = b"\x01" + packed_slots([slot]) + bytes(12) + keys.commitment
    return text_of("SM1:", header + seal_bytes(keys.sealing, bytes(12), content, header))


def shard_texts(envelope: bytes, key: Key = KEY) -> list[str]:
    return ShardWriter(key.locators()[0]).cut(envelope, 2, 3)


OURS = text_of("SM1:", ENVELOPE)
NEWER_ENVELOPE = b"\x02" + ENVELOPE[1:]
NEWER_SHARD = text_of("SM2:", b"\x02" + base45.b45decode(shard_texts(ENVELOPE)[0].removeprefix("SM2:"))[1:])
NEWER = {
    "envelope's version byte": text_of("SM1:", NEWER_ENVELOPE),
    "largest version byte": text_of("SM1:", b"\xff" + ENVELOPE[1:]),
    "shard's version byte": NEWER_SHARD,
    "later prefix": text_of("SM3:", ENVELOPE),
    "prefix with a letter": text_of("SMA:", ENVELOPE),
    "flag of the content": authentic(b"\x04hello"),
    "kind of record": authentic(b"\x00\xf6"),
    "number of an attribute": authentic(b"\x00\xa1\x18\x63\x61x"),
}


def _covers() -> list[tuple[Plane, np.ndarray]]:
    phantom = phantom_series(slices=3, size=256)
    void = ((phantom.padding, phantom.padding),)
    return [
        (Plane(stored.astype(np.int32), -32768, 32767, void, "CT", phantom.slope, phantom.intercept), body)
        for stored, body in zip(phantom.stored, phantom.body, strict=True)
    ]


COVERS = _covers()


def marked(texts: Iterable[str], key: Key = KEY) -> list[Plane]:
    """Slices that carry these texts at the places of the passphrase."""
    chosen, planes = coding("fidelity", key.locators()[0]), []
    for (plane, body), text in zip(COVERS, texts, strict=False):
        result = embed_tied(plane, Region(body), written(text, SEALER.binding_key), chosen)
        assert result.stego is not None, result.reason
        planes.append(replace(plane, pixels=result.stego))
    return planes


def extracted(planes: list[Plane], key: Key = KEY) -> ExtractReport:
    run = ExtractRun(key)
    for number, plane in enumerate(planes):
        run.read(slice_of(plane, f"{number}.dcm"), None)
    return run.finish()


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER)
def test_a_newer_version_is_told(text: str) -> None:
    with pytest.raises(NewerVersionError, match="update StegoMed") as caught:
        extracted(marked([text]))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER)
def test_a_wrong_passphrase_is_not_told_of_a_newer_version(text: str) -> None:
    with pytest.raises(NothingReadableError):
        extracted(marked([text]), OTHER)


@pytest.mark.parametrize("text", NEWER.values(), ids=NEWER)
def test_one_such_slice_of_a_good_series_changes_nothing(text: str) -> None:
    report = extracted(marked([text, OURS, OURS]))
    assert report.record == RECORD
    assert [row.record for row in report.slices] == [None, 0, 0]


def test_a_newer_envelope_in_shards_of_this_version_is_told() -> None:
    with pytest.raises(NewerVersionError):
        extracted(marked(shard_texts(NEWER_ENVELOPE)))


def test_too_few_good_shards_are_told_before_what_may_be_damage() -> None:
    with pytest.raises(TooFewShardsError, match="2 of them are needed, and 1 can be read"):
        extracted(marked([shard_texts(ENVELOPE)[0], NEWER["envelope's version byte"]]))


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        shard_texts(ENVELOPE)[0],
        "SM1:",
        "SM3:",
        "SM1:01",
        "SM0:" + OURS[4:],
        text_of("SM1:", b"\x00" + ENVELOPE[1:]),
        "SM1:" + "\u00e9" * 60,
        "SM1:" + ":" * 60,
        "SMALL talk that somebody else's code holds, long enough for anything",
        "https://example.org/a/long/address/that/is/no/envelope/at/all",
        "",
    ],
    ids=range(12),  # some are sealed anew in every process
)
def test_nothing_else_is_newer(text: str) -> None:
    assert not is_newer(text)


@pytest.mark.parametrize(
    ("envelope", "newer"),
    [(ENVELOPE, False), (NEWER_ENVELOPE, True), (b"", False), (b"\0", False)],
    ids=["present", "newer", "none", "a byte"],
)
def test_bytes_of_envelopes(envelope: bytes, newer: bool) -> None:  # noqa: FBT001
    assert is_newer_envelope(envelope) is newer
