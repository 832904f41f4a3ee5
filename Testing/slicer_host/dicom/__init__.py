"""Stand-ins for Slicer's DICOM database, its import and export, over pydicom."""

from .export import export_to_folder, offered_exports
from .session import start

__all__ = ["export_to_folder", "offered_exports", "start"]
