"""Encrypted Attributes Sequence: what was taken out of a header, for holders of certificates (PS3.15 E.1.1 and E.1.2).

An item holds its Modified Attributes Sequence encrypted, as a data set of its own (PS3.3 C.12.1.1.4.1 and C.12.1.1.4.2,
Table C.12-7). It proves nothing: the certificate is public, so that anybody can write any identity into such an item,
and copy it from one image to another.
"""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from pydicom import Dataset
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian

from StegoMedLib.dicom.embedded import item_in_memory, item_of
from StegoMedLib.errors import DoesNotFitError, NothingDecryptedError, UnusableInputError
from StegoMedLib.identity.enveloped import LARGEST, MOST_RECIPIENTS, enveloped, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

__all__ = ["decrypted", "encrypted"]

_MODIFIED = Tag("ModifiedAttributesSequence")
_MOST_ITEMS = 32
_TICK = 0.01
"""Seconds; what is wrong with a header of usual size is known after one."""
_OVERHEAD = MOST_RECIPIENTS << 12
"""Bytes of an envelope beside its content: an RSA key of 16,384 bits takes 2 kB of each recipient, a name some more."""


def encrypted(content: Dataset, certificates: Sequence[Certificate]) -> Dataset:
    """One item of Encrypted Attributes Sequence (0400,0500), for all holders of the certificates together.

    Parameters
    ----------
    content : pydicom.Dataset
        The attributes as they were, without Pixel Data. Elements that nobody looked at keep the bytes of their values.
        SpecificCharacterSet goes along if it is in there, and should: whoever decrypts has nothing else to tell what
        the text is in.
    certificates : sequence of Certificate
        See `StegoMedLib.identity.certificates.certificate_from_pem`; at least one.

    Returns
    -------
    pydicom.Dataset
        With Encrypted Content Transfer Syntax UID (0400,0510), explicit VR little endian, and Encrypted Content
        (0400,0520), an envelope with AES-256 and RSA key transport, padded with a zero to even length.

    Raises
    ------
    DoesNotFitError
        The attributes take more than 16 MiB, or there are more than 32 certificates: nobody could decrypt them here.
    UnusableInputError
        An attribute cannot be written; the sentence has the header as its unnamed subject ("it").
    """
    if len(certificates) > MOST_RECIPIENTS:
        raise DoesNotFitError(f"Encrypted Attributes are for at most {MOST_RECIPIENTS} certificates; name fewer.")
    whole = item_in_memory(_MODIFIED, content)
    if len(whole) > LARGEST - _OVERHEAD:
        raise DoesNotFitError(
            f"The attributes to encrypt take more than {LARGEST >> 20} MiB; leave out large private elements."
        )
    envelope = enveloped(whole, certificates)
    item = Dataset()
    item.EncryptedContentTransferSyntaxUID = ExplicitVRLittleEndian
    item.EncryptedContent = envelope + b"\0" * (len(envelope) % 2)
    return item


def decrypted(items: Iterable[Dataset], key: RSAPrivateKey, charset: str | Sequence[str] = "") -> Dataset:
    """The attributes of the first item of Encrypted Attributes Sequence (0400,0500) that the key decrypts.

    Wrong keys, items for others and damaged ones of all kinds have one error, after the same steps, as
    `StegoMedLib.identity.enveloped` says; all items and all recipients are looked at, whichever is the right one. What
    is left of differences, some ten microseconds, is covered: the error comes a whole number of 10 ms after the call.

    Parameters
    ----------
    items : iterable of pydicom.Dataset
        May hold anything; of more than 32 the first are looked at.
    key : RSAPrivateKey
        See `StegoMedLib.identity.certificates.private_key_from_pem`.
    charset : str or sequence of str, optional
        SpecificCharacterSet of the data set that has the items: it counts where none was encrypted with the attributes,
        as other programs leave it.

    Returns
    -------
    pydicom.Dataset
        The item of Modified Attributes Sequence (0400,0550), its elements undecoded.

    Raises
    ------
    NothingDecryptedError
        The key decrypts none of them.
    """
    start = monotonic()
    found = [each for item in list(items)[:_MOST_ITEMS] for each in _candidates(item, key, charset)]
    right = [each for each in found if each is not None]
    if not right:
        sleep((start - monotonic()) % _TICK)
        raise NothingDecryptedError
    return right[0]


def _candidates(item: Dataset, key: RSAPrivateKey, charset: str | Sequence[str]) -> Iterator[Dataset | None]:
    """What comes of the item with each recipient's part."""
    syntax, envelope = _value(item, "EncryptedContentTransferSyntaxUID"), _value(item, "EncryptedContent")
    for content, right in opened(envelope, key):
        try:
            found = item_of(content, _MODIFIED, syntax.decode("latin-1").strip("\0 "), charset)
        except UnusableInputError:
            found = None
        yield found if right else None


def _value(item: Dataset, keyword: str) -> bytes:
    """Value of an element as it lies in the item; empty where there is none."""
    tag = Tag(keyword)
    value = item.get_item(tag).value if tag in item else b""
    return value.encode("latin-1", "replace") if isinstance(value, str) else value if isinstance(value, bytes) else b""
