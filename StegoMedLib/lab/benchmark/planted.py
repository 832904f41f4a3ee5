"""A header full of identifying values, at every level and in three character sets, and what is left of them.

The values lie at the top, in sequences two and three deep that stay or go, in private elements and sequences, in
sequences that somebody wrote as UN, in file meta and preamble, in group 0004, curves, overlays and trailing padding.
"""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from pydicom import Dataset, Sequence
from pydicom.datadict import tag_for_keyword
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from StegoMedLib.dicom.element_headers import vr_in_dictionary
from StegoMedLib.lab.benchmark import planted_values as values
from StegoMedLib.resources import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pydicom import FileDataset

__all__ = ["Planted", "left", "plant", "plant_anywhere", "searched"]

_CODECS = ("latin-1", "utf-8", "iso2022_jp", "gb18030", "iso8859-5", "utf-16-le", "utf-16-be")
_SHORTEST = 6
"""Letters and bytes of what is searched for; less is found by chance, among pixels even in UTF-16."""
_WORD = re.compile(r"[^\s^=,&/]+")
_ESCAPES = re.compile(rb"\x1b[$(][$()]?[@A-Z]")
_NOT_IDENTIFYING = frozenset(
    {
        *(
            "SpecificCharacterSet",
            "ReferencedSOPClassUID",
            "ReasonForTheAttributeModification",
            "CodingSchemeDesignator",
        ),
        *("PurposeOfReferenceCodeSequence", "ConceptNameCodeSequence", "Manufacturer", "ValueType", "TypeOfPatientID"),
    }
)
_PLAIN_CODES = frozenset({"P1", "Head"})
_CREATOR = "STEGOMED PLANTED"
_PREAMBLE = "Vorspann Ritzebüttel"
_PRIVATE: Mapping[str, str] = MappingProxyType(
    {
        "private text": "Ostertünke",
        "private bytes": "Westermöhre",
        "private bytes in UTF-16": "Nordersöhle",
        "private sequence as UN": "Südersträter",
        "private sequence as UN, two deep": "Mittelschäfer",
        "private without a creator": "Waisenkühler",
        "private in an item": "Kernschmölz",
    }
)
_NOTES: Mapping[str, str] = MappingProxyType(
    {
        "meta PrivateInformationCreatorUID": "1.2.826.0.1.3680043.10.7713.61",
        "meta PrivateInformation": "Notiz Lügenhäuser",
        "preamble": _PREAMBLE,
    }
)
_PLANE_OF_OVERLAY = (
    *((0x0010, "US", 8), (0x0011, "US", 22), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1])),
    *((0x0100, "US", 1), (0x0102, "US", 0)),
)
"""Element, VR and value of what an overlay of 22 bytes needs (PS3.3 C.9.2)."""


@dataclass(frozen=True)
class Planted:
    """A value that must be gone.

    Attributes
    ----------
    value : str
    where : str
        For people: keywords with the number of the item, ``OtherPatientIDsSequence[0].PatientID``.
    words : tuple of str
        The parts of which none may be left.
    kept_by : frozenset of str
        Columns of Table E.1-1 that let it stay, whole or cleaned, such as ``retain_uids``.
    """

    value: str
    where: str
    words: tuple[str, ...]
    kept_by: frozenset[str] = frozenset()

    def is_in(self, content: bytes) -> bool:
        """Say whether a part of it is found in what `searched` gave, in any encoding."""
        return any(needle in content for word in self.words for needle in _needles(word))


def plant(dataset: FileDataset, number: int = 0) -> list[Planted]:
    """Put the values into a data set, which then is another patient's, in Latin-1.

    Parameters
    ----------
    dataset : FileDataset
        Changed in place. To be written with `FileDataset.save_as`.
    number : int
        Of the instance in its series, from 0; it goes into the SOP Instance UID.

    Returns
    -------
    list of Planted
        About a hundred.
    """
    dataset.SpecificCharacterSet = "ISO_IR 100"
    uids = {keyword: uid.format(number) for keyword, uid in values.UIDS.items()}
    found = [*_put(dataset, {**values.TOP, **uids}, "")]
    for keyword, item in {**values.REMOVED_SEQUENCES, **values.KEPT_SEQUENCES}.items():
        found += _put(dataset, {keyword: item}, "")
    for script in (values.JAPANESE, values.RUSSIAN):
        found += _append(dataset["OtherPatientIDsSequence"].value, script, "OtherPatientIDsSequence")
    found += [*_plant_private(dataset), *_plant_groups(dataset), *_plant_around(dataset)]
    _close_sequences(dataset)
    return found


