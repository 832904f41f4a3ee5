"""Envelopes: a record compressed, encrypted, authenticated and written as text.

``SM1:`` and the Base45 text (RFC 9285) of

========  =====  ==========================================================================
offset    bytes  field
========  =====  ==========================================================================
0         1      version, 1
1         ..     key slots, as `StegoMedLib.envelope.slots` describes: how a key comes to
                 the secret
..        12     nonce
..        16     commitment to the secret
..        ..     content, as `StegoMedLib.envelope.content` describes, encrypted with a key
                 that comes from the secret; all before it is authenticated with it
..        16     tag of the AEAD
========  =====  ==========================================================================
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, NONCE_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.base45_text import decoded, text_of
from StegoMedLib.envelope.content import pack_content, unpack_content
from StegoMedLib.envelope.derivation import EnvelopeKeys, envelope_keys
from StegoMedLib.envelope.lengths import LONGEST_TEXT
from StegoMedLib.envelope.records import Record, decode_record, encode_record
from StegoMedLib.envelope.slots import Slot, packed_slots, read_slots
from StegoMedLib.envelope.versions import ENVELOPE_PREFIX, ENVELOPE_VERSION, is_newer, is_newer_envelope
from StegoMedLib.errors import NewerVersionError, NothingReadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from StegoMedLib.envelope.key import Key

__all__ = ["Opened", "Opener", "Sealer"]

_VERSION = bytes((ENVELOPE_VERSION,))
_CACHED_KEYS = 16


@dataclass(frozen=True)
class Opened:
    """What an envelope held.

    Attributes
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        Exactly as it was sealed.
    context : bytes
        What was sealed beside it, of the series; empty where there was nothing.
    binding_key : bytes of length 32
        The secret key of what ties the record to its image.
    """

    record: Record
    context: bytes = field(repr=False)
    binding_key: bytes = field(repr=False)


class Sealer:
    """Seals records with one key.

    Keys are derived once, here; each envelope has a random nonce of 12 bytes of its own, enough for 2**32 envelopes of
    one sealer (birthday bound below 2**-32).

    Parameters
    ----------
    key : Key

    Attributes
    ----------
    key : Key
    binding_key : bytes of length 32
        As `Opened` has it.
    """

    def __init__(self, key: Key) -> None:
        self.key = key
        slots, secret = key.sealing()
        self._beginning, self._keys = _VERSION + packed_slots(slots), envelope_keys(secret)
        self.binding_key = self._keys.binding

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "Sealer(...)"

    def seal(self, record: Record, context: bytes = b"") -> str:
        """Seal a record.

        Parameters
        ----------
        record : HeaderRecord, TextRecord or FileRecord
            What to seal.
        context : bytes
            Up to 255 bytes of the series, which are sealed beside it.

        Returns
        -------
        str
            The envelope, in characters of the QR code's alphanumeric mode.

        Raises
        ------
        DoesNotFitError
            The record's encoding has more than 16 MiB.
        UsageError
            The context is too long.
        """
        return text_of(ENVELOPE_PREFIX, self.seal_bytes(record, context))

    def seal_bytes(self, record: Record, context: bytes = b"") -> bytes:
        """Seal a record as `seal` does, but give the envelope's bytes, without prefix and Base45."""
        content = pack_content(encode_record(record), context)
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = self._beginning + nonce + self._keys.commitment
        return header + seal_bytes(self._keys.sealing, nonce, content, header)


class Opener:
    """Opens envelopes with one key.

    The images of one series share their slots, so derived keys are kept, for the last 16 sets of slots.

    Parameters
    ----------
    key : Key
    """

    def __init__(self, key: Key) -> None:
        self._key = key
        self._keys = lru_cache(maxsize=_CACHED_KEYS)(self._derived)

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "Opener(...)"

    def open(self, text: str) -> Opened:
        """Open an envelope.

        Parameters
        ----------
        text : str
            What was read from an image; may be anything.

        Returns
        -------
        Opened
            The record, exactly as it was sealed, and what came with it.

        Raises
        ------
        NothingReadableError
            Wrong key, damaged text, no envelope: always the same, without a cause.
        NewerVersionError
            The text says that it is of a newer version, or its authentic content is of a kind not known here. The
            former is not authenticated: damage may look like it.
        UnusableInputError
            This computer's OpenSSL lacks what the key needs; that depends on neither the text nor the key's value.
        """
        if is_newer(text):
            raise NewerVersionError
        return self.open_bytes(_unwrap(text))

    def open_bytes(self, envelope: bytes) -> Opened:
        """Open the bytes of an envelope, as `Sealer.seal_bytes` gives them; raises as `open` does."""
        if is_newer_envelope(envelope):
            raise NewerVersionError
        found = self._content(envelope)
        if found is None:
            raise NothingReadableError from None
        opened = _opened(*found)
        if opened is None:
            raise NewerVersionError
        return opened

    def _content(self, blob: bytes) -> tuple[EnvelopeKeys, bytes] | None:
        # None, not an exception, so that the one error that is raised has no context that tells more.
        slots = read_slots(blob[len(_VERSION) :]) if blob.startswith(_VERSION) else ()
        nonce_at = len(_VERSION) + len(packed_slots(slots))
        nonce, commitment, content = _cut(blob[nonce_at:], NONCE_BYTES, COMMITMENT_BYTES)
        try:
            for keys in self._keys(slots):
                if hmac.compare_digest(keys.commitment, commitment):
                    opened = open_bytes(keys.sealing, nonce, content, blob[: len(blob) - len(content)])
                    return None if opened is None else (keys, opened)
        except (ValueError, MemoryError):
            pass
        return None

    def _derived(self, slots: tuple[Slot, ...]) -> tuple[EnvelopeKeys, ...]:
        return tuple(envelope_keys(secret) for secret in self._secrets(slots))

    def _secrets(self, slots: tuple[Slot, ...]) -> Iterator[bytes]:
        for slot in slots:
            secret = self._key.opening(slot)
            if secret is not None:
                yield secret


def _cut(data: bytes, *lengths: int) -> tuple[bytes, ...]:
    """Pieces of these lengths, and the rest; pieces are shorter where there is less."""
    pieces = []
    for length in lengths:
        pieces.append(data[:length])
        data = data[length:]
    return (*pieces, data)


def _opened(keys: EnvelopeKeys, content: bytes) -> Opened | None:
    """What authentic content holds, None where it is not as this version seals it."""
    try:
        data, context = unpack_content(content)
        return Opened(decode_record(data), context, keys.binding)
    except (ValueError, NothingReadableError):
        return None


def _unwrap(text: str) -> bytes:
    """Decode the text's only encoding; nothing at all where it is another's, or more than any envelope has."""
    if len(text) > LONGEST_TEXT:
        return b""
    blob = decoded(text, ENVELOPE_PREFIX)
    # The decoder forgives line ends, which would give one envelope several texts.
    return blob if text_of(ENVELOPE_PREFIX, blob) == text else b""
