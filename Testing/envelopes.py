"""Envelopes with whatever content, keys and algorithms, right or wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.x509 import ObjectIdentifier

from StegoMedLib.identity import enveloped as cms
from Testing.certificates import certificate, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AES256", "block_of", "edited", "made_envelope", "padded", "parsed_envelope", "recipient"]

AES256 = "2.16.840.1.101.3.4.1.42"


@asn1.sequence
class _Any:
    value: asn1.TLV


@asn1.sequence
class _Recipient:
    value: cms._KeyTransport


def parsed_envelope(der: bytes) -> cms._ContentInfo:
    """The parts of an envelope that is one."""
    found = cms._content_info(der)
    assert found is not None
    return found


def recipient(wrapped: bytes, algorithm: str = "1.2.840.113549.1.1.1") -> asn1.TLV:
    """A recipient's part, with its encrypted key."""
    (found,) = parsed_envelope(cms.enveloped(b"", [certificate(rsa_key(0))])).content.recipients.as_list()
    part: cms._KeyTransport = found.parse(cms._KeyTransport)
    part.key, part.algorithm.algorithm = wrapped, ObjectIdentifier(algorithm)
    return asn1.decode_der(_Any, asn1.encode_der(_Recipient(value=part))).value


def block_of(cipher: str) -> int:
    """Bytes of a cipher's block."""
    return cms._ALGORITHMS[cipher].block


def padded(content: bytes, cipher: str = AES256) -> bytes:
    """Content in whole blocks, as CMS has it."""
    fill = block_of(cipher) - len(content) % block_of(cipher)
    return content + bytes([fill]) * fill


def made_envelope(blocks: bytes, cipher: str = AES256, key: bytes | None = None) -> bytes:
    """An envelope for the first key, of whole blocks that may be padded or not; `key` is the content's."""
    algorithm = cms._ALGORITHMS[cipher]
    key, start = key or os.urandom(algorithm.key), os.urandom(algorithm.block)
    encryptor = Cipher(algorithm.cipher(key.ljust(algorithm.key, b"\0")), modes.CBC(start)).encryptor()
    info = parsed_envelope(cms.enveloped(b"", [certificate(rsa_key(0))]))
    encrypted = info.content.encrypted
    encrypted.algorithm.algorithm, encrypted.algorithm.start = ObjectIdentifier(cipher), start
    encrypted.content = encryptor.update(blocks) + encryptor.finalize()
    info.content.recipients = asn1.SetOf([recipient(rsa_key(0).public_key().encrypt(key, PKCS1v15()))])
    return asn1.encode_der(info)


def edited(der: bytes, edit: Callable[[cms._ContentInfo], None]) -> bytes:
    """An envelope with some of its parts changed."""
    info = parsed_envelope(der)
    edit(info)
    return asn1.encode_der(info)
