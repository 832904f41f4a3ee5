"""Sealing and opening: what opens, what never does, and how little a failure tells."""

from collections.abc import Callable

import base45
import pytest

from StegoMedLib.envelope import (
    FileRecord,
    HeaderRecord,
    KeyCost,
    Opener,
    Passphrase,
    Record,
    Sealer,
    TextRecord,
    envelope_bytes,
    envelope_length,
    largest_record_bytes,
)
from StegoMedLib.envelope.slots import Slot
from StegoMedLib.errors import DoesNotFitError, NewerVersionError, NothingReadableError, UsageError

_CHEAP = KeyCost(log2_memory_kib=3, passes=1, lanes=1)
_KEY = Passphrase(b"correct horse", _CHEAP)
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_HEADER = HeaderRecord({"PatientName": "Mustermann^Erika", "PatientID": "4711.08", "PatientBirthDate": "19640812"})
_RECORDS = [
    pytest.param(_HEADER, id="header"),
    pytest.param(HeaderRecord({}), id="empty header"),
    pytest.param(TextRecord("Grüße, 日本語 \U0001f600"), id="text"),
    pytest.param(TextRecord(""), id="empty text"),
    pytest.param(FileRecord("scan.bin", bytes(range(256)) * 3), id="file"),
    pytest.param(FileRecord("empty", b""), id="empty file"),
]


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return Sealer(_KEY)


def _expect_nothing(opener: Opener, text: str) -> None:
    with pytest.raises(NothingReadableError) as caught:
        opener.open(text)
    assert str(caught.value) == str(NothingReadableError())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def _with_byte(text: str, offset: int, value: int) -> str:
    blob = bytearray(base45.b45decode(text.removeprefix("SM1:")))
    blob[offset] = value
    return f"SM1:{base45.b45encode(bytes(blob)).decode()}"


@pytest.mark.parametrize("record", _RECORDS)
def test_a_sealed_record_opens(sealer: Sealer, record: Record) -> None:
    text = sealer.seal(record)
    assert text.startswith("SM1:")
    assert set(text) <= set(_ALPHANUMERIC)
    opened = Opener(_KEY).open(text)
    assert (opened.record, opened.context, opened.binding_key) == (record, b"", sealer.binding_key)


def test_the_default_cost_seals_and_opens() -> None:
    key = Passphrase(b"correct horse")
    assert Opener(key).open(Sealer(key).seal(_HEADER)).record == _HEADER


def test_no_two_envelopes_are_alike(sealer: Sealer) -> None:
    texts = [sealer.seal(_HEADER), sealer.seal(_HEADER), Sealer(_KEY).seal(_HEADER)]
    blobs = [base45.b45decode(text.removeprefix("SM1:")) for text in texts]
    salts, nonces = [blob[6:22] for blob in blobs], [blob[22:34] for blob in blobs]
    assert salts[0] == salts[1] != salts[2]
    assert len(set(nonces)) == 3
    assert len({blob[50:] for blob in blobs}) == 3


@pytest.mark.parametrize("passphrase", [b"correct hors", b"Correct horse", b"correct horse ", b"x"])
def test_another_passphrase_opens_nothing(sealer: Sealer, passphrase: bytes) -> None:
    _expect_nothing(Opener(Passphrase(passphrase)), sealer.seal(_HEADER))


def test_no_flipped_bit_goes_unnoticed(sealer: Sealer) -> None:
    opener = Opener(_KEY)
    text = sealer.seal(_HEADER)
    blob = base45.b45decode(text.removeprefix("SM1:"))
    for bit in [*range(8, 34 * 8, 5), *range(34 * 8, len(blob) * 8)]:
        _expect_nothing(opener, _with_byte(text, bit // 8, blob[bit // 8] ^ 1 << bit % 8))


def test_no_changed_character_goes_unnoticed(sealer: Sealer) -> None:
    opener = Opener(_KEY)
    text = sealer.seal(_HEADER)
    for place, character in enumerate(text):
        other = _ALPHANUMERIC[(_ALPHANUMERIC.index(character) + 1 + place % 44) % 45]
        with pytest.raises((NothingReadableError, NewerVersionError)):  # the version is not authenticated
            opener.open(text[:place] + other + text[place + 1 :])


def test_no_cut_goes_unnoticed(sealer: Sealer) -> None:
    opener = Opener(_KEY)
    text = sealer.seal(_HEADER)
    for end in range(len(text)):
        _expect_nothing(opener, text[:end])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text + "\n", id="line end"),
        pytest.param(lambda text: " " + text, id="space in front"),
        pytest.param(lambda text: text + "00", id="a byte behind"),
        pytest.param(lambda text: text.lower(), id="lower case"),
        pytest.param(lambda text: text.replace("SM1:", "SM2:"), id="other version in front"),
        pytest.param(lambda text: text.removeprefix("SM1:"), id="no prefix"),
        pytest.param(lambda text: text + text, id="twice"),
        pytest.param(lambda _: "", id="nothing"),
        pytest.param(lambda _: "SM1:", id="prefix only"),
        pytest.param(lambda _: "SM1:\ud800é", id="no Base45"),
        pytest.param(lambda _: "SM1::::", id="Base45 overflow"),
        pytest.param(lambda _: "https://example.org", id="somebody else's QR code"),
        pytest.param(lambda _: "SM1:" + "0" * 30_000_000, id="longer than any envelope"),
    ],
)
def test_what_is_no_envelope_gives_the_one_error(sealer: Sealer, change: Callable[[str], str]) -> None:
    _expect_nothing(Opener(_KEY), change(sealer.seal(_HEADER)))


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        pytest.param(0, 0, id="version 0"),
        pytest.param(1, 0, id="no slots"),
        pytest.param(1, 2, id="more slots than there are"),
        pytest.param(1, 17, id="17 slots"),
        pytest.param(2, 0, id="unknown slot"),
        pytest.param(3, 19, id="512 MiB"),
        pytest.param(3, 63, id="2**63 KiB"),
        pytest.param(3, 255, id="2**255 KiB"),
        pytest.param(3, 0, id="1 KiB"),
        pytest.param(4, 0, id="no pass"),
        pytest.param(4, 11, id="11 passes"),
        pytest.param(5, 0, id="no lane"),
        pytest.param(5, 5, id="5 lanes"),
    ],
)
def test_hostile_parameters_are_refused_before_deriving(
    sealer: Sealer, monkeypatch: pytest.MonkeyPatch, offset: int, value: int
) -> None:
    def derived(**_: object) -> None:
        pytest.fail("a key was derived with hostile parameters")

    monkeypatch.setattr("StegoMedLib.envelope.passphrase_key.Argon2id", derived)
    _expect_nothing(Opener(_KEY), _with_byte(sealer.seal(_HEADER), offset, value))


