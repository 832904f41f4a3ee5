"""Enveloped-data of the Cryptographic Message Syntax (RFC 5652, section 6), as DICOM uses it (PS3.15 E.1.1).

The content is encrypted with a key of its own, which goes along for each recipient, encrypted with the RSA key of a
certificate (RFC 3370, section 4.2.1). Nothing of it is authenticated: whoever has a certificate can make one, and a
change does not always show.

RSA with the padding of PKCS #1 v1.5 gives its content away to whoever may ask often enough whether the padding is
right (Bleichenbacher 1998), and CBC likewise (Vaudenay 2002). So there is one path through `opened`, whatever is wrong:
in the place of what cannot be parsed, of keys for others and of keys that do not decrypt stand random ones (RFC 3218),
every recipient is tried and none ends the search, the content is decrypted with each key, and a wrong padding is noted.
OpenSSL 3.2 and newer does the like inside RSA. What differs in time is left to Python: raising and catching an
exception takes a microsecond, and what comes of a wrong key may look like a data set for longer or shorter before it
turns out to be none. `StegoMedLib.identity.encrypted` covers that with a wait, which is no proof: nobody should let
strangers ask over a network.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options
from cryptography.x509 import Certificate, ObjectIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["LARGEST", "MOST_RECIPIENTS", "enveloped", "opened"]

LARGEST = 1 << 24
"""Bytes of an envelope that is looked at; headers of images have some thousand."""
MOST_RECIPIENTS = 32

_ENVELOPED_DATA, _DATA = ObjectIdentifier("1.2.840.113549.1.7.3"), ObjectIdentifier("1.2.840.113549.1.7.1")
_RSA = ObjectIdentifier("1.2.840.113549.1.1.1")
_SEQUENCE = b"\x30"


@dataclass(frozen=True)
class _Algorithm:
    """How content is encrypted, always with CBC; sizes in bytes."""

    cipher: type[AES | TripleDES]
    key: int
    block: int


_AES256 = _Algorithm(AES, 32, 16)
_ALGORITHMS = {
    "2.16.840.1.101.3.4.1.2": _Algorithm(AES, 16, 16),  # RFC 3565, section 4.1
    "2.16.840.1.101.3.4.1.22": _Algorithm(AES, 24, 16),
    "2.16.840.1.101.3.4.1.42": _AES256,
    "1.2.840.113549.3.7": _Algorithm(TripleDES, 24, 8),  # RFC 3370, section 5.1
}


@asn1.sequence
class _KeyAlgorithm:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _KeyTransport:
    """KeyTransRecipientInfo (RFC 5652, section 6.2.1)."""

    version: int
    recipient: asn1.TLV
    algorithm: _KeyAlgorithm
    key: bytes


@asn1.sequence
class _ContentAlgorithm:
    algorithm: ObjectIdentifier
    start: bytes


@asn1.sequence
class _EncryptedContent:
    type: ObjectIdentifier
    algorithm: _ContentAlgorithm
    content: Annotated[bytes | None, asn1.Implicit(0)]


@asn1.sequence
class _EnvelopedData:
    """EnvelopedData (RFC 5652, section 6.1)."""

    version: int
    originator: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]
    recipients: asn1.SetOf[asn1.TLV]
    encrypted: _EncryptedContent
    attributes: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class _ContentInfo:
    type: ObjectIdentifier
    content: Annotated[_EnvelopedData, asn1.Explicit(0)]


@dataclass(frozen=True)
class _Envelope:
    """What `opened` works on, from an envelope or in the place of one that is none (then it is not `genuine`)."""

    keys: tuple[bytes, ...]
    algorithm: _Algorithm
    start: bytes
    content: bytes
    genuine: bool = True


def enveloped(content: bytes, certificates: Sequence[Certificate]) -> bytes:
    """Encrypt for the holders of the private keys of certificates, with AES-256 in CBC mode.

    Parameters
    ----------
    content : bytes
    certificates : sequence of Certificate
        One or more, of RSA keys.

    Returns
    -------
    bytes
        ContentInfo in DER.
    """
    builder = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
    for certificate in certificates:
        builder = builder.add_recipient(certificate)
    return builder.encrypt(Encoding.DER, [PKCS7Options.Binary])


def opened(envelope: bytes, key: RSAPrivateKey) -> Iterator[tuple[bytes, bool]]:
    """Decrypt with the key that each recipient's part gives; how far all ways are one is said above.

    Parameters
    ----------
    envelope : bytes
        ContentInfo in DER, perhaps with a zero behind it that makes its length even; may be anything.
    key : RSAPrivateKey

    Yields
    ------
    tuple of (bytes, bool)
        At least one. Content, or random bytes; and whether the padding was right, so that it may be the content.
    """
    found = _parsed(envelope) or _stand_in(len(envelope))
    for wrapped in found.keys:
        content, right = _decrypted(found, _content_key(key, wrapped, found.algorithm.key))
        yield content, right and found.genuine


def _parsed(envelope: bytes) -> _Envelope | None:
    """The envelope, where it is one that can be worked on."""
    info = _content_info(envelope)
    if info is None or info.type != _ENVELOPED_DATA or info.content.encrypted.type != _DATA:
        return None
    encrypted = info.content.encrypted
    algorithm = _ALGORITHMS.get(encrypted.algorithm.algorithm.dotted_string)
    keys = tuple(map(_wrapped_key, info.content.recipients.as_list()))
    content, start = encrypted.content or b"", encrypted.algorithm.start
    if algorithm is None or not 0 < len(keys) <= MOST_RECIPIENTS or len(start) != algorithm.block:
        return None
    if not content or len(content) % algorithm.block:
        return None
    return _Envelope(keys, algorithm, start, content)


def _content_info(envelope: bytes) -> _ContentInfo | None:
    if len(envelope) > LARGEST:
        return None
    for data in (envelope, envelope[:-1]) if envelope[-1:] == b"\0" else (envelope,):
        with suppress(ValueError):
            return asn1.decode_der(_ContentInfo, data)
    return None


def _wrapped_key(recipient: asn1.TLV) -> bytes:
    """A content key as it was encrypted for a recipient with RSA; empty for one who decrypts it in another way."""
    if recipient.tag_bytes != _SEQUENCE:
        return b""
    with suppress(ValueError):
        found: _KeyTransport = recipient.parse(_KeyTransport)
        return found.key if found.algorithm.algorithm == _RSA else b""
    return b""


def _stand_in(size: int) -> _Envelope:
    """What is worked on in the place of something of `size` bytes that is no envelope."""
    blocks = max(min(size, LARGEST) // _AES256.block, 1)
    return _Envelope((b"",), _AES256, bytes(_AES256.block), secrets.token_bytes(blocks * _AES256.block), genuine=False)


def _content_key(key: RSAPrivateKey, wrapped: bytes, size: int) -> bytes:
    """The content key, or a random one where `wrapped` does not decrypt to one of `size` bytes."""
    instead, modulus = secrets.token_bytes(size), key.public_key().public_numbers().n
    length = (modulus.bit_length() + 7) // 8
    if len(wrapped) != length or int.from_bytes(wrapped, "big") >= modulus:
        wrapped = b"\0" + secrets.token_bytes(length - 1)
    try:
        found = key.decrypt(wrapped, PKCS1v15())
    except ValueError:  # OpenSSL before 3.2 says that the padding is wrong; newer ones give random bytes
        found = b""
    return found if len(found) == size else instead


def _decrypted(envelope: _Envelope, key: bytes) -> tuple[bytes, bool]:
    """Content, and whether its padding is right; else it is left in its place (RFC 5652, section 6.3)."""
    algorithm = envelope.algorithm
    decryptor = Cipher(algorithm.cipher(key), CBC(envelope.start)).decryptor()
    padded = decryptor.update(envelope.content) + decryptor.finalize()
    unpadder = PKCS7(algorithm.block * 8).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize(), True
    except ValueError:
        return padded, False