def plant_anywhere(dataset: Dataset) -> list[Planted]:
    """Put the patient's name where no profile looks; only a search for what was removed finds it there."""
    texts = {"SequenceName": f"*{values.ANYWHERE[:9]}", "ConvolutionKernel": f"B30 {values.ANYWHERE}"}
    for keyword, text in texts.items():
        setattr(dataset, keyword, text)
    return [Planted(text, keyword, (values.ANYWHERE[:9],)) for keyword, text in texts.items()]


def searched(path: Path) -> bytes:
    """Give the bytes of a DICOM file in which to look; a deflated data set is inflated."""
    content = path.read_bytes()
    if DeflatedExplicitVRLittleEndian.encode() not in content[:1024]:
        return content
    length = int.from_bytes(content[140:144], "little")  # File Meta Information Group Length, PS3.10 7.1
    return content[: 144 + length] + zlib.decompressobj(-zlib.MAX_WBITS).decompress(content[144 + length :])


def left(planted: Iterable[Planted], content: bytes) -> list[Planted]:
    """Give the values of which a part is left in what `searched` gave."""
    return [each for each in planted if each.is_in(content)]


@lru_cache(maxsize=1024)
def _needles(word: str) -> frozenset[bytes]:
    """Give the bytes of a word in every encoding that has its characters."""
    found = set()
    for codec in _CODECS:
        with suppress(UnicodeEncodeError):
            found.add(_ESCAPES.sub(b"", word.encode(codec)))
    return frozenset(needle for needle in found if len(needle) >= _SHORTEST)


def _planted(value: str, where: str, keyword: str = "") -> Planted:
    """Words of foreign letters tell, and long ones of a name; of numbers and codes the whole."""
    names = (word for word in _WORD.findall(value) if not word.isascii() or ("^" in value and len(word) >= _SHORTEST))
    telling = tuple(word for word in names if _needles(word))
    return Planted(value, where, telling or (value,), _kept_by().get(tag_for_keyword(keyword) or 0, frozenset()))


@lru_cache(maxsize=1)
def _kept_by() -> dict[int, frozenset[str]]:
    """Give the columns of Table E.1-1 that have an action, by tag."""
    options = [column for column in read_table("e1_1.csv")[0] if column.startswith(("retain", "clean"))]
    single = [row for row in read_table("e1_1.csv") if re.fullmatch("[0-9A-F]{8}", row["tag"])]
    return {int(row["tag"], 16): frozenset(column for column in options if row[column]) for row in single}


def _put(dataset: Dataset, content: values.Values, inside: str) -> Iterator[Planted]:
    """Set attributes and items of sequences, and give what was planted."""
    for keyword, value in content.items():
        if isinstance(value, dict):
            dataset.__setattr__(keyword, Sequence([]))
            yield from _append(dataset[keyword].value, value, f"{inside}{keyword}")
            continue
        setattr(dataset, keyword, value.split("\\") if "\\" in value else value)
        if not _NOT_IDENTIFYING & {keyword, *re.split(r"[.\[\]0-9]+", inside)} and value not in _PLAIN_CODES:
            yield _planted(value, f"{inside}{keyword}", keyword)


def _append(sequence: Sequence, content: values.Values, where: str) -> list[Planted]:
    item, number = Dataset(), len(sequence)
    sequence.append(item)
    return list(_put(item, content, f"{where}[{number}]."))


def _close_sequences(dataset: Dataset) -> None:
    """Give every sequence and item a length, as the new ones have: no program writes both kinds into one file."""
    for tag in list(dataset.keys()):
        if (dataset.get_item(tag).VR or vr_in_dictionary(tag)) != "SQ":
            continue
        dataset[tag].is_undefined_length = False
        for item in dataset[tag].value:
            item.is_undefined_length_sequence_item = False
            _close_sequences(item)


