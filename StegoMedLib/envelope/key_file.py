"""Key files: 32 random bytes that nobody has to remember, and nobody guesses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from StegoMedLib.envelope.aead import KEY_BYTES
from StegoMedLib.envelope.derivation import expanded, extracted, public_locator
from StegoMedLib.envelope.slots import SALT_BYTES, Slot, SlotType
from StegoMedLib.envelope.wrapping import unwrap_secret, wrap_secret
from StegoMedLib.errors import UnusableKeyError

__all__ = ["KEY_FILE_BYTES", "KeyFile"]

KEY_FILE_BYTES = KEY_BYTES


@dataclass(frozen=True)
class KeyFile:
    """What a key file holds, as a key.

    With the salt of a slot, HKDF-SHA256 (RFC 5869) makes of it the secret of an envelope, or what wraps the secret.

    Attributes
    ----------
    key : bytes of length 32

    Raises
    ------
    UnusableKeyError
        There are more or fewer bytes.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """See whether it is a key."""
        if len(self.key) != KEY_FILE_BYTES:
            raise UnusableKeyError(
                f"A key file has {KEY_FILE_BYTES} bytes, and this one has {len(self.key)}; use one that "
                "'stegomed keygen' made."
            )

    @classmethod
    def made(cls) -> KeyFile:
        """A new one, by the operating system's random numbers."""
        return cls(secrets.token_bytes(KEY_FILE_BYTES))

    @property
    def slot_bytes(self) -> int:
        """See `Key`."""
        return Slot.bytes_of(SlotType.KEY_FILE)

    @property
    def wrapped_bytes(self) -> int:
        """See `SingleKey`."""
        return Slot.bytes_of(SlotType.WRAPPED_BY_KEY_FILE)

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """A slot with a fresh salt, and the secret that the key gives with it."""
        salt = secrets.token_bytes(SALT_BYTES)
        return (Slot(SlotType.KEY_FILE, salt),), extracted(self.key, salt, "key file")

    def wrapping(self, secret: bytes) -> Slot:
        """See `SingleKey`."""
        salt = secrets.token_bytes(SALT_BYTES)
        return wrap_secret(SlotType.WRAPPED_BY_KEY_FILE, salt, self._wrapper(salt), secret)

    def opening(self, slot: Slot) -> bytes | None:
        """See `Key`."""
        salt = slot.body[:SALT_BYTES]
        if slot.type == SlotType.KEY_FILE:
            return extracted(self.key, salt, "key file")
        if slot.type == SlotType.WRAPPED_BY_KEY_FILE:
            return unwrap_secret(slot, self._wrapper(salt))
        return None

    def locators(self) -> tuple[bytes, ...]:
        """Keys of the positions: its own, then the public one, where the file is one of several keys."""
        return expanded(self.key, "positions of a key file"), public_locator()

    def _wrapper(self, salt: bytes) -> bytes:
        return extracted(self.key, salt, "key file wraps")
