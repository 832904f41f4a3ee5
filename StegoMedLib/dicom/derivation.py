"""Header of a derived instance: what the derivation changes, and nothing else (PS3.3 C.7.6.1, C.12.1, C.7.6.16)."""

from __future__ import annotations

import copy
import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

from pydicom import DataElement, Dataset
from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag
from pydicom.uid import UID, generate_uid
from pydicom.valuerep import MAX_VALUE_LEN

from StegoMedLib.dicom.derived_text import described, stated
from StegoMedLib.dicom.encoding import encoded
from StegoMedLib.dicom.groups import GROUPS, FrameItems
from StegoMedLib.dicom.image_type import derived_type, is_enhanced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydicom.tag import BaseTag

    from StegoMedLib.dicom.encoding import Element, Elements
    from StegoMedLib.dicom.reading import Instance
    from StegoMedLib.dicom.removal import Removal

__all__ = ["EXTREMES", "MARK", "DerivedSeries", "derived_elements", "encoded_for", "extreme_elements", "new_uid"]

MARK = "StegoMed"
"""What the description of every derived series ends with, or holds before a number."""

EXTREMES = ("SmallestImagePixelValue", "LargestImagePixelValue")


def new_uid() -> UID:
    """A UID made of a random UUID, root 2.25 (PS3.5 B.2)."""
    return generate_uid(prefix=None)


class DerivedSeries:
    """Series that one run derives: one new series for each source series.

    Parameters
    ----------
    description : str
        What was done, in words; goes to DerivationDescription and must name nothing of the record or the key.
    mark : str, optional
        What joins SeriesDescription, so that the series is told from its source and from others of that source.
    texts : mapping of str to str, optional
        What a person states in place of what the source says, by keyword.
    stands_for : callable, optional
        Gives the UID that is derived from one of the source, the same in every run; without, UIDs are new in each.
    """

    fills_extremes = True

    def __init__(
        self,
        description: str,
        *,
        mark: str = MARK,
        texts: Mapping[str, str] | None = None,
        stands_for: Callable[[str], str] | None = None,
    ) -> None:
        self.description, self.mark, self.texts = description, mark, dict(texts or {})
        self._stands_for = stands_for
        self._uids: dict[str, UID] = {}

    def uid(self, source: str) -> UID:
        """SeriesInstanceUID of the series derived from `source`, the same at every call."""
        if self._stands_for is not None:
            return UID(self._stands_for(source))
        return self._uids.setdefault(source, new_uid())

    def _instance_uid(self, instance: Instance) -> UID:
        source = str(instance.dataset.get("SOPInstanceUID") or "")
        return new_uid() if self._stands_for is None or not source else UID(self._stands_for(source))

    def made(
        self, instance: Instance, removal: Removal, attributes: Mapping[str, object] | None
    ) -> tuple[str, dict[BaseTag, bytes]]:
        """See `StegoMedLib.dicom.writing.Headers`.

        Every attribute of the source stays, with its value bytes as they are, but for those that the derivation changes
        (design: DICOM), and what `removal` takes out.
        """
        uids = self._instance_uid(instance), self.uid(instance.series_key)
        elements = derived_elements(instance, uids=uids, series=self, removal=removal, attributes=attributes)
        return str(uids[0]), encoded_for(instance, elements, removal)

    def unused_bits(self, instance: Instance) -> int:
        """None: they stay as they are."""
        del instance
        return 0


def _element(keyword: str, value: Any, vr: str | None = None) -> DataElement:  # noqa: ANN401 pydicom takes anything
    tag = Tag(keyword)
    return DataElement(tag, vr or dictionary_VR(tag), value)


def _code(value: str, meaning: str) -> Dataset:
    """Code of the DICOM controlled terminology (PS3.16 annex D)."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _sources(instance: Instance) -> list[Dataset]:
    """Reference to the source instance and the purpose it served (PS3.3 C.7.6.1.1.4); none to a malformed UID."""
    if not UID(instance.sop_instance).is_valid:
        return []
    source = Dataset()
    source.ReferencedSOPClassUID = instance.sop_class
    source.ReferencedSOPInstanceUID = instance.sop_instance
    source.PurposeOfReferenceCodeSequence = [_code("121322", "Source image for image processing operation")]
    return [source]


def _derivation_image(instance: Instance, description: str) -> Dataset:
    """Item of the derivation image macro (PS3.3 C.7.6.16.2.6)."""
    item = Dataset()
    item.DerivationDescription = description[: MAX_VALUE_LEN["ST"]]
    item.DerivationCodeSequence = [_code("113042", "Pixel by pixel addition")]
    item.SourceImageSequence = _sources(instance)
    return item


def _evidence(instance: Instance) -> DataElement:
    """Where the sources named in functional groups are found (PS3.3 C.8.15.2, 10.24)."""
    image, series, study = Dataset(), Dataset(), Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = instance.sop_class, instance.sop_instance
    series.SeriesInstanceUID, series.ReferencedSOPSequence = instance.series_key, [image]
    study.StudyInstanceUID, study.ReferencedSeriesSequence = instance.study_key, [series]
    earlier = instance.dataset.get("SourceImageEvidenceSequence") or []
    return _element("SourceImageEvidenceSequence", [*earlier, study])


def _mark_group(group: Dataset, instance: Instance, item: Dataset, *, gets_macro: bool) -> Dataset:
    """Make a group's frames derived: their type, and the derivation image macro, where they have or get one."""
    macros = [element for element in group if element.VR == "SQ"]
    for entry in (entry for macro in macros for entry in macro.value if "FrameType" in entry):
        entry.FrameType = derived_type(instance.sop_class, instance.dataset, "FrameType", of=entry)
    if "DerivationImageSequence" in group:
        group.DerivationImageSequence.append(item)
    elif gets_macro:
        group.DerivationImageSequence = [item]
    return group


