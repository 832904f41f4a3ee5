"""Envelopes: a record compressed, encrypted, authenticated and written as text.

``SM1:`` and the Base45 text (RFC 9285) of a header, ciphertext of (compression flag | record), and tag. The header is
authenticated with the content, and is all that the receiver needs before deriving a key:

========  =====  ==================================================================
offset    bytes  field
========  =====  ==================================================================
0         20     recipe: the type of key, and what that key needs to derive from it
20        12     nonce
32        16     key commitment
========  =====  ==================================================================
"""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from StegoMedLib.envelope.aead import COMMITMENT_BYTES, NONCE_BYTES, TAG_BYTES, open_bytes, seal_bytes
from StegoMedLib.envelope.base45_text import bytes_within, decoded, text_length, text_of
from StegoMedLib.envelope.compression import FLAG_BYTES, MAX_RECORD_BYTES, compress, expand
from StegoMedLib.envelope.key import RECIPE_BYTES
from StegoMedLib.envelope.records import Record, decode_record, encode_record
from StegoMedLib.envelope.versions import ENVELOPE_PREFIX, is_newer, is_newer_envelope
from StegoMedLib.errors import DoesNotFitError, NewerVersionError, NothingReadableError

if TYPE_CHECKING:
    from StegoMedLib.envelope.key import Key

__all__ = ["HEADER_BYTES", "Opener", "Sealer", "envelope_length", "largest_record_bytes"]

_NONCE = slice(RECIPE_BYTES, RECIPE_BYTES + NONCE_BYTES)
HEADER_BYTES = _NONCE.stop + COMMITMENT_BYTES

_OVERHEAD_BYTES = HEADER_BYTES + FLAG_BYTES + TAG_BYTES
_CACHED_KEYS = 16
_MAX_TEXT = text_length(ENVELOPE_PREFIX, _OVERHEAD_BYTES + MAX_RECORD_BYTES)


class Sealer:
    """Seals records with one key.

    Keys are derived once, here; each envelope has a random nonce of 12 bytes of its own, enough for 2**32 envelopes of
    one sealer (birthday bound below 2**-32).

    Parameters
    ----------
    key : Key
    """

    def __init__(self, key: Key) -> None:
        self._recipe, self._keys = key.sealing()

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "Sealer(...)"

    def seal(self, record: Record) -> str:
        """Seal a record.

        Parameters
        ----------
        record : HeaderRecord, TextRecord or FileRecord
            What to seal.

        Returns
        -------
        str
            The envelope, in characters of the QR code's alphanumeric mode.

        Raises
        ------
        DoesNotFitError
            The record's encoding has more than 16 MiB.
        """
        return text_of(ENVELOPE_PREFIX, self.seal_bytes(record))

    def seal_bytes(self, record: Record) -> bytes:
        """Seal a record as `seal` does, but give the envelope's bytes, without prefix and Base45."""
        content = _content(record)
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = self._recipe + nonce + self._keys.commitment
        return header + seal_bytes(self._keys.sealing, nonce, content, header)


class Opener:
    """Opens envelopes with one key.

    The images of one series share a recipe, so derived keys are kept, for the last 16 recipes.

    Parameters
    ----------
    key : Key
    """

    def __init__(self, key: Key) -> None:
        self._keys = lru_cache(maxsize=_CACHED_KEYS)(key.opening)

    def __repr__(self) -> str:
        """Show nothing of the key."""
        return "Opener(...)"

    def open(self, text: str) -> Record:
        """Open an envelope.

        Parameters
        ----------
        text : str
            What was read from an image; may be anything.

        Returns
        -------
        HeaderRecord, TextRecord or FileRecord
            The record, exactly as it was sealed.

        Raises
        ------
        NothingReadableError
            Wrong key, damaged text, no envelope: always the same, without a cause.
        NewerVersionError
            The text says that it is of a newer version, or its authentic content is of a kind not known here. The
            former is not authenticated: damage may look like it.
        UnusableInputError
            This computer's OpenSSL has no Argon2id; that depends on neither the text nor the key.
        """
        if is_newer(text):
            raise NewerVersionError
        return self.open_bytes(_unwrap(text))

    def open_bytes(self, envelope: bytes) -> Record:
        """Open the bytes of an envelope, as `Sealer.seal_bytes` gives them; raises as `open` does."""
        if is_newer_envelope(envelope):
            raise NewerVersionError
        content = self._content(envelope)
        if content is None:
            raise NothingReadableError from None
        record = _record_in(content)
        if record is None:
            raise NewerVersionError
        return record

    def _content(self, blob: bytes) -> bytes | None:
        # None, not an exception, so that the one error that is raised has no context that tells more.
        header, content = blob[:HEADER_BYTES], blob[HEADER_BYTES:]
        if len(header) < HEADER_BYTES:
            return None
        try:
            for keys in self._keys(header[:RECIPE_BYTES]):
                if hmac.compare_digest(keys.commitment, header[_NONCE.stop :]):
                    return open_bytes(keys.sealing, header[_NONCE], content, header)
        except (ValueError, MemoryError):
            pass
        return None


def envelope_length(record: Record) -> int:
    """Count the characters of a record's envelope, without deriving a key.

    Parameters
    ----------
    record : HeaderRecord, TextRecord or FileRecord
        What would be sealed.

    Returns
    -------
    int
        Characters, exactly as `Sealer.seal` returns.

    Raises
    ------
    DoesNotFitError
        The record's encoding has more than 16 MiB.
    """
    return text_length(ENVELOPE_PREFIX, HEADER_BYTES + len(_content(record)) + TAG_BYTES)


def largest_record_bytes(text_chars: int) -> int:
    """Count the bytes of a compressed record that fit in an envelope.

    Parameters
    ----------
    text_chars : int
        Characters that the envelope may have.

    Returns
    -------
    int
        Bytes of the encoded record after compression; 0 where not even an empty one fits.
    """
    return max(bytes_within(ENVELOPE_PREFIX, text_chars) - _OVERHEAD_BYTES, 0)


def _record_in(content: bytes) -> Record | None:
    """The record in authentic content, None where it is not as this version seals it."""
    try:
        return decode_record(expand(content))
    except (ValueError, NothingReadableError):
        return None


def _content(record: Record) -> bytes:
    encoded = encode_record(record)
    if len(encoded) > MAX_RECORD_BYTES:
        raise DoesNotFitError(f"A record may have at most {MAX_RECORD_BYTES // 2**20} MiB; embed something smaller.")
    return compress(encoded)


def _unwrap(text: str) -> bytes:
    """Decode the text's only encoding; nothing at all where it is another's, or more than any envelope has."""
    if len(text) > _MAX_TEXT:
        return b""
    blob = decoded(text, ENVELOPE_PREFIX)
    # The decoder forgives line ends, which would give one envelope several texts.
    return blob if text_of(ENVELOPE_PREFIX, blob) == text else b""
