"""Which instances an instance was derived from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.dicom.hostile import naming

if TYPE_CHECKING:
    from StegoMedLib.dicom.reading import Instance

__all__ = ["source_uids"]


def source_uids(instance: Instance) -> tuple[str, ...]:
    """SOPInstanceUIDs in the SourceImageSequence (PS3.3 C.7.6.1.1.4) of `instance`, the latest derivation first.

    Raises
    ------
    UnusableFileError
        The sequence is malformed.
    """
    with naming(instance.path, "its SourceImageSequence is malformed; export it again from its source."):
        items = instance.dataset.get("SourceImageSequence") or []
        return tuple(str(item.get("ReferencedSOPInstanceUID") or "") for item in reversed(items))