def _functional_groups(instance: Instance, description: str) -> Iterable[DataElement]:
    """Functional groups with frame types and derivation image like those of the whole object."""
    found = {keyword: instance.dataset[keyword].value for keyword in GROUPS if keyword in instance.dataset}
    item = _derivation_image(instance, description)
    has_macro = any("DerivationImageSequence" in group for groups in found.values() for group in groups)
    for number, (keyword, groups) in enumerate(found.items()):
        mark = partial(_mark_group, instance=instance, item=item, gets_macro=number == 0 and not has_macro)
        if isinstance(groups, FrameItems):
            yield _element(keyword, groups.edited(mark))
        else:
            yield _element(keyword, [mark(copy.deepcopy(group)) for group in groups])
    if found and item.SourceImageSequence:
        yield _evidence(instance)


def _times(dataset: Dataset) -> Iterable[DataElement]:
    """When the content came to be, and the instance where the source says when it did."""
    now = dt.datetime.now().astimezone()
    for kind in ("Content", "InstanceCreation"):
        if kind == "Content" or f"{kind}Date" in dataset:
            yield _element(f"{kind}Date", now.strftime("%Y%m%d"))
            yield _element(f"{kind}Time", now.strftime("%H%M%S"))


def _changes(instance: Instance, uids: tuple[str, str], series: DerivedSeries, removal: Removal) -> Iterable[Element]:
    dataset = instance.dataset
    sources = [*(dataset.get("SourceImageSequence") or []), *_sources(instance)]
    yield _element("SOPClassUID", instance.sop_class)
    yield _element("SOPInstanceUID", uids[0])
    yield _element("SeriesInstanceUID", uids[1])
    yield _element("ImageType", derived_type(instance.sop_class, dataset))
    yield described(dataset, "DerivationDescription", series.description, "; ", removal)
    if sources:
        yield _element("SourceImageSequence", sources)
    yield described(dataset, "SeriesDescription", series.mark, " ", removal)
    yield from _times(dataset)
    yield from extreme_elements(instance, None).values()
    if is_enhanced(instance.sop_class, dataset):
        yield from _functional_groups(instance, series.description)


_STALE = (Tag("PixelData"), Tag("ExtendedOffsetTable"), Tag("ExtendedOffsetTableLengths"))
"""The source's pixel data, and elements that only make sense beside it when it is compressed."""


def _given(instance: Instance, attributes: Mapping[str, object]) -> Iterable[DataElement]:
    """Attributes that the derivation sets besides; those that may be US or SS take the sign of the pixels."""
    for keyword, value in attributes.items():
        vr = dictionary_VR(Tag(keyword))
        signed = "SS" if instance.format.field.signed else "US"
        yield _element(keyword, value, signed if vr == "US or SS" else vr)


def extreme_elements(instance: Instance, extremes: tuple[int, int] | None) -> dict[BaseTag, DataElement]:
    """Smallest and largest pixel value, where the source has them; as long in bytes whatever they are.

    `extremes` are the smallest and largest stored value; where they are not known yet, zeros hold their place.
    """
    vr = "SS" if instance.format.field.signed else "US"
    found = (_element(keyword, value, vr) for keyword, value in zip(EXTREMES, extremes or (0, 0), strict=True))
    return {element.tag: element for element in found if element.tag in instance.dataset}


def derived_elements(
    instance: Instance,
    *,
    uids: tuple[str, str],
    series: DerivedSeries,
    removal: Removal,
    attributes: Mapping[str, object] | None = None,
) -> Elements:
    """Elements of the derived instance, all but its pixel data; its extreme values are still to be filled in.

    Parameters
    ----------
    instance : Instance
        The source; stays as it is.
    uids : tuple of (str, str)
        New SOPInstanceUID and SeriesInstanceUID.
    series : DerivedSeries
        What was done, in ASCII; how the series is called; what a person states of it.
    removal : Removal
        Is told what of the source's descriptions is lost.
    attributes : mapping of str to object, optional
        Other attributes that the derivation changes, by keyword.

    Returns
    -------
    dict of tag to element
        Elements of the source, undecoded, with the changed ones in their places.
    """
    elements = dict(instance.elements)
    elements.update((element.tag, element) for element in _changes(instance, uids, series, removal))
    elements.update((element.tag, element) for element in _given(instance, attributes or {}))
    for keyword, text in series.texts.items():
        elements[Tag(keyword)] = stated(instance.dataset, keyword, text)
    for tag in _STALE:
        elements.pop(tag, None)
    return elements


def encoded_for(
    instance: Instance, elements: Mapping[BaseTag, Element], removal: Removal | None = None
) -> dict[BaseTag, bytes]:
    """Elements as bytes, in their order, as they go into what is made of an instance."""
    charset = convert_encodings(instance.dataset.get("SpecificCharacterSet") or "")
    return encoded(elements, charset, signed=instance.format.field.signed, removal=removal)
