"""From a passphrase to keys: Argon2id (RFC 9106), then HKDF-SHA256 (RFC 5869) one for each purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from StegoMedLib.envelope.aead import KEY_BYTES
from StegoMedLib.envelope.passphrases import check_form
from StegoMedLib.errors import UnusableInputError

__all__ = [
    "COMMITMENT_BYTES",
    "DEFAULT_COST",
    "SALT_BYTES",
    "KeyCost",
    "SealingKeys",
    "derive_sealing_keys",
    "locator_key",
]

SALT_BYTES = 16
COMMITMENT_BYTES = 16
_MASTER_BYTES = 32
_LOG2_MEMORY_KIB = range(3, 18 + 1)
_PASSES = range(1, 10 + 1)
_LANES = range(1, 4 + 1)
_MIN_KIB_PER_LANE = 8  # RFC 9106, section 3.1

_LOCATOR_SALT = b"StegoMed locator"  # public, SALT_BYTES long, part of version 1
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
class SealingKeys:
    """What one passphrase and one salt give for sealing.

    Attributes
    ----------
    sealing : bytes of length 32
        Secret key of the AEAD.
    commitment : bytes of length 16
        Public: says which key was used. ChaCha20-Poly1305 alone does not commit to its key, so that a made-up
        ciphertext could open under several passphrases, with several contents.
    """

    sealing: bytes = field(repr=False)
    commitment: bytes


def locator_key(passphrase: bytes) -> bytes:
    """Derive the key of the positions, which says where in an image the bits lie.

    The positions must be known before anything can be read, so the salt cannot travel in the image and is one public
    constant. The price: whoever wants to try many passphrases on many images may compute Argon2id once per passphrase
    for all images of the world, and two images with the same passphrase use the same positions. Therefore nothing
    secret is encrypted with this key or anything derived from it; sealing has a derivation of its own with a random
    salt; and the strength of the passphrase is what protects the positions.

    Parameters
    ----------
    passphrase : bytes
        One form, from `prepare_passphrase` or `passphrase_forms`; taken as it is.

    Returns
    -------
    bytes of length 32
        Secret.

    Raises
    ------
    UsageError
        `passphrase` is empty, too long or not UTF-8.
    UnusableInputError
        This computer's OpenSSL has no Argon2id.
    """
    return _expand(_stretch(passphrase, _LOCATOR_SALT, DEFAULT_COST), _POSITIONS, KEY_BYTES)


def derive_sealing_keys(passphrase: bytes, salt: bytes, cost: KeyCost) -> SealingKeys:
    """Derive the keys of an envelope; raises as `locator_key` does.

    Parameters
    ----------
    passphrase : bytes
        One form, as `locator_key` takes it.
    salt : bytes of length 16
        From the envelope, or random for a new one.
    cost : KeyCost
        From the envelope; the caller has seen that it is acceptable.
    """
    master = _stretch(passphrase, salt, cost)
    return SealingKeys(_expand(master, _SEALING, KEY_BYTES), _expand(master, _COMMITMENT, COMMITMENT_BYTES))


def _stretch(passphrase: bytes, salt: bytes, cost: KeyCost) -> bytes:
    check_form(passphrase)
    memory_kib = 2**cost.log2_memory_kib
    try:
        argon2 = Argon2id(
            salt=salt, length=_MASTER_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=memory_kib
        )
    except UnsupportedAlgorithm:
        raise UnusableInputError(
            "The package cryptography was built without Argon2id; install its wheel, or OpenSSL 3.2 or newer."
        ) from None
    return argon2.derive(passphrase)


def _expand(master: bytes, label: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=label).derive(master)
