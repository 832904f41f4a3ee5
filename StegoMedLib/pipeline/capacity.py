"""How large a record fits into some bits, beside what ties it to its slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.binding import HEAD_BYTES
from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.envelope import largest_record_bytes
from StegoMedLib.symbol import data_length, largest_text, text_capacity

if TYPE_CHECKING:
    from StegoMedLib.envelope import Key

__all__ = ["largest_version", "record_bytes_in", "text_in"]

_VERSIONS = range(1, 41)


def largest_version(bits: int, *, whole: bool) -> int:
    """Largest symbol version that fits into `bits` bits, with all its modules when `whole`; 0 when none does."""
    lengths = {version: (17 + 4 * version) ** 2 if whole else data_length(version) for version in _VERSIONS}
    return max((version for version, length in lengths.items() if length <= bits), default=0)


def text_in(bits: int, profile: str) -> int:
    """Characters that a slice of a capacity of `bits` bits holds with `profile`, tied to it without tiles."""
    info = profile_info(profile)
    bits -= 8 * HEAD_BYTES if info.exact else 0
    if info.most_symbols == 1:
        version = largest_version(bits, whole=info.whole_symbol)
        return text_capacity(version) if version else 0
    return largest_text(bits, info.most_symbols)


def record_bytes_in(bits: int, profile: str, key: Key | None = None) -> int:
    """Bytes of a compressed record that a slice of so many bits holds; sealed with one passphrase, if with no `key`."""
    return largest_record_bytes(text_in(bits, profile), key)
