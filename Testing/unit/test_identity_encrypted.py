"""Encrypted Attributes: every holder of a certificate gets them back; everything else has one answer, on one path."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from StegoMedLib.dicom.embedded import item_in_memory, item_of
from StegoMedLib.errors import DoesNotFitError, NothingDecryptedError, NothingReadableError
from StegoMedLib.identity import encrypted as attributes_module
from StegoMedLib.identity import enveloped as cms
from StegoMedLib.identity.encrypted import decrypted, encrypted
from Testing.certificates import certificate, rsa_key
from Testing.envelopes import edited, made_envelope, padded, parsed_envelope, recipient

if TYPE_CHECKING:
    from collections.abc import Callable

OURS, ANOTHERS = 0, 1
MODIFIED = 0x04000550


def attributes() -> Dataset:
    content = Dataset()
    content.SpecificCharacterSet = "ISO_IR 192"
    content.PatientName = "Müller^Łucja"
    content.PatientID = "P-7"
    content.OtherPatientIDsSequence = [Dataset()]
    content.OtherPatientIDsSequence[0].PatientID = "Q-8"
    content.add_new(0x00091010, "OB", bytes(range(200)))
    return content


def item_for(*numbers: int) -> Dataset:
    return encrypted(attributes(), [certificate(rsa_key(number)) for number in numbers])


def with_content(der: bytes, syntax: str = ExplicitVRLittleEndian) -> Dataset:
    item = Dataset()
    item.EncryptedContentTransferSyntaxUID = syntax
    item.EncryptedContent = der
    return item


@pytest.mark.parametrize("numbers", [(0,), (1, 0), (0, 1, 2, 3)])
def test_every_recipient_gets_every_attribute_back(numbers: tuple[int, ...]) -> None:
    item = item_for(*numbers)
    for number in numbers:
        assert decrypted([item], rsa_key(number)) == attributes()


@pytest.mark.parametrize("size", range(8))
def test_the_item_is_as_the_standard_has_it(size: int) -> None:
    content = Dataset()
    content.PatientID = "7" * (2 * size + 1)
    item = encrypted(content, [certificate(rsa_key(OURS)), certificate(rsa_key(ANOTHERS))])
    assert set(item.dir()) == {"EncryptedContentTransferSyntaxUID", "EncryptedContent"}
    assert item.EncryptedContentTransferSyntaxUID == ExplicitVRLittleEndian
    assert len(item.EncryptedContent) % 2 == 0
    info = parsed_envelope(item.EncryptedContent)
    assert info.type.dotted_string == "1.2.840.113549.1.7.3"
    assert info.content.version == 0
    assert len(info.content.recipients.as_list()) == 2
    assert info.content.encrypted.algorithm.algorithm.dotted_string == "2.16.840.1.101.3.4.1.42"  # AES-256 in CBC mode
    assert info.content.encrypted.type.dotted_string == "1.2.840.113549.1.7.1"


def test_no_value_stands_in_the_item_and_no_two_are_alike() -> None:
    one, other = (item_for(OURS).EncryptedContent for _ in range(2))
    assert b"P-7" not in one
    assert one != other


@pytest.mark.parametrize("key_bits", [2048, 2056, 3072])
def test_keys_of_any_size_open(key_bits: int) -> None:
    item = encrypted(attributes(), [certificate(rsa_key(ANOTHERS)), certificate(rsa_key(OURS, key_bits))])
    assert decrypted([item], rsa_key(OURS, key_bits)) == attributes()


@pytest.mark.parametrize("name", ["2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "1.2.840.113549.3.7"])
def test_other_ciphers_of_the_standard_are_read(name: str) -> None:
    item = with_content(made_envelope(padded(inner(), name), name))
    assert decrypted([item], rsa_key(OURS)) == attributes()


def test_the_first_item_that_opens_is_taken() -> None:
    first = Dataset()
    first.PatientID = "first"
    items = [item_for(ANOTHERS), encrypted(first, [certificate(rsa_key(OURS))]), item_for(OURS)]
    assert decrypted(items, rsa_key(OURS)) == first
    assert decrypted(items, rsa_key(ANOTHERS)) == attributes()


def test_items_of_a_sequence_are_taken() -> None:
    dataset = Dataset()
    dataset.EncryptedAttributesSequence = Sequence([item_for(OURS)])
    assert decrypted(dataset.EncryptedAttributesSequence, rsa_key(OURS)).PatientID == "P-7"


def test_more_than_can_be_read_again_is_not_written() -> None:
    content = attributes()
    content.add_new(0x00091011, "OB", bytes(1 << 24))
    with pytest.raises(DoesNotFitError, match=r"16 MiB; leave out large private elements\.$"):
        encrypted(content, [certificate(rsa_key(OURS))])
    with pytest.raises(DoesNotFitError, match="at most 32 certificates; name fewer"):
        encrypted(attributes(), [certificate(rsa_key(OURS))] * 33)


def test_the_largest_that_is_written_is_read_again() -> None:
    content = attributes()
    content.add_new(0x00091011, "OB", bytes((1 << 24) - (1 << 17) - 600))
    item = encrypted(content, [certificate(rsa_key(ANOTHERS))] * 31 + [certificate(rsa_key(OURS))])
    assert decrypted([item], rsa_key(OURS)) == content


# ---- one answer ------------------------------------------------------------------------------------------------------


def inner(content: Dataset | None = None) -> bytes:
    return item_in_memory(MODIFIED, attributes() if content is None else content)


def changed(edit: Callable[[cms._ContentInfo], None]) -> Dataset:
    """Our item with a part of its envelope changed."""
    return with_content(edited(item_for(OURS).EncryptedContent, edit))


def with_keys(*wrapped: bytes) -> Dataset:
    return changed(lambda info: setattr(info.content, "recipients", asn1.SetOf([recipient(each) for each in wrapped])))


def flipped(at: int) -> Dataset:
    """Our item with a bit of its encrypted content changed."""

    def flip(info: cms._ContentInfo) -> None:
        content = bytearray(info.content.encrypted.content or b"")
        content[at] ^= 0x40
        info.content.encrypted.content = bytes(content)

    return changed(flip)


def shortened(to: int | None) -> Dataset:
    def cut(info: cms._ContentInfo) -> None:
        content = info.content.encrypted.content or b""
        info.content.encrypted.content = None if to is None else content[:to]

    return changed(cut)


def set_cipher(info: cms._ContentInfo) -> None:
    info.content.encrypted.algorithm.algorithm = ObjectIdentifier("2.16.840.1.101.3.4.1.46")  # AES-256 in GCM mode


def set_start(info: cms._ContentInfo) -> None:
    info.content.encrypted.algorithm.start = bytes(12)


def set_kind(info: cms._ContentInfo) -> None:
    info.type = ObjectIdentifier("1.2.840.113549.1.7.2")


def set_inner_kind(info: cms._ContentInfo) -> None:
    info.content.encrypted.type = ObjectIdentifier("1.2.840.113549.1.7.2")


def set_oaep(info: cms._ContentInfo) -> None:
    info.content.recipients = asn1.SetOf([recipient(bytes(256), "1.2.840.113549.1.1.7")])


def lone() -> Dataset:
    """A data set that is none of modified attributes."""
    dataset = Dataset()
    dataset.PatientID = "P-7"
    return dataset


WRONG: dict[str, Callable[[], list[Dataset]]] = {
    "a certificate of somebody else": lambda: [item_for(ANOTHERS)],
    "a wrapped key of other bytes": lambda: [with_keys(os.urandom(255).rjust(256, b"\0"))],
    "a wrapped key of zeros": lambda: [with_keys(bytes(256))],
    "a wrapped key beyond the modulus": lambda: [with_keys(b"\xff" * 256)],
    "a wrapped key that is too short": lambda: [with_keys(bytes(128))],
    "a wrapped key that is too long": lambda: [with_keys(bytes(512))],
    "no wrapped key": lambda: [with_keys(b"")],
    "a content key of another size": lambda: [with_content(made_envelope(padded(inner()), key=os.urandom(16)))],
    "the first block changed": lambda: [flipped(3)],
    "the last block changed": lambda: [flipped(-3)],
    "a block in the middle changed so that its padding stays": lambda: [flipped(16)],
    "content that lacks a block": lambda: [shortened(-16)],
    "content of one block": lambda: [shortened(16)],
    "content of half a block": lambda: [shortened(8)],
    "content of nothing": lambda: [shortened(0)],
    "no content": lambda: [shortened(None)],
    "no padding": lambda: [with_content(made_envelope(bytes(64)))],
    "padding of more than a block": lambda: [with_content(made_envelope(b"\x11" * 64))],
    "no data set": lambda: [with_content(made_envelope(padded(os.urandom(200))))],
    "an empty data set": lambda: [with_content(made_envelope(padded(b"")))],
    "another data set": lambda: [with_content(made_envelope(padded(item_in_memory(0x04000561, lone()))))],
    "a data set with something behind it": lambda: [with_content(made_envelope(padded(inner() + bytes(16))))],
    "a data set that is cut off": lambda: [with_content(made_envelope(padded(inner()[:-1])))],
    "another transfer syntax": lambda: [with_content(item_for(OURS).EncryptedContent, ImplicitVRLittleEndian)],
    "an unknown cipher": lambda: [changed(set_cipher)],
    "a start of another size": lambda: [changed(set_start)],
    "another kind of message": lambda: [changed(set_kind)],
    "another kind of content": lambda: [changed(set_inner_kind)],
    "a key encrypted in another way": lambda: [changed(set_oaep)],
    "no recipient": lambda: [with_keys()],
    "too many recipients": lambda: [with_keys(*[bytes(256)] * (cms.MOST_RECIPIENTS + 1))],
    "no DER": lambda: [with_content(os.urandom(600))],
    "half an envelope": lambda: [with_content(item_for(OURS).EncryptedContent[:400])],
    "an envelope with something behind it": lambda: [with_content(item_for(OURS).EncryptedContent + b"\0\0")],
    "an envelope of nothing": lambda: [with_content(b"")],
    "too large an envelope": lambda: [with_content(item_for(OURS).EncryptedContent + bytes(cms.LARGEST))],
    "an item of nothing": lambda: [Dataset()],
    "no transfer syntax that anybody knows": lambda: [with_content(made_envelope(padded(b"\0" * 64)), "1.2.3")],
}


def answer(items: list[Dataset], key: Any) -> NothingDecryptedError:
    with pytest.raises(NothingDecryptedError) as caught:
        decrypted(items, key)
    return caught.value


@pytest.mark.parametrize("name", WRONG)
def test_whatever_is_wrong_has_one_answer(name: str) -> None:
    error = answer(WRONG[name](), rsa_key(OURS))
    assert isinstance(error, NothingReadableError)
    assert str(error) == str(answer([item_for(OURS)], rsa_key(ANOTHERS)))
    assert error.exit_code == 4
    assert error.__cause__ is None


class CountingKey:
    """A key that counts what it decrypts."""

    def __init__(self, key: Any, count: Counter[str]) -> None:
        self._key, self._count, self.public_key = key, count, key.public_key

    def decrypt(self, wrapped: bytes, padding: Any) -> bytes:
        self._count["keys"] += 1
        self._count["bytes of keys"] += len(wrapped)
        return bytes(self._key.decrypt(wrapped, padding))


def counting(count: Counter[str]) -> Any:
    return CountingKey(rsa_key(OURS), count)


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is done on the way to an answer."""
    counter: Counter[str] = Counter()
    decrypt, read = cms._decrypted, item_of

    def counted_decrypt(*arguments: Any) -> Any:
        counter["contents decrypted"] += 1
        return decrypt(*arguments)

    def counted_read(*arguments: Any) -> Any:
        counter["data sets read"] += 1
        return read(*arguments)

    monkeypatch.setattr(cms, "_decrypted", counted_decrypt)
    monkeypatch.setattr(attributes_module, "item_of", counted_read)
    return counter


