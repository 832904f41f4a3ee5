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
    envelope_length,
    largest_record_bytes,
)
from StegoMedLib.envelope.aead import SealingKeys
from StegoMedLib.errors import DoesNotFitError, NewerVersionError, NothingReadableError, UsageError

_CHEAP = KeyCost(log2_memory_kib=3, passes=1, lanes=1)
_KEY = Passphrase((b"correct horse",), _CHEAP)
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
# Sealed by the first release with the passphrase "Grüße": what is once marked must stay readable.
_OLD_ENVELOPE = (
    "SM1:Y50W50GFU3RNRWD1999YTPGAQ.JI83YIV$.5DHQH-CT+04JHG/2YAH3KPASEM8JJSQ5Z5$:H/$CXTJOJN4CTWWVC+N%8G IGFKVB%S6G9IM75"
    "TNM+7Z-0D.C4ZD*MF68ETPHQBR6U7.RRRD6EPG*19$+USG8S/Q1$S-0E7RFA Q*EI:52V-HVS65AEV6G9/GFIC :0ERC%A1:YRRT6E3VNSN+VHSD1"
)


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
    assert Opener(_KEY).open(text) == record


def test_the_default_cost_seals_and_opens() -> None:
    key = Passphrase((b"correct horse",))
    assert Opener(key).open(Sealer(key).seal(_HEADER)) == _HEADER


def test_an_old_envelope_opens() -> None:
    assert Opener(Passphrase.to_open("Grüße")).open(_OLD_ENVELOPE) == HeaderRecord(
        {
            "PatientName": "Mustermann^Erika",
            "PatientID": "4711.08",
            "PatientBirthDate": "19640812",
            "PatientSex": "F",
            "StudyInstanceUID": "1.2.840.113619.2.55.3.604688119.971.1268035822.459",
            "InstitutionName": "Klinikum Musterstadt, Radiologie",
            "Modality": "CT",
        }
    )


def test_no_two_envelopes_are_alike(sealer: Sealer) -> None:
    texts = [sealer.seal(_HEADER), sealer.seal(_HEADER), Sealer(_KEY).seal(_HEADER)]
    blobs = [base45.b45decode(text.removeprefix("SM1:")) for text in texts]
    salts, nonces = [blob[4:20] for blob in blobs], [blob[20:32] for blob in blobs]
    assert salts[0] == salts[1] != salts[2]
    assert len(set(nonces)) == 3
    assert len({blob[48:] for blob in blobs}) == 3


@pytest.mark.parametrize("passphrase", [b"correct hors", b"Correct horse", b"correct horse ", b"x"])
def test_another_passphrase_opens_nothing(sealer: Sealer, passphrase: bytes) -> None:
    _expect_nothing(Opener(Passphrase((passphrase,))), sealer.seal(_HEADER))


def test_no_flipped_bit_goes_unnoticed(sealer: Sealer) -> None:
    opener = Opener(_KEY)
    text = sealer.seal(_HEADER)
    blob = base45.b45decode(text.removeprefix("SM1:"))
    for bit in [*range(8, 32 * 8, 5), *range(32 * 8, len(blob) * 8)]:
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
        pytest.param(1, 19, id="512 MiB"),
        pytest.param(1, 63, id="2**63 KiB"),
        pytest.param(1, 255, id="2**255 KiB"),
        pytest.param(1, 0, id="1 KiB"),
        pytest.param(2, 0, id="no pass"),
        pytest.param(2, 11, id="11 passes"),
        pytest.param(3, 0, id="no lane"),
        pytest.param(3, 5, id="5 lanes"),
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

    def counted(key: Passphrase, recipe: bytes) -> tuple[SealingKeys, ...]:
        calls.append(recipe)
        return opening(key, recipe)

    monkeypatch.setattr(Passphrase, "opening", counted)
    opener = Opener(_KEY)
    assert [opener.open(text) for text in texts] == [TextRecord(str(number)) for number in range(5)]
    assert len(calls) == 1


def test_many_salts_fill_no_memory() -> None:
    opener = Opener(_KEY)
    for number in range(40):
        assert opener.open(Sealer(_KEY).seal(TextRecord(str(number)))) == TextRecord(str(number))
    assert opener._keys.cache_info().currsize == 16


@pytest.mark.parametrize("record", _RECORDS)
def test_length_is_known_before_sealing(sealer: Sealer, record: Record) -> None:
    assert envelope_length(record) == len(sealer.seal(record))


def test_an_envelope_costs_65_bytes() -> None:
    empty_map = 1
    assert envelope_length(HeaderRecord({})) == 4 + (65 + empty_map) // 2 * 3


@pytest.mark.parametrize("size", [0, 1, 2, 3, 40, 41, 200])
def test_largest_record_fits_exactly(size: int) -> None:
    noise = bytes((37 * place * place + 11 * place) % 251 for place in range(size))  # deflate finds nothing in it
    record = FileRecord("x", noise)
    encoded = size + 3 + (1 if size < 24 else 2)
    length = envelope_length(record)
    assert largest_record_bytes(length) == encoded
    assert largest_record_bytes(length - 1) < encoded


@pytest.mark.parametrize("text_chars", [-5, 0, 4, 100, 102])
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
        Passphrase((b"correct horse",), cost)


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1025, b"\xff"])
def test_unusable_passphrases_are_refused_at_once(passphrase: bytes) -> None:
    for forms in ((passphrase,), (b"fine", passphrase)):
        with pytest.raises(UsageError):
            Passphrase(forms)


def test_key_sealer_and_opener_show_nothing(sealer: Sealer) -> None:
    assert repr(_KEY) == f"Passphrase(cost={_CHEAP})"
    assert repr(sealer) == "Sealer(...)"
    assert repr(Opener(_KEY)) == "Opener(...)"