def test_keys_are_derived_once_a_salt(sealer: Sealer, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [sealer.seal(TextRecord(str(number))) for number in range(5)]
    calls, opening = [], Passphrase.opening

    def counted(key: Passphrase, slot: Slot) -> bytes | None:
        calls.append(slot)
        return opening(key, slot)

    monkeypatch.setattr(Passphrase, "opening", counted)
    opener = Opener(_KEY)
    assert [opener.open(text).record for text in texts] == [TextRecord(str(number)) for number in range(5)]
    assert len(calls) == 1


def test_many_salts_fill_no_memory() -> None:
    opener = Opener(_KEY)
    for number in range(40):
        assert opener.open(Sealer(_KEY).seal(TextRecord(str(number)))).record == TextRecord(str(number))
    assert opener._keys.cache_info().currsize == 16


@pytest.mark.parametrize("record", _RECORDS)
def test_length_is_known_before_sealing(sealer: Sealer, record: Record) -> None:
    assert envelope_length(record) == len(sealer.seal(record))
    assert envelope_length(record, _KEY, 7) == len(sealer.seal(record, b"context"))
    assert envelope_bytes(record, _KEY, 7) == len(sealer.seal_bytes(record, b"context"))


def test_a_context_comes_back_beside_the_record(sealer: Sealer) -> None:
    opened = Opener(_KEY).open_bytes(sealer.seal_bytes(_HEADER, b"\x00 context"))
    assert (opened.record, opened.context) == (_HEADER, b"\x00 context")
    assert "context" not in repr(opened).replace("Opened(record=HeaderRecord(...))", "")
    for refused in (lambda: sealer.seal(_HEADER, bytes(256)), lambda: envelope_length(_HEADER, None, 256)):
        with pytest.raises(UsageError, match="255 bytes"):
            refused()


def test_the_binding_key_is_one_for_all_envelopes_of_a_sealer(sealer: Sealer) -> None:
    opened = {Opener(_KEY).open(sealer.seal(TextRecord(str(number)))).binding_key for number in range(2)}
    assert opened == {sealer.binding_key}
    assert Sealer(_KEY).binding_key != sealer.binding_key
    assert sealer.binding_key not in sealer.seal_bytes(_HEADER)


def test_an_envelope_under_a_passphrase_costs_67_bytes() -> None:
    empty_map = 1
    assert envelope_bytes(HeaderRecord({})) == 67 + empty_map
    assert envelope_length(HeaderRecord({})) == 4 + (67 + empty_map) // 2 * 3


@pytest.mark.parametrize("size", [0, 1, 2, 3, 40, 41, 200])
def test_largest_record_fits_exactly(size: int) -> None:
    noise = bytes((37 * place * place + 11 * place) % 251 for place in range(size))  # deflate finds nothing in it
    record = FileRecord("x", noise)
    encoded = size + 3 + (1 if size < 24 else 2)
    length = envelope_length(record)
    assert largest_record_bytes(length) == encoded
    assert largest_record_bytes(length - 1) < encoded


@pytest.mark.parametrize("text_chars", [-5, 0, 4, 100, 105])
def test_nothing_fits_in_less_than_the_overhead(text_chars: int) -> None:
    assert largest_record_bytes(text_chars) == 0


def test_more_than_can_be_opened_is_not_sealed(sealer: Sealer) -> None:
    record = FileRecord("zeros", bytes(2**24))
    for refused in (sealer.seal, envelope_length):
        with pytest.raises(DoesNotFitError, match="16 MiB"):
            refused(record)


@pytest.mark.parametrize("cost", [KeyCost(19, 3, 1), KeyCost(16, 11, 1), KeyCost(16, 3, 5)])
def test_nobody_seals_at_a_cost_that_no_opener_takes(cost: KeyCost) -> None:
    with pytest.raises(UsageError, match="256 MiB"):
        Passphrase(b"correct horse", cost)


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1025, b"\xff"])
def test_unusable_passphrases_are_refused_at_once(passphrase: bytes) -> None:
    with pytest.raises(UsageError):
        Passphrase(passphrase)


def test_key_sealer_and_opener_show_nothing(sealer: Sealer) -> None:
    assert repr(_KEY) == f"Passphrase(cost={_CHEAP})"
    assert repr(sealer) == "Sealer(...)"
    assert repr(Opener(_KEY)) == "Opener(...)"
