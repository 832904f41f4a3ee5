"""A secret of an envelope wrapped by a key that a slot's salt makes new each time."""

from __future__ import annotations

from StegoMedLib.envelope.aead import NONCE_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.slots import WRAPPED_BYTES, Slot, SlotType

__all__ = ["unwrap_secret", "wrap_secret"]

_NONCE = bytes(NONCE_BYTES)
"""Each wrapping key wraps one secret."""


def wrap_secret(kind: SlotType, recipe: bytes, wrapper: bytes, secret: bytes) -> Slot:
    """A slot of `recipe`, by which a key comes to `wrapper`, and of the secret that is encrypted with it (RFC 8439)."""
    return Slot(kind, recipe + seal_bytes(wrapper, _NONCE, secret, bytes((kind,)) + recipe))


def unwrap_secret(slot: Slot, wrapper: bytes) -> bytes | None:
    """The secret in a slot of `wrap_secret`; None where another key wrapped it, or it is damaged."""
    recipe, wrapped = slot.body[:-WRAPPED_BYTES], slot.body[-WRAPPED_BYTES:]
    return open_bytes(wrapper, _NONCE, wrapped, bytes((slot.type,)) + recipe)
