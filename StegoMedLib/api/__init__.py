"""The functions of ``import StegoMedLib``: DICOM files in, DICOM files and reports out.

For series that are not files, use `pipeline.embed.embed`, `pipeline.extract.extract` and `pipeline.volumes`.
"""

from StegoMedLib.api.identity import deidentify, reidentify
from StegoMedLib.api.images import capacity, embed, extract, segment
from StegoMedLib.api.photographs import conceal, reveal

__all__ = ["capacity", "conceal", "deidentify", "embed", "extract", "reidentify", "reveal", "segment"]