@pytest.mark.parametrize("name", [name for name in WRONG if name != "an item of nothing"])
def test_whatever_is_wrong_takes_the_steps_that_a_right_item_takes(name: str, count: Counter[str]) -> None:
    decrypted([item_for(OURS)], counting(count))
    right = dict(count)
    assert right == {"keys": 1, "bytes of keys": 256, "contents decrypted": 1, "data sets read": 1}
    count.clear()
    answer(WRONG[name](), counting(count))
    assert dict(count) == right


@pytest.mark.parametrize("ours", [0, 1, 2])
def test_all_recipients_are_tried_whichever_is_right(ours: int, count: Counter[str]) -> None:
    order = [ANOTHERS, ANOTHERS]
    order.insert(ours, OURS)
    items = [item_for(*order), item_for(ANOTHERS), item_for(OURS)]
    assert decrypted(items, counting(count)) == attributes()
    assert count["keys"] == count["contents decrypted"] == count["data sets read"] == 5


def test_a_key_that_says_nothing_is_replaced_by_a_random_one() -> None:
    """Not by one that is the same twice, or that anybody can know."""
    wrong = os.urandom(255).rjust(256, b"\0")
    found = {cms._content_key(rsa_key(OURS), wrapped, 32) for wrapped in (wrong, wrong, b"", b"\xff" * 256, bytes(256))}
    assert len(found) == 5
    assert all(len(each) == 32 for each in found)


