"""ImageType of derived instances: which of its values the object's class leaves open (PS3.3 C.7.6.1.1.2).

Value 1 becomes DERIVED, which every class allows. Value 2 becomes SECONDARY, as the image was made after the
examination, save where the class knows PRIMARY alone. Further values tell what was acquired, and stay; one that is
missing is filled in where the class has a term that claims nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydicom import uid

from StegoMedLib.dicom.groups import GROUPS
from StegoMedLib.dicom.values import codes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydicom import Dataset

__all__ = ["derived_type", "is_enhanced"]


@dataclass(frozen=True)
class _Rule:
    """What a class says of ImageType.

    Attributes
    ----------
    second : str
        Value 2 of a derived instance; "" where the source's is kept.
    others : tuple of str
        Values 3, 4, … where the source has none; they have to be there, and these claim nothing.
    enhanced : bool
        Frame types and functional groups follow.
    """

    second: str = "SECONDARY"
    others: tuple[str, ...] = ()
    enhanced: bool = False


_GENERAL = _Rule()
"""C.7.6.1.1.2: ORIGINAL or DERIVED, PRIMARY or SECONDARY. So CR, US, secondary capture (also multi-frame), VL; DX and
mammography (C.8.11.3, C.8.11.7), whose value 3 may be empty; CT (C.8.2.1.1.1), RT Image (C.8.8.2), XA and XRF
(C.8.7.1.1.1), whose value 3 has to be there but cannot be told from anything else."""
_UNKNOWN_GROUPED = _Rule("", enhanced=True)
_PRIMARY = _Rule("PRIMARY")
_ENHANCED = _Rule("PRIMARY", enhanced=True)
"""C.8.16.1: ORIGINAL, DERIVED or MIXED; PRIMARY; then what was acquired and how it was computed."""

_RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        uid.MRImageStorage: _Rule(others=("OTHER",)),  # C.8.3.1.1.1
        uid.NuclearMedicineImageStorage: _PRIMARY,  # C.8.4.9.1.1
        uid.PositronEmissionTomographyImageStorage: _PRIMARY,  # C.8.9.4.1.1
        uid.OphthalmicPhotography8BitImageStorage: _PRIMARY,  # C.8.17.2.1.4
        uid.OphthalmicPhotography16BitImageStorage: _PRIMARY,
        uid.EnhancedCTImageStorage: _ENHANCED,  # C.8.15.2, C.8.16.1
        uid.LegacyConvertedEnhancedCTImageStorage: _ENHANCED,
        uid.EnhancedMRImageStorage: _ENHANCED,  # C.8.13.1, C.8.16.1
        uid.LegacyConvertedEnhancedMRImageStorage: _ENHANCED,
        uid.EnhancedPETImageStorage: _ENHANCED,  # C.8.22.3, C.8.16.1
        uid.LegacyConvertedEnhancedPETImageStorage: _ENHANCED,
        uid.EnhancedUSVolumeStorage: _ENHANCED,  # C.8.24.3
        uid.XRay3DAngiographicImageStorage: _ENHANCED,  # C.8.21.1
        uid.XRay3DCraniofacialImageStorage: _ENHANCED,
        uid.BreastTomosynthesisImageStorage: _ENHANCED,
        uid.IntravascularOpticalCoherenceTomographyImageStorageForPresentation: _ENHANCED,  # C.8.27
        uid.IntravascularOpticalCoherenceTomographyImageStorageForProcessing: _ENHANCED,
        uid.ParametricMapStorage: _ENHANCED,  # C.8.32.2
        uid.VLWholeSlideMicroscopyImageStorage: _ENHANCED,  # C.8.12.4.1.1
        uid.EnhancedXAImageStorage: _Rule(enhanced=True),  # C.8.19.2.1.1 knows both
        uid.EnhancedXRFImageStorage: _Rule(enhanced=True),
    }
)


def _rule(sop_class: str, dataset: Dataset) -> _Rule:
    """The rule of a class; one that is not known is taken for an enhanced one when it has functional groups."""
    grouped = any(keyword in dataset for keyword in GROUPS)
    return _RULES.get(sop_class, _UNKNOWN_GROUPED if grouped else _GENERAL)


def is_enhanced(sop_class: str, dataset: Dataset) -> bool:
    """Whether an object is an enhanced multi-frame one, by its class or by what it holds."""
    return _rule(sop_class, dataset).enhanced or any(keyword in dataset for keyword in GROUPS)


def derived_type(
    sop_class: str, dataset: Dataset, keyword: str = "ImageType", *, of: Dataset | None = None
) -> list[str]:
    """Values of a derived instance's ImageType, or of a frame's FrameType.

    Parameters
    ----------
    sop_class : str
        Of the source.
    dataset : Dataset
        Header of the source.
    keyword : str, optional
        ImageType or FrameType.
    of : Dataset, optional
        Where the source's values stand; `dataset` unless given.
    """
    rule, values = _rule(sop_class, dataset), codes_of(dataset if of is None else of, keyword)
    second = rule.second or (values[1:2] or ["PRIMARY"])[0]
    others = rule.others if rule.others and not any(values[2:]) else values[2:]
    return ["DERIVED", second, *others]
