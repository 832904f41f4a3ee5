"""Key pairs and certificates of imaginary recipients."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Authority", "certificate", "key_pem", "rsa_key"]


@cache
def rsa_key(number: int, bits: int = 2048) -> rsa.RSAPrivateKey:  # noqa: ARG001 it tells keys of one size apart
    """Make a key; the same one for the same number in this process."""
    return rsa.generate_private_key(65537, bits)


def certificate(
    key: Any, *, days: tuple[int, int] = (-1, 365), extensions: Sequence[x509.ExtensionType] = ()
) -> x509.Certificate:
    """A certificate that the holder of a key signed himself; valid between two days from now."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Recipient")]), datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now + timedelta(days[0])).not_valid_after(now + timedelta(days[1]))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, SHA256())


class Authority:
    """A certificate authority of a test, whose files lie in a folder; strict readers take what it signs (RFC 5280)."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        self._folder, self._key = folder, rsa_key(number)
        folder.mkdir(parents=True, exist_ok=True)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority {number}")])
        is_one = x509.BasicConstraints(ca=True, path_length=None)
        signs = dict.fromkeys(("key_cert_sign", "crl_sign"), True)
        others = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        use = x509.KeyUsage(**signs, **dict.fromkeys((*others, "encipher_only", "decipher_only"), False))
        builder = self._builder(self._name, self._key).add_extension(is_one, critical=True)
        builder = builder.add_extension(use, critical=True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def signs(self, name: str, number: int = 1, address: str = "127.0.0.1") -> Path:
        """A file with the certificate of a computer at an address, and its private key."""
        key = rsa_key(number)
        place = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        signed = builder.add_extension(place, critical=False).sign(self._key, SHA256())
        file = self._folder / f"{name}.pem"
        file.write_bytes(signed.public_bytes(Encoding.PEM) + key_pem(key))
        file.chmod(0o600)
        return file

    def _builder(self, subject: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
        now, own = datetime.now(timezone.utc), self._key.public_key()
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))
        subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(own)
        return builder.add_extension(subject_key, critical=False).add_extension(authority_key, critical=False)


def key_pem(key: Any, password: bytes | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    """A private key as a file holds it."""
    protection: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    return bytes(key.private_bytes(Encoding.PEM, form, protection))
