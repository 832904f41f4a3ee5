"""How large a record fits into some bits: symbol version, and bytes of the compressed record."""

from __future__ import annotations

from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.envelope import largest_record_bytes
from StegoMedLib.symbol import data_length, largest_text, text_capacity

__all__ = ["LARGEST_RECORD", "largest_version", "record_bytes_in"]

_VERSIONS = range(1, 41)


def largest_version(bits: int, *, whole: bool) -> int:
    """Largest symbol version that fits into `bits` bits, with all its modules when `whole`; 0 when none does."""
    lengths = {version: (17 + 4 * version) ** 2 if whole else data_length(version) for version in _VERSIONS}
    return max((version for version, length in lengths.items() if length <= bits), default=0)


def record_bytes_in(bits: int, profile: str) -> int:
    """Bytes of a compressed record that a slice of a capacity of `bits` bits holds with `profile`."""
    info = profile_info(profile)
    if info.most_symbols == 1:
        version = largest_version(bits, whole=info.whole_symbol)
        return max(0, largest_record_bytes(text_capacity(version))) if version else 0
    return max(0, largest_record_bytes(largest_text(bits, info.most_symbols)))


LARGEST_RECORD = largest_record_bytes(text_capacity(_VERSIONS[-1]))
"""Bytes of a compressed record that the largest symbol holds."""
