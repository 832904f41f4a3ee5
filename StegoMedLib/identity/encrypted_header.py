"""Headers with Encrypted Attributes: what was taken out stays in the header, for holders of certificates alone.

PS3.15 E.1.1 says what goes in, E.1.2 how it is put back. It ties nothing to the image.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from pydicom.filereader import read_dataset

from StegoMedLib.dicom import Node, tree_of, write_tree
from StegoMedLib.identity.encrypted import decrypted, encrypted
from StegoMedLib.identity.markers import REMOVED, unmarked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate
    from pydicom import Dataset

    from StegoMedLib.dicom import Tree

__all__ = ["with_decrypted", "with_encrypted"]

_CHARSET, _ENCRYPTED = 0x0008_0005, 0x0400_0500
_ALWAYS = (_CHARSET, REMOVED)
"""What is told although it is the same: the others are read by the one, and re-identifiers set the other to NO."""
_HEADER = range(0x0008, 0x7FE0)
"""Groups of a header: whoever knows the certificate writes into such an item what he likes."""


def with_encrypted(nameless: Tree, source: Tree, certificates: Sequence[Certificate]) -> Tree:
    """A nameless header with one more item that holds the attributes of the source that it has otherwise, or not.

    Raises
    ------
    DoesNotFitError, UnusableInputError
        As `StegoMedLib.identity.encrypted.encrypted` does.
    """
    taken = {tag: node for tag, node in source.items() if nameless.get(tag) != node and tag & 0xFFFF}
    taken |= {tag: source[tag] for tag in _ALWAYS if tag in source}
    item = encrypted(_data_set(taken), certificates)
    earlier = nameless[_ENCRYPTED].items or () if _ENCRYPTED in nameless else ()
    made = nameless | {_ENCRYPTED: Node("SQ", items=(*earlier, tree_of(dict(item.items()), ["iso8859"])))}
    return {tag: made[tag] for tag in sorted(made)}


def with_decrypted(nameless: Tree, key: RSAPrivateKey) -> Tree:
    """A nameless header with what its Encrypted Attributes hold, and without these.

    Raises
    ------
    NothingDecryptedError
        The key decrypts none of them.
    """
    items = nameless[_ENCRYPTED].items or () if _ENCRYPTED in nameless else ()
    charset = nameless[_CHARSET].value.decode("latin-1").strip("\0 ") if _CHARSET in nameless else ""
    found = decrypted([_data_set(item) for item in items], key, charset.split("\\"))
    values = {tag: node for tag, node in tree_of(dict(found.items()), ["iso8859"]).items() if tag >> 16 in _HEADER}
    made = unmarked(nameless, "NO") | values
    made.pop(_ENCRYPTED)
    return {tag: made[tag] for tag in sorted(made)}


def _data_set(tree: Tree) -> Dataset:
    """A tree as pydicom has it, undecoded."""
    content = b"".join(write_tree(tree).values())
    return read_dataset(BytesIO(content), is_implicit_VR=False, is_little_endian=True)
