"""Keys: what seals envelopes, opens them, and says where the bits lie. The types that there are stand here alone.

A new type is a file beside this one, its class in `KEY_TYPES`, and its options in `StegoMedLib.cli.keys`. Nothing else
knows what a key is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from StegoMedLib.envelope.passphrase_key import Passphrase

if TYPE_CHECKING:
    from StegoMedLib.envelope.aead import SealingKeys

__all__ = ["KEY_TYPES", "RECIPE_BYTES", "Key"]

RECIPE_BYTES = 20


class Key(Protocol):
    """A key of any type; its ``repr`` shows nothing secret of it.

    Attributes
    ----------
    VERSION : int
        First byte of its recipes, and of the envelopes that it seals; no other type has it.
    """

    VERSION: ClassVar[int]

    def sealing(self) -> tuple[bytes, SealingKeys]:
        """New keys to seal with, and the recipe by which the same key comes to them again.

        It has `RECIPE_BYTES`; the header of an envelope holds it, for all to see.
        """

    def opening(self, recipe: bytes) -> tuple[SealingKeys, ...]:
        """What this key makes of a recipe, which may be anything: none where another type wrote it, or nobody did."""

    def locators(self) -> tuple[bytes, ...]:
        """Keys of the positions, 32 bytes each: the first for embedding, all for reading."""


KEY_TYPES: tuple[type[Key], ...] = (Passphrase,)
