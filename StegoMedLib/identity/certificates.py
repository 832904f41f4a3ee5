"""X.509 certificates and private RSA keys as PEM: for whom Encrypted Attributes are written, and who opens them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from StegoMedLib.errors import UnusableInputError, UnusableKeyError
from StegoMedLib.opening import read_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "LARGEST_PEM",
    "PEM_REMEDY",
    "certificate_from_pem",
    "needs_password",
    "private_key_from_pem",
    "read_certificate",
]

PEM_REMEDY = "name a PEM file."

LARGEST_PEM = 1 << 16
"""Bytes of a file; a certificate takes 2 kB, and tools put descriptions beside it."""
_LEAST_BITS = 2048
_NO_CERTIFICATE = "It holds no certificate as PEM; name the file of the recipient's X.509 certificate."
_ENCRYPTED = object()
"""In the place of a key that needs a password."""


def read_certificate(file: Path) -> x509.Certificate:
    """The certificate in a file; raises `UnusableInputError`, naming the file."""
    data = read_file(file, LARGEST_PEM, PEM_REMEDY)
    try:
        return certificate_from_pem(data)
    except UnusableKeyError as error:
        raise UnusableInputError(f"{file} cannot be used: {error}") from None


def certificate_from_pem(data: bytes) -> x509.Certificate:
    """Read the certificate of a recipient of Encrypted Attributes.

    Who signed it is not asked: whoever names it vouches for it.

    Parameters
    ----------
    data : bytes
        What a file holds; may be anything.

    Raises
    ------
    UnusableKeyError
        There is none or more than one, it is not valid today, or its key is no RSA key of at least 2048 bits that may
        encrypt keys (RFC 5280, section 4.2.1.3); the sentence names no file.
    """
    try:
        found = x509.load_pem_x509_certificates(data[:LARGEST_PEM])
    except ValueError:
        raise UnusableKeyError(_NO_CERTIFICATE) from None
    if len(found) > 1:
        raise UnusableKeyError(
            f"It holds {len(found)} certificates; name a file for each recipient that holds nobody else's."
        )
    _check(found[0])
    return found[0]


def _check(certificate: x509.Certificate) -> None:
    key, now = _public_key(certificate), datetime.now(timezone.utc)
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise UnusableKeyError(
            f"Its key is no RSA key of at least {_LEAST_BITS} bits; ask the recipient for a certificate that has one."
        )
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise UnusableKeyError("It is not valid today; ask the recipient for a certificate that is.")
    if not _may_encrypt(certificate):
        raise UnusableKeyError(
            "It says that its key is not for encrypting; ask the recipient for a certificate with the key usage "
            "keyEncipherment."
        )


def _public_key(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _may_encrypt(certificate: x509.Certificate) -> bool:
    """Whether the certificate allows key transport; one that says nothing of key usage allows everything."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    return usage.key_encipherment


def private_key_from_pem(data: bytes, password: bytes | None = None) -> RSAPrivateKey:
    """Read a private RSA key: PKCS #8 (RFC 5958) or the older form of OpenSSL, encrypted or not.

    Checking the key takes its time: read it once, not for each file.

    Parameters
    ----------
    data : bytes
        What a file holds; may be anything.
    password : bytes, optional
        Of a key that is encrypted.

    Raises
    ------
    UnusableKeyError
        There is no such key, or it is encrypted and the password is none or another; the sentence names no file.
    """
    key = _loaded(data, None)
    if key is _ENCRYPTED:
        key = _loaded(data, password or b"")
        if key is None or key is _ENCRYPTED:
            raise UnusableKeyError("It is encrypted, and this is not its password; type the right one.")
    if not isinstance(key, RSAPrivateKey):
        raise UnusableKeyError("It holds no private RSA key as PEM; name the key that belongs to the certificate.")
    return key


def needs_password(data: bytes) -> bool:
    """Whether `private_key_from_pem` needs a password."""
    return _loaded(data, None) is _ENCRYPTED


def _loaded(data: bytes, password: bytes | None) -> object:
    """A private key of any kind; None where there is none, or the password is another."""
    try:
        return load_pem_private_key(data[:LARGEST_PEM], password)
    except TypeError:  # a password is missing
        return _ENCRYPTED
    except (ValueError, UnsupportedAlgorithm):
        return None
