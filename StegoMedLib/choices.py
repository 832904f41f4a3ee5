"""What can be chosen by name, and what is chosen without a name: light enough to load for a question of help."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BACKBONES",
    "BASELINE_FINDER",
    "CARRIED_HEADER",
    "CARRIED_IDENTITY",
    "CARRIED_NOTHING",
    "CARRY",
    "CLEANABLE",
    "DEFAULT_ATTRIBUTES",
    "DEFAULT_BETA",
    "DEFAULT_FINDER",
    "DEFAULT_STRENGTH",
    "DEFAULT_WORDS",
    "ENGINES",
    "FINDERS",
    "HIGH_STRENGTH",
    "LAYOUTS",
    "LOST",
    "MODES",
    "NORMALISATIONS",
    "PASSPHRASE_VARIABLE",
    "PRECISIONS",
    "PRESETS",
    "REPLICATE",
    "RETAINABLE",
    "SPREAD",
    "TILES",
]

FINDERS: Mapping[str, str] = MappingProxyType(
    {"maskrcnn": "Mask R-CNN (neural network)", "threshold": "Threshold (quick, no network)"}
)
"""Region finders, each the name of a file in `regions` whose ``make`` makes it, and what the panel calls them."""
DEFAULT_FINDER, BASELINE_FINDER = FINDERS
ENGINES = ("auto", "onnx", "torch")
"""``auto`` is PyTorch where it has a CUDA device, else ONNX Runtime."""

DEFAULT_STRENGTH, HIGH_STRENGTH = 40.0, 34.0
"""Least PSNR of the stego plane of profile robust in dB, the peak being the range of the image's values
(`Plane.bulk_range`)."""
DEFAULT_BETA = 1000.0
"""Strength of profile saidi2024."""

MODES = REPLICATE, SPREAD = ("replicate", "spread")
LOST = 0.3
"""Share of the slices that may be lost in mode ``spread``, unless it is told otherwise."""

TILES = (8, 16)
"""Pixels on a side of the tiles whose alteration can be told apart."""

CARRY = CARRIED_IDENTITY, CARRIED_HEADER, CARRIED_NOTHING = ("identity", "header", "none")
"""What of the header goes along inside the images of a nameless study."""
RETAINABLE: Mapping[str, str] = MappingProxyType(
    {
        "uids": "UIDs of the study, its series and instances",
        "device": "which device made the images",
        "institution": "where they were made",
        "characteristics": "age, sex, size and weight of the patient",
        "full-dates": "all dates and times",
        "modified-dates": "dates, moved by whole weeks, the same for all images of a patient, and times",
        "safe-private": "private elements that are known to be safe",
    }
)
"""Options of the confidentiality profile that leave something in place, and what (PS3.15 E.3)."""
CLEANABLE: Mapping[str, str] = MappingProxyType(
    {"descriptors": "descriptions of study, series and protocol, without words that may name somebody"}
)
"""Options that leave the harmless part of something (PS3.15 E.3)."""
PRESETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "basic": (),
        "longitudinal": ("characteristics", "modified-dates"),
        "research": ("characteristics", "device", "modified-dates", "safe-private", "descriptors"),
    }
)
"""Sets of these options by the name of what they serve."""

# As few as put the name back and find the study again: the record has to fit beside small MR anatomy. Left out are
# UIDs (64 characters each, and they stay in the header), physicians and institutions (they name no patient, and the
# accession number leads to them), descriptions, age, size and weight (clinical, not identifying, and they stay).
DEFAULT_ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "PatientName": "who it is, for people",
        "PatientID": "who it is, for the archive",
        "IssuerOfPatientID": "says whose numbering the ID belongs to; without it IDs of two hospitals collide",
        "PatientBirthDate": "tells patients of one name apart; the second identifier that clinics ask for",
        "PatientSex": "checked together with name and birth date when studies are merged",
        "AccessionNumber": "leads to the order and the report",
        "StudyDate": "blanked by most de-identification profiles, needed to put studies in order",
        "StudyID": "leads to the study where an accession number is missing",
    }
)

DEFAULT_WORDS = 6
"""Of a passphrase that is made."""
PASSPHRASE_VARIABLE = "STEGOMED_PASSPHRASE"  # noqa: S105  a name
"""Of the environment, where a passphrase may stand."""

LAYOUTS = ("series", "chaos")
"""How folders of images to learn from lie: one for each series, or as CHAOS has them."""
BACKBONES = ("resnet18", "mobilenet_v3_large", "resnet50", "resnet101")
NORMALISATIONS = ("batch", "frozen", "group")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
