"""What the beginning of a text and of an envelope says of its version; nothing of it is secret or authenticated.

=========  ===============================  ==========================================
prefix     what follows                     version byte, the first of what follows
=========  ===============================  ==========================================
``SM1:``   an envelope                      1
``SM2:``   a shard of an envelope           1
=========  ===============================  ==========================================

A newer version counts its version byte up, or begins with a later digit or a letter.
"""

from __future__ import annotations

import re

from StegoMedLib.envelope.base45_text import decoded

__all__ = ["ENVELOPE_PREFIX", "ENVELOPE_VERSION", "SHARD_PREFIX", "SHARD_VERSION", "is_newer", "is_newer_envelope"]
__all__ += ["is_ours"]

ENVELOPE_PREFIX, SHARD_PREFIX = "SM1:", "SM2:"
ENVELOPE_VERSION = SHARD_VERSION = 1

_KNOWN = {ENVELOPE_PREFIX: ENVELOPE_VERSION, SHARD_PREFIX: SHARD_VERSION}
_FIRST = 3
"""Characters of Base45 that hold the first two bytes."""
_SHORTEST = 32
"""Bytes that anything encrypted or authenticated has at least: a nonce or salt, and a tag."""
_LATER_PREFIX = re.compile("SM[3-9A-Z]:")


def is_newer(text: str) -> bool:
    """Whether `text` is one of ours, of a version above those that are known here; may be any text."""
    prefix = text[: len(ENVELOPE_PREFIX)]
    if prefix not in _KNOWN:
        return _LATER_PREFIX.match(text) is not None and len(text) >= _SHORTEST
    content = text[len(prefix) :]
    above = decoded(content[:_FIRST])[:1] > bytes([_KNOWN[prefix]])
    return above and len(decoded(content)) >= _SHORTEST


def is_ours(text: str) -> bool:
    """Whether `text`, which may be any, is an envelope or a shard by its beginning, whoever may open it."""
    return text[: len(ENVELOPE_PREFIX)] in _KNOWN or is_newer(text)


def is_newer_envelope(envelope: bytes) -> bool:
    """Whether the bytes of an envelope begin with a version above the one that is known here."""
    return envelope[:1] > bytes([ENVELOPE_VERSION])
