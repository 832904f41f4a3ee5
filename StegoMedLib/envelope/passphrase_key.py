"""From a passphrase to keys: Argon2id (RFC 9106), then HKDF-SHA256 (RFC 5869) one for each purpose."""

from __future__ import annotations

import secrets
import struct
from dataclasses import astuple, dataclass, field
from typing import ClassVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, KEY_BYTES, SealingKeys
from StegoMedLib.envelope.passphrases import check_form, passphrase_forms, prepare_passphrase
from StegoMedLib.errors import UnusableInputError, UsageError

__all__ = ["DEFAULT_COST", "KeyCost", "Passphrase"]

_SALT_BYTES = 16
_RECIPE = struct.Struct(f">4B{_SALT_BYTES}s")
_MASTER_BYTES = 32
_LOG2_MEMORY_KIB = range(3, 18 + 1)
_PASSES = range(1, 10 + 1)
_LANES = range(1, 4 + 1)
_MIN_KIB_PER_LANE = 8  # RFC 9106, section 3.1

_LOCATOR_SALT = b"StegoMed locator"  # public, _SALT_BYTES long, part of version 1
_POSITIONS = b"StegoMed v1 positions"
_SEALING = b"StegoMed v1 sealing"
_COMMITMENT = b"StegoMed v1 key commitment"


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
    lanes: int = 1

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
"""64 MiB, t = 3, p = 1: the second recommended option of RFC 9106, section 4, on one lane."""


@dataclass(frozen=True)
class Passphrase:
    """What people type, as a key.

    ========  =====  ===============================
    offset    bytes  field of its recipe
    ========  =====  ===============================
    0         1      version, 1
    1         1      log2 of Argon2id's memory in KiB
    2         1      Argon2id's passes
    3         1      Argon2id's lanes
    4         16     Argon2id's salt
    ========  =====  ===============================

    Attributes
    ----------
    forms : tuple of bytes
        As `prepare_passphrase` gives it, or all its forms; taken as they are. The first seals, all open.
    cost : KeyCost
        Of sealing.

    Raises
    ------
    UsageError
        A form is empty, too long or not UTF-8, or the cost is more than is accepted for opening.
    """

    VERSION: ClassVar[int] = 1

    forms: tuple[bytes, ...] = field(repr=False)
    cost: KeyCost = DEFAULT_COST

    def __post_init__(self) -> None:
        """See whether keys can be derived."""
        for form in self.forms:
            check_form(form)
        if not self.cost.acceptable:
            raise UsageError(
                "Argon2id must use 8 KiB to 256 MiB, 1 to 10 passes and 1 to 4 lanes; choose other values."
            )

    @classmethod
    def to_seal(cls, given: str | bytes) -> Passphrase:
        """The key that seals under a passphrase as it was given; raises as `prepare_passphrase` does."""
        return cls((prepare_passphrase(given),))

    @classmethod
    def to_open(cls, given: str | bytes, before: str | bytes | None = None) -> Passphrase:
        """The key that opens what any version sealed; takes and raises what `passphrase_forms` does."""
        return cls(passphrase_forms(given, before))

    def sealing(self) -> tuple[bytes, SealingKeys]:
        """Keys under a fresh random salt of 16 bytes, and their recipe.

        Raises
        ------
        UnusableInputError
            This computer's OpenSSL has no Argon2id; `opening` and `locators` raise it, too.
        """
        salt = secrets.token_bytes(_SALT_BYTES)
        recipe = _RECIPE.pack(self.VERSION, *astuple(self.cost), salt)
        return recipe, _sealing_keys(self.forms[0], salt, self.cost)

    def opening(self, recipe: bytes) -> tuple[SealingKeys, ...]:
        """Keys of every form; none where the recipe is another type's, or asks for more than is accepted."""
        version, log2_memory_kib, passes, lanes, salt = _RECIPE.unpack(recipe)
        cost = KeyCost(log2_memory_kib, passes, lanes)
        if version != self.VERSION or not cost.acceptable:
            return ()
        return tuple(_sealing_keys(form, salt, cost) for form in self.forms)

    def locators(self) -> tuple[bytes, ...]:
        """Derive the keys of the positions, which say where in an image the bits lie.

        The positions must be known before anything can be read, so the salt cannot travel in the image and is one
        public constant. The price: whoever wants to try many passphrases on many images may compute Argon2id once per
        passphrase for all images of the world, and two images with the same passphrase use the same positions.
        Therefore nothing secret is encrypted with this key or anything derived from it; sealing has a derivation of its
        own with a random salt; and the strength of the passphrase is what protects the positions.
        """
        return tuple(_expand(_stretch(form, _LOCATOR_SALT, DEFAULT_COST), _POSITIONS, KEY_BYTES) for form in self.forms)


def _sealing_keys(form: bytes, salt: bytes, cost: KeyCost) -> SealingKeys:
    master = _stretch(form, salt, cost)
    return SealingKeys(_expand(master, _SEALING, KEY_BYTES), _expand(master, _COMMITMENT, COMMITMENT_BYTES))


def _stretch(form: bytes, salt: bytes, cost: KeyCost) -> bytes:
    memory_kib = 2**cost.log2_memory_kib
    try:
        argon2 = Argon2id(
            salt=salt, length=_MASTER_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=memory_kib
        )
    except UnsupportedAlgorithm:
        raise UnusableInputError(
            "The package cryptography was built without Argon2id; install its wheel, or OpenSSL 3.2 or newer."
        ) from None
    return argon2.derive(form)


def _expand(master: bytes, label: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=label).derive(master)
