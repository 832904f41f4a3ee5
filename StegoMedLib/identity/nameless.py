"""Headers of a nameless study: what is written in place of the header of each source file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydicom.tag import BaseTag

from StegoMedLib.dicom import CharacterSet, Node, tree_of, write_tree
from StegoMedLib.dicom.derivation import encoded_for, extreme_elements
from StegoMedLib.identity.deidentifier import Deidentifier, text_of
from StegoMedLib.identity.encrypted_header import with_encrypted
from StegoMedLib.identity.faces import shows_head, with_face
from StegoMedLib.identity.markers import marked
from StegoMedLib.identity.sealed_header import with_envelope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cryptography.x509 import Certificate
    from pydicom import Dataset

    from StegoMedLib.dicom import Instance, Tree
    from StegoMedLib.dicom.removal import Removal
    from StegoMedLib.identity.deidentifier import Leaf
    from StegoMedLib.identity.options import Options
    from StegoMedLib.identity.pseudonyms import Pseudonyms

__all__ = ["SOP_INSTANCE", "Both", "GivenHeader", "NamelessHeaders", "source_tree"]

DERIVED = "StegoMed: de-identified; encrypted identity embedded outside the significant region"
_PIXELS = frozenset({0x7FE0_0001, 0x7FE0_0002, 0x7FE0_0008, 0x7FE0_0009, 0x7FE0_0010})
_IMAGE_TYPE, _FRAME_TYPE, _DESCRIPTION = 0x0008_0008, 0x0008_9007, 0x0008_2111
_SOP_CLASS, SOP_INSTANCE = 0x0008_0016, 0x0008_0018
_OVERLAYS, _BIT_POSITION = range(0x6000, 0x6100), 0x0102


@dataclass(frozen=True)
class Both:
    """A header as it came and as it goes, and the values that are taken out."""

    source: Tree = field(repr=False)
    nameless: Tree = field(repr=False)
    gone: tuple[Leaf, ...] = field(repr=False)


def source_tree(dataset: Dataset) -> Tree:
    """The header that was read from a file, as it lies there, without pixel data.

    Raises
    ------
    UnusableInputError
        It is malformed; the sentence has its file as its unnamed subject ("it").
    """
    elements = getattr(dataset, "undecoded", None) or dict(dataset.items())
    signed = dataset.get("PixelRepresentation") == 1
    return tree_of({tag: each for tag, each in elements.items() if tag not in _PIXELS}, ["iso8859"], signed=signed)


class NamelessHeaders:
    """Gives the headers of what is written (`StegoMedLib.dicom.Headers`); the last one is remembered.

    Parameters
    ----------
    options : Options
    pseudonyms : Pseudonyms
    derived : bool
        The pixels are changed, too.
    certificates : sequence of Certificate
        For whose holders what is taken out is written into the header, encrypted.
    """

    fills_extremes = True

    def __init__(
        self, options: Options, pseudonyms: Pseudonyms, *, derived: bool, certificates: Sequence[Certificate] = ()
    ) -> None:
        self._options, self._derived, self._certificates = options, derived, certificates
        self._deidentifier = Deidentifier(options, pseudonyms)
        self._last: tuple[Dataset, Both] | None = None
        self._sealed: tuple[Dataset, str] | None = None

    def of(self, dataset: Dataset) -> Both:
        """A header as it came and as it goes; raises as `source_tree` does."""
        if self._last is None or self._last[0] is not dataset:
            source = source_tree(dataset)
            made = self._deidentifier.nameless(source)
            nameless = marked(made.tree, self._options)
            nameless = _derived(nameless) if self._derived else nameless
            nameless = with_face(nameless) if shows_head(source) else nameless
            if self._certificates:
                nameless = with_encrypted(nameless, source, self._certificates)
            self._last = dataset, Both(source, nameless, made.gone)
        return self._last[1]

    def seal(self, dataset: Dataset, envelope: str) -> None:
        """Write the text of an envelope into the next header, that of a file whose pixels carry nothing."""
        self._sealed = dataset, envelope

    def made(
        self, instance: Instance, removal: Removal, attributes: Mapping[str, object] | None
    ) -> tuple[str, dict[BaseTag, bytes]]:
        """See `StegoMedLib.dicom.Headers`."""
        del removal, attributes
        nameless = self.of(instance.dataset).nameless
        if self._sealed is not None and self._sealed[0] is instance.dataset:
            nameless = with_envelope(nameless, self._sealed[1])
        uid, header = encoded_header(nameless, instance)
        return uid, header | encoded_for(instance, extreme_elements(instance, None))

    def unused_bits(self, instance: Instance) -> int:
        """Bits beside the stored values that overlays lie in: somebody may have drawn a name (PS3.3 C.9.2, retired)."""
        bits = 0
        for tag, node in self.of(instance.dataset).source.items():
            if tag >> 16 in _OVERLAYS and tag & 0xFFFF == _BIT_POSITION and len(node.value) == 2:  # noqa: PLR2004 US
                bits |= 1 << int.from_bytes(node.value, "little")
        field = instance.format.field
        return bits & ~field.bits & ((1 << field.bits_allocated) - 1)


@dataclass(frozen=True)
class GivenHeader:
    """Gives a header that is known (`StegoMedLib.dicom.Headers`)."""

    tree: Tree = field(repr=False)
    fills_extremes: bool = False

    def made(
        self, instance: Instance, removal: Removal, attributes: Mapping[str, object] | None
    ) -> tuple[str, dict[BaseTag, bytes]]:
        """The header."""
        del removal, attributes
        return encoded_header(self.tree, instance)

    def unused_bits(self, instance: Instance) -> int:
        """None: they stay as they are."""
        del instance
        return 0


def encoded_header(tree: Tree, instance: Instance) -> tuple[str, dict[BaseTag, bytes]]:
    """SOPInstanceUID of a header, and its encoded elements; its SOPClassUID is that of the instance."""
    made = tree | {_SOP_CLASS: Node("UI", instance.sop_class.encode("ascii"))}
    uid = text_of(made[SOP_INSTANCE], CharacterSet()) if SOP_INSTANCE in made else ""
    return uid, {BaseTag(tag): content for tag, content in write_tree(made).items()}


def _derived(tree: Tree) -> Tree:
    """A header that says, at every level, that the pixels were changed (PS3.3 C.7.6.1.1.2)."""
    made = _typed(tree)
    made[_DESCRIPTION] = Node("ST", DERIVED.encode("ascii"))
    return {tag: made[tag] for tag in sorted(made)}


def _typed(tree: Tree) -> Tree:
    made = dict(tree)
    for tag, node in tree.items():
        if node.items is not None:
            made[tag] = Node("SQ", items=tuple(map(_typed, node.items)))
        elif tag in (_IMAGE_TYPE, _FRAME_TYPE) and node.value:
            made[tag] = Node("CS", b"\\".join([b"DERIVED", *node.value.split(b"\\")[1:]]))
    return made
