"""What an envelope seals: the record's encoding, deflated where that helps, and what belongs to the series beside it.

========  =====  =====================================================================
offset    bytes  field
========  =====  =====================================================================
0         1      flags: bit 0, the data are deflated; bit 1, a context follows; others 0
1         1      only with a context: its length, 1 to 255
2         ..     only with a context: the context
..        ..     data
========  =====  =====================================================================
"""

from __future__ import annotations

from StegoMedLib.envelope.compression import MAX_RECORD_BYTES, deflated, inflated
from StegoMedLib.errors import DoesNotFitError, UsageError

__all__ = ["FLAG_BYTES", "LARGEST_CONTEXT", "context_overhead", "pack_content", "unpack_content"]

FLAG_BYTES = 1
LARGEST_CONTEXT = 255
_DEFLATED, _CONTEXT = 1, 2
_LENGTH_BYTES = 1


def context_overhead(count: int) -> int:
    """Bytes that a context of `count` bytes takes.

    Raises
    ------
    UsageError
        A context has at most 255 bytes.
    """
    if not 0 <= count <= LARGEST_CONTEXT:
        raise UsageError(f"What is sealed beside a record may have at most {LARGEST_CONTEXT} bytes; seal less.")
    return count and _LENGTH_BYTES + count


def pack_content(data: bytes, context: bytes = b"") -> bytes:
    """Content of the record's encoding and a context.

    Raises
    ------
    DoesNotFitError
        The encoding has more than 16 MiB.
    UsageError
        The context has more than 255 bytes.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise DoesNotFitError(f"A record may have at most {MAX_RECORD_BYTES // 2**20} MiB; embed something smaller.")
    context_overhead(len(context))
    small = deflated(data)
    shorter = len(small) < len(data)
    flags = _DEFLATED * shorter | _CONTEXT * bool(context)
    beside = bytes((len(context),)) + context if context else b""
    return bytes((flags,)) + beside + (small if shorter else data)


def unpack_content(content: bytes) -> tuple[bytes, bytes]:
    """Undo `pack_content`: data of at most 16 MiB, and context; `content` may be anything.

    Raises
    ------
    ValueError
        This version packs nothing so.
    """
    flags, rest, context = content[:FLAG_BYTES], content[FLAG_BYTES:], b""
    if not flags or flags[0] & ~(_DEFLATED | _CONTEXT):
        raise ValueError("the content has flags that are not known")
    if flags[0] & _CONTEXT:
        length = int.from_bytes(rest[:_LENGTH_BYTES], "big")
        context, rest = rest[_LENGTH_BYTES : _LENGTH_BYTES + length], rest[_LENGTH_BYTES + length :]
        if not length or len(context) < length:
            raise ValueError("the context is empty or cut off")
    return _data(rest, small=bool(flags[0] & _DEFLATED)), context


def _data(stored: bytes, *, small: bool) -> bytes:
    if small:
        return inflated(stored)
    if len(stored) > MAX_RECORD_BYTES:
        raise ValueError("the data are too large")
    return stored
