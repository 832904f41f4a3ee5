"""Several keys in one: what it seals each of them opens alone, and it opens what any of them opens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from StegoMedLib.envelope.aead import KEY_BYTES
from StegoMedLib.envelope.derivation import public_locator
from StegoMedLib.envelope.key_file import KeyFile
from StegoMedLib.envelope.passphrase_key import Passphrase
from StegoMedLib.envelope.slots import MOST_SLOTS, Slot
from StegoMedLib.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from StegoMedLib.envelope.key import Key, SingleKey

__all__ = ["KeyRing", "joined"]


@dataclass(frozen=True)
class KeyRing:
    """At most one passphrase, one key file, and recipients or identities; 16 in all.

    Attributes
    ----------
    keys : tuple of SingleKey
        All different.

    Raises
    ------
    UsageError
        There are too many.
    """

    keys: tuple[SingleKey, ...]

    def __post_init__(self) -> None:
        """See whether an envelope has slots for them."""
        if len(self.keys) > MOST_SLOTS:
            raise UsageError(f"A record is sealed for at most {MOST_SLOTS} keys; name fewer.")
        for kind, name in ((Passphrase, "passphrase"), (KeyFile, "key file")):
            if sum(isinstance(each, kind) for each in self.keys) > 1:
                raise UsageError(f"A record is sealed under at most one {name}; name one.")

    @property
    def slot_bytes(self) -> int:
        """See `Key`."""
        return sum(each.wrapped_bytes for each in self.keys)

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """A slot of each key for one random secret."""
        secret = secrets.token_bytes(KEY_BYTES)
        return tuple(each.wrapping(secret) for each in self.keys), secret

    def opening(self, slot: Slot) -> bytes | None:
        """What the first key finds that the slot is for."""
        found = (each.opening(slot) for each in self.keys)
        return next((secret for secret in found if secret is not None), None)

    def locators(self) -> tuple[bytes, ...]:
        """Keys of the positions: the public one, as each key must find what all seal; then those of each alone."""
        return tuple(dict.fromkeys([public_locator(), *(one for each in self.keys for one in each.locators())]))


def joined(keys: Iterable[SingleKey]) -> Key:
    """One key out of several, of which equal ones count once; a single one is given as it is.

    Raises
    ------
    UsageError
        There is none, or there are too many.
    """
    different = tuple(dict.fromkeys(keys))
    if not different:
        raise UsageError("There is no key; name one.")
    return different[0] if len(different) == 1 else KeyRing(different)
