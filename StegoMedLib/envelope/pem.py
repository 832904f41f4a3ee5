"""Keys of recipients as PEM (RFC 7468), as OpenSSL writes and reads them: no format of our own.

A public key is a SubjectPublicKeyInfo (RFC 5280, section 4.1), a private key PKCS #8 (RFC 5958), encrypted or not.
X25519 keys are those of RFC 8410, ML-KEM-768 keys those of RFC 9935, private ones as a seed alone (section 6). There is
no single key for both in common use, so a file of a hybrid key holds one of each, in either order.
"""

from __future__ import annotations

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from StegoMedLib.envelope.recipients import Identity, Recipient
from StegoMedLib.errors import UnusableKeyError

__all__ = [
    "LARGEST_PEM",
    "identity_from_pem",
    "identity_to_pem",
    "is_encrypted",
    "recipient_from_pem",
    "recipient_to_pem",
]

LARGEST_PEM = 65536
"""Bytes of a file; a hybrid key takes 2 kB, and tools put descriptions between keys."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)
_PUBLIC, _PRIVATE, _ENCRYPTED = b"PUBLIC KEY", b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY"
_NAMED = 40
"""Bytes that hold the name of a block."""
_X25519, _MLKEM768 = "X25519", "ML-KEM-768"


def recipient_from_pem(data: bytes) -> Recipient:
    """Read the public keys of a recipient.

    Parameters
    ----------
    data : bytes
        What a file holds; may be anything.

    Raises
    ------
    UnusableKeyError
        There are no such keys, or private ones.
    """
    blocks = _blocks(data)
    if any(name != _PUBLIC for name, _ in blocks):
        raise UnusableKeyError(
            "It holds something else than public keys; name the file of the recipient's public key, and keep private "
            "keys to yourself."
        )
    return Recipient(*_pair([_public(block) for _, block in blocks]))


def identity_from_pem(data: bytes, password: bytes | None = None) -> Identity:
    """Read the private keys of a recipient.

    Parameters
    ----------
    data : bytes
        What a file holds; may be anything.
    password : bytes, optional
        Of keys that are encrypted.

    Raises
    ------
    UnusableKeyError
        There are no such keys, or they are encrypted and the password is none or another.
    """
    blocks = [(name, block) for name, block in _blocks(data) if name != _PUBLIC]
    if any(name not in {_PRIVATE, _ENCRYPTED} for name, _ in blocks):
        raise UnusableKeyError("It holds something else than keys in PKCS #8; write it anew with 'openssl pkey'.")
    return Identity(*_pair([_private(block, password if name == _ENCRYPTED else None) for name, block in blocks]))


def is_encrypted(data: bytes) -> bool:
    """Whether `identity_from_pem` needs a password."""
    return any(name == _ENCRYPTED for name, _ in _blocks(data))


def recipient_to_pem(recipient: Recipient) -> bytes:
    """The public keys, X25519 first, which older versions of OpenSSL know alone."""
    keys: list[X25519PublicKey | MLKEM768PublicKey] = [X25519PublicKey.from_public_bytes(recipient.x25519)]
    if recipient.mlkem768:
        keys.append(MLKEM768PublicKey.from_public_bytes(recipient.mlkem768))
    return b"".join(each.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for each in keys)


def identity_to_pem(identity: Identity) -> bytes:
    """The private keys, not encrypted, X25519 first."""
    keys: list[X25519PrivateKey | MLKEM768PrivateKey] = [X25519PrivateKey.from_private_bytes(identity.x25519)]
    if identity.mlkem768:
        keys.append(MLKEM768PrivateKey.from_seed_bytes(identity.mlkem768))
    return b"".join(each.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) for each in keys)


def _blocks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Name and text of each block; what is between them are remarks."""
    return [(found[1], found[0] + b"\n") for found in _BLOCK.finditer(data[:LARGEST_PEM])]


def _public(block: bytes) -> tuple[str, bytes]:
    """Algorithm and bytes of a public key; nothing of one that is not used here, or is none."""
    try:
        key = load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm):
        return "", b""
    if isinstance(key, X25519PublicKey):
        return _X25519, key.public_bytes_raw()
    return (_MLKEM768, key.public_bytes_raw()) if isinstance(key, MLKEM768PublicKey) else ("", b"")


def _private(block: bytes, password: bytes | None) -> tuple[str, bytes]:
    """As `_public`, of a private key, of which ML-KEM has a seed."""
    try:
        key = load_pem_private_key(block, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # a TypeError: the password is missing
        if b"ENCRYPTED" in block[:_NAMED]:
            raise UnusableKeyError("It is encrypted, and this is not its password; type the right one.") from None
        return "", b""
    if isinstance(key, X25519PrivateKey):
        return _X25519, key.private_bytes_raw()
    return (_MLKEM768, key.private_bytes_raw()) if isinstance(key, MLKEM768PrivateKey) else ("", b"")


def _pair(keys: list[tuple[str, bytes]]) -> tuple[bytes, bytes]:
    """An X25519 key, and the ML-KEM-768 key beside it or nothing."""
    found = dict(keys)
    if len(found) != len(keys) or found.keys() not in ({_X25519}, {_X25519, _MLKEM768}):
        raise UnusableKeyError(
            f"It must hold one {_X25519} key as PEM, alone or with one {_MLKEM768} key; name one that "
            "'stegomed keygen' made."
        )
    return found[_X25519], found.get(_MLKEM768, b"")
