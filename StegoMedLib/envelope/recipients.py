"""Recipients: who opens with a private key what others seal with the public one, by HPKE (RFC 9180, base mode).

The suites are DHKEM(X25519, HKDF-SHA256), or for hybrid keys ML-KEM-768 with X25519 (KEM 0x647a, also called X-Wing),
each with HKDF-SHA256 and ChaCha20-Poly1305. What HPKE encrypts is the envelope's secret. Nothing in a slot says whose
it is.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from StegoMedLib.envelope.aead import KEY_BYTES
from StegoMedLib.envelope.derivation import public_locator
from StegoMedLib.envelope.slots import Slot, SlotType
from StegoMedLib.errors import UnusableKeyError
from StegoMedLib.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Identity", "Recipient"]

_PublicKey: TypeAlias = X25519PublicKey | MLKEM768X25519PublicKey
_PrivateKey: TypeAlias = X25519PrivateKey | MLKEM768X25519PrivateKey


@dataclass(frozen=True)
class Recipient:
    """Public keys of somebody, as a key that seals and opens nothing.

    Attributes
    ----------
    x25519 : bytes of length 32
    mlkem768 : bytes of length 1184, or empty
        Of a hybrid recipient: quantum computers open nothing that is sealed for it.

    Raises
    ------
    UnusableKeyError
        They are no keys, or this computer's OpenSSL has no ML-KEM.
    """

    x25519: bytes
    mlkem768: bytes = b""

    def __post_init__(self) -> None:
        """See whether anything can be sealed for it: an X25519 key of low order is none (RFC 7748, section 6.1)."""
        self.wrapping(bytes(KEY_BYTES))

    @property
    def slot_bytes(self) -> int:
        """See `Key`."""
        return Slot.bytes_of(_type(self.mlkem768))

    @property
    def wrapped_bytes(self) -> int:
        """See `SingleKey`."""
        return self.slot_bytes

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """A slot of a random secret, and the secret."""
        secret = secrets.token_bytes(KEY_BYTES)
        return (self.wrapping(secret),), secret

    def wrapping(self, secret: bytes) -> Slot:
        """See `SingleKey`."""
        kind = _type(self.mlkem768)
        with _usable_keys():
            return Slot(kind, _suite(kind).encrypt(secret, self._key(), info=_info()))

    def opening(self, slot: Slot) -> bytes | None:  # noqa: ARG002  of every key
        """None: a public key opens nothing."""
        return None

    def locators(self) -> tuple[bytes, ...]:
        """The public key of the positions."""
        return (public_locator(),)

    def _key(self) -> _PublicKey:
        x25519 = X25519PublicKey.from_public_bytes(self.x25519)
        if not self.mlkem768:
            return x25519
        return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(self.mlkem768), x25519)


@dataclass(frozen=True)
class Identity:
    """Private keys of a recipient, as a key that opens what was sealed for it, and seals for it.

    Attributes
    ----------
    x25519 : bytes of length 32
    mlkem768 : bytes of length 64, or empty
        The seed (FIPS 203, section 7.1: d, then z) of a hybrid identity.

    Raises
    ------
    UnusableKeyError
        They are no keys, or this computer's OpenSSL has no ML-KEM.
    """

    x25519: bytes = field(repr=False)
    mlkem768: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """See whether they are keys."""
        with _usable_keys():
            self._key()

    @classmethod
    def made(cls, *, hybrid: bool = False) -> Identity:
        """A new one, by the operating system's random numbers."""
        return cls(secrets.token_bytes(32), secrets.token_bytes(64) if hybrid else b"")

    @property
    def recipient(self) -> Recipient:
        """Its public keys."""
        x25519 = X25519PrivateKey.from_private_bytes(self.x25519).public_key().public_bytes_raw()
        if not self.mlkem768:
            return Recipient(x25519)
        mlkem768 = MLKEM768PrivateKey.from_seed_bytes(self.mlkem768).public_key()
        return Recipient(x25519, mlkem768.public_bytes_raw())

    @property
    def slot_bytes(self) -> int:
        """See `Key`."""
        return self.recipient.slot_bytes

    @property
    def wrapped_bytes(self) -> int:
        """See `SingleKey`."""
        return self.slot_bytes

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """As the recipient seals."""
        return self.recipient.sealing()

    def wrapping(self, secret: bytes) -> Slot:
        """As the recipient wraps."""
        return self.recipient.wrapping(secret)

    def opening(self, slot: Slot) -> bytes | None:
        """See `Key`."""
        kind = _type(self.mlkem768)
        if slot.type != kind:
            return None
        try:
            secret = _suite(kind).decrypt(slot.body, self._key(), info=_info())
        except (InvalidTag, ValueError):
            return None
        return secret

    def locators(self) -> tuple[bytes, ...]:
        """The public key of the positions."""
        return (public_locator(),)

    def _key(self) -> _PrivateKey:
        x25519 = X25519PrivateKey.from_private_bytes(self.x25519)
        if not self.mlkem768:
            return x25519
        return MLKEM768X25519PrivateKey(MLKEM768PrivateKey.from_seed_bytes(self.mlkem768), x25519)


def _type(mlkem768: bytes) -> SlotType:
    return SlotType.HYBRID if mlkem768 else SlotType.X25519


@cache
def _suite(kind: SlotType) -> Suite:
    kem = KEM.MLKEM768_X25519 if kind == SlotType.HYBRID else KEM.X25519
    return Suite(kem, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def _info() -> bytes:
    return label("recipient")


@contextmanager
def _usable_keys() -> Iterator[None]:
    """What `cryptography` says of keys, as a sentence."""
    try:
        yield
    except UnsupportedAlgorithm:
        raise UnusableKeyError(
            "The package cryptography was built without ML-KEM; install its wheel, or OpenSSL 3.5 or newer."
        ) from None
    except ValueError:
        raise UnusableKeyError("This is no key of a recipient; use one that 'stegomed keygen' made.") from None
