"""From a passphrase to keys: Argon2id (RFC 9106), then HKDF-SHA256 (RFC 5869) one for each purpose."""

from __future__ import annotations

import secrets
import struct
from dataclasses import astuple, dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from StegoMedLib.envelope.aead import KEY_BYTES
from StegoMedLib.envelope.derivation import expanded, public_locator
from StegoMedLib.envelope.passphrases import check_form, prepare_passphrase
from StegoMedLib.envelope.slots import SALT_BYTES, Slot, SlotType
from StegoMedLib.envelope.wrapping import unwrap_secret, wrap_secret
from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.labels import label

__all__ = ["DEFAULT_COST", "LOCATOR_COST", "KeyCost", "Passphrase"]

_RECIPE = struct.Struct(f">3B{SALT_BYTES}s")
_LOG2_MEMORY_KIB = range(3, 18 + 1)
_PASSES = range(1, 10 + 1)
_LANES = range(1, 4 + 1)
_MIN_KIB_PER_LANE = 8  # RFC 9106, section 3.1


@dataclass(frozen=True)
class KeyCost:
    """What Argon2id costs (RFC 9106, section 3.1).

    Attributes
    ----------
    log2_memory_kib : int
        Logarithm to base 2 of the memory in KiB; 16 is 64 MiB.
    passes : int
        t, the number of passes.
    lanes : int
        p, the degree of parallelism.
    """

    log2_memory_kib: int = 16
    passes: int = 3
    lanes: int = 4

    @property
    def acceptable(self) -> bool:
        """Whether Argon2id is defined for it and nobody's computer is brought down by it.

        At most 256 MiB, 10 passes and 4 lanes; at least 8 KiB a lane. To be asked before any memory is taken.
        """
        return (
            self.log2_memory_kib in _LOG2_MEMORY_KIB
            and self.passes in _PASSES
            and self.lanes in _LANES
            and 2**self.log2_memory_kib >= _MIN_KIB_PER_LANE * self.lanes
        )


DEFAULT_COST = KeyCost()
"""Of sealing: 64 MiB, t = 3, p = 4, the second recommended option of RFC 9106, section 4. It may rise one day."""

LOCATOR_COST = KeyCost(log2_memory_kib=16, passes=3, lanes=4)
"""Of the positions, part of the format: another cost finds nothing. The same option today, in a constant of its own."""


@dataclass(frozen=True)
class Passphrase:
    """What people type, as a key.

    Attributes
    ----------
    prepared : bytes
        As `prepare_passphrase` gives it; taken as it is.
    cost : KeyCost
        Of sealing.

    Raises
    ------
    UsageError
        `prepared` is empty, too long or not UTF-8, or the cost is more than is accepted for opening.
    """

    prepared: bytes = field(repr=False)
    cost: KeyCost = DEFAULT_COST

    def __post_init__(self) -> None:
        """See whether keys can be derived."""
        check_form(self.prepared)
        if not self.cost.acceptable:
            raise UsageError(
                "Argon2id must use 8 KiB to 256 MiB, 1 to 10 passes and 1 to 4 lanes; choose other values."
            )

    @classmethod
    def typed(cls, given: str | bytes) -> Passphrase:
        """The key of a passphrase as it was given; raises as `prepare_passphrase` does."""
        return cls(prepare_passphrase(given))

    @property
    def slot_bytes(self) -> int:
        """See `Key`."""
        return Slot.bytes_of(SlotType.PASSPHRASE)

    @property
    def wrapped_bytes(self) -> int:
        """See `SingleKey`."""
        return Slot.bytes_of(SlotType.WRAPPED_BY_PASSPHRASE)

    def sealing(self) -> tuple[tuple[Slot, ...], bytes]:
        """A slot with the cost and a fresh random salt of 16 bytes, and the secret that they give.

        Raises
        ------
        UnusableInputError
            This computer's OpenSSL has no Argon2id; `wrapping`, `opening` and `locators` raise it, too.
        """
        recipe = self._new_recipe()
        return (Slot(SlotType.PASSPHRASE, recipe),), expanded(self._stretched(recipe), "passphrase")

    def wrapping(self, secret: bytes) -> Slot:
        """See `SingleKey`."""
        recipe = self._new_recipe()
        wrapper = expanded(self._stretched(recipe), "passphrase wraps")
        return wrap_secret(SlotType.WRAPPED_BY_PASSPHRASE, recipe, wrapper, secret)

    def opening(self, slot: Slot) -> bytes | None:
        """See `Key`; None, too, where a slot asks for more than is accepted."""
        recipe = slot.body[: _RECIPE.size]
        if slot.type == SlotType.PASSPHRASE and _cost_in(recipe).acceptable:
            return expanded(self._stretched(recipe), "passphrase")
        if slot.type == SlotType.WRAPPED_BY_PASSPHRASE and _cost_in(recipe).acceptable:
            return unwrap_secret(slot, expanded(self._stretched(recipe), "passphrase wraps"))
        return None

    def locators(self) -> tuple[bytes, ...]:
        """Derive the keys of the positions: its own, then the public one, where it is one of several keys.

        The positions must be known before anything can be read, so the salt cannot travel in the image and is one
        public constant. The price: whoever wants to try many passphrases on many images may compute Argon2id once per
        passphrase for all images of the world, and two images with the same passphrase use the same positions.
        Therefore nothing secret is encrypted with this key or anything derived from it; sealing has a derivation of its
        own with a random salt; and the strength of the passphrase is what protects the positions.
        """
        stretched = _stretch(self.prepared, label("locator salt"), LOCATOR_COST)
        return expanded(stretched, "positions of a passphrase"), public_locator()

    def _new_recipe(self) -> bytes:
        return _RECIPE.pack(*astuple(self.cost), secrets.token_bytes(SALT_BYTES))

    def _stretched(self, recipe: bytes) -> bytes:
        return _stretch(self.prepared, recipe[-SALT_BYTES:], _cost_in(recipe))


def _cost_in(recipe: bytes) -> KeyCost:
    return KeyCost(*_RECIPE.unpack(recipe)[:-1])


def _stretch(prepared: bytes, salt: bytes, cost: KeyCost) -> bytes:
    memory_kib = 2**cost.log2_memory_kib
    try:
        argon2 = Argon2id(salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=memory_kib)
    except UnsupportedAlgorithm:
        raise UnusableInputError(
            "The package cryptography was built without Argon2id; install its wheel, or OpenSSL 3.2 or newer."
        ) from None
    return argon2.derive(prepared)