def test_more_items_than_anybody_needs_are_not_looked_at(count: Counter[str]) -> None:
    items = [item_for(ANOTHERS)] * 100 + [item_for(OURS)]
    answer(items, counting(count))
    assert count["keys"] == 32


def test_an_openssl_that_tells_wrong_paddings_makes_no_difference() -> None:
    class Telling(CountingKey):
        def decrypt(self, wrapped: bytes, padding: Any) -> bytes:
            super().decrypt(wrapped, padding)
            raise ValueError("Decryption failed")

    count: Counter[str] = Counter()
    key: Any = Telling(rsa_key(OURS), count)
    assert str(answer([item_for(OURS)], key)) == str(answer([item_for(ANOTHERS)], rsa_key(OURS)))
    assert count["keys"] == 1


@pytest.mark.parametrize("took", [0.0, 0.0003, 0.0099, 0.0101, 0.123])
def test_the_answer_comes_at_a_tick_however_long_it_took(took: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1000.0, 1000.0 + took])
    slept: list[float] = []
    monkeypatch.setattr(attributes_module, "monotonic", lambda: next(clock))
    monkeypatch.setattr(attributes_module, "sleep", slept.append)
    answer([item_for(ANOTHERS)], rsa_key(OURS))
    (seconds,) = slept
    ticks = (took + seconds) / 0.01
    assert 0 <= seconds <= 0.01
    assert ticks == pytest.approx(round(ticks), abs=1e-6)


def test_attributes_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes_module, "sleep", lambda _: pytest.fail("it waits"))
    assert decrypted([item_for(OURS)], rsa_key(OURS)) == attributes()


def test_no_items_have_the_same_answer() -> None:
    assert str(answer([], rsa_key(OURS))) == str(answer([item_for(ANOTHERS)], rsa_key(OURS)))