def _plant_private(dataset: Dataset) -> list[Planted]:
    """Private elements: text, bytes, a sequence three deep, sequences written as UN, one without a creator."""
    block = dataset.private_block(0x0009, _CREATOR, create=True)
    nested: values.Values = {"PatientName": "Trübsalowitz^Edda", "OtherPatientIDsSequence": {"PatientID": "QX-1102993"}}
    deep = Dataset()
    found = list(_put(deep, {"ReferencedImageSequence": nested}, "private sequence[0]."))
    block.add_new(0x01, "LO", f"privat: {_PRIVATE['private text']}")
    block.add_new(0x02, "UN", f"geheim: {_PRIVATE['private bytes']}".encode())
    block.add_new(0x03, "SQ", [deep])
    block.add_new(0x04, "OB", f"breit: {_PRIVATE['private bytes in UTF-16']}".encode("utf-16-le"))
    block.add_new(0x05, "UN", _as_implicit({"PatientName": f"{_PRIVATE['private sequence as UN']}^Eva"}))
    inner: values.Values = {"PatientComments": f"tief: {_PRIVATE['private sequence as UN, two deep']}"}
    block.add_new(0x06, "UN", _as_implicit({"ReferencedImageSequence": inner}))
    dataset.add_new(0x00291077, "LO", f"herrenlos: {_PRIVATE['private without a creator']}")
    item = cast("Dataset", dataset.ContributingEquipmentSequence[0])
    item.private_block(0x0011, _CREATOR, create=True).add_new(0x01, "LO", f"innen: {_PRIVATE['private in an item']}")
    return [*found, *(Planted(word, where, (word,)) for where, word in _PRIVATE.items())]


def _as_implicit(content: values.Values) -> bytes:
    """Write one item of a sequence as UN keeps sequences: implicit VR, little endian (PS3.5 6.2.2, note 2)."""
    item, stream = Dataset(), DicomBytesIO()
    item.SpecificCharacterSet = "ISO_IR 100"
    list(_put(item, content, ""))
    stream.is_implicit_VR, stream.is_little_endian = True, True
    write_dataset(stream, item, "iso8859")
    encoded = stream.getvalue()
    return b"\xfe\xff\x00\xe0" + len(encoded).to_bytes(4, "little") + encoded


def _plant_groups(dataset: Dataset) -> list[Planted]:
    """Groups with rules of their own: of directories, curves and overlays, of signatures and padding."""
    overlay = next(group for group in range(0x6000, 0x6020, 2) if not dataset.group_dataset(group))
    texts = {
        0x00041141: ("CS", "XANTENFILE"),
        0x00041511: ("UI", "1.2.826.0.1.3680043.10.7713.51"),
        0x50000022: ("LO", "Kurve Wörnitzhofer"),
        0x50003000: ("OW", "Kurvenpunkte Tübbesing"),
        overlay << 16 | 0x4000: ("LT", "Ebene Flörsheimova"),
        overlay << 16 | 0x3000: ("OW", "Rasterlinie Büdingerin"),
        0xFFFCFFFC: ("OB", "Nachklang Dörrenhaus"),
    }
    for tag, (vr, text) in texts.items():
        dataset.add_new(tag, vr, text if vr in {"CS", "UI", "LO", "LT"} else _even(text))
    for element, vr, value in _PLANE_OF_OVERLAY:
        dataset.add_new(overlay << 16 | element, vr, value)
    return [*(_planted(text, f"({tag:08X})") for tag, (_, text) in texts.items()), *_sign(dataset)]


def _sign(dataset: Dataset) -> list[Planted]:
    """Add what looks like a digital signature (PS3.3 C.12.1.1.3)."""
    signature = Dataset()
    signature.MACIDNumber, signature.CertificateType, signature.Signature = 1, "X509_1993_SIG", bytes(8)
    signature.CertificateOfSigner = _even("Siegel Hölzenbein")
    texts: values.Values = {
        "DigitalSignatureUID": "1.2.826.0.1.3680043.10.7713.52",
        "DigitalSignatureDateTime": "19870306140000.713000",
    }
    dataset.DigitalSignaturesSequence = [signature]
    certificate = _planted("Siegel Hölzenbein", "DigitalSignaturesSequence[0].CertificateOfSigner")
    return [certificate, *_put(signature, texts, "DigitalSignaturesSequence[0].")]


def _plant_around(dataset: FileDataset) -> list[Planted]:
    """File meta and preamble (PS3.10 7.1)."""
    dataset.preamble = _PREAMBLE.encode("latin-1").ljust(128, b"\0")
    meta = dataset.file_meta
    found = [*_put(meta, dict(values.META), "meta ")]
    meta.MediaStorageSOPInstanceUID = UID(dataset.SOPInstanceUID)
    meta.PrivateInformationCreatorUID = UID(_NOTES["meta PrivateInformationCreatorUID"])
    meta.PrivateInformation = _even(_NOTES["meta PrivateInformation"])
    return [*found, *(_planted(note, where) for where, note in _NOTES.items())]


def _even(text: str) -> bytes:
    return text.encode("latin-1").ljust(-(-len(text) // 2) * 2, b"\0")
