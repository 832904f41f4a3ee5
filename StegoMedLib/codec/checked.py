"""Headers with a check: a filter, not a proof; the payload's own authentication decides."""

from __future__ import annotations

import hashlib
import hmac
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["CheckedHeader"]


class CheckedHeader(ABC):
    """Fields, and HMAC-SHA-256 (RFC 2104) over them and the number of the draw, cut to `check_bytes`."""

    check_bytes: ClassVar[int]

    def pack(self, key: bytes, draw: int) -> bytes:
        """Fields and check."""
        fields = self._fields()
        return fields + hmac.new(key, fields + bytes([draw]), hashlib.sha256).digest()[: self.check_bytes]

    @classmethod
    def unpack(cls, packed: bytes, key: bytes, draw: int) -> Self | None:
        """Header in `packed`, or None when its check fails or it asks for what no sender writes."""
        header = cls._of(packed[: -cls.check_bytes])
        return header if header is not None and hmac.compare_digest(packed, header.pack(key, draw)) else None

    @abstractmethod
    def _fields(self) -> bytes:
        """Fields as bytes."""

    @classmethod
    @abstractmethod
    def _of(cls, fields: bytes) -> Self | None:
        """Inverse of `_fields`; None for what no sender writes."""
