"""Put the database and the package DICOMLib where Slicer's Python finds them."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import slicer

from ..standins.ctk_widgets import ctk
from . import database, items, plugin, processes, scalar_volume, utils

_STANDINS = (database, items)


def start() -> None:
    """Open an empty database and register the plugin for scalar volumes."""
    slicer.modules.dicomPlugins = {"DICOMScalarVolumePlugin": scalar_volume.DICOMScalarVolumePluginClass}
    slicer.dicomDatabase = ctk.ctkDICOMDatabase()
    slicer.dicomDatabaseDirectorySettingsKey = "DatabaseDirectory_0.8.1"
    package = types.ModuleType("DICOMLib", "Slicer's Python package for DICOM, as far as modules use it")
    package.__path__ = []  # a package, so that `import DICOMLib.DICOMUtils` works
    members = {
        "DICOMCommand": processes.DICOMCommand,
        "DICOMPlugin": plugin.DICOMPlugin,
        "DICOMLoadable": plugin.DICOMLoadable,
        "DICOMUtils": utils,
    }
    vars(package).update(members)
    sys.modules.update(
        {
            "DICOMLib": package,
            "DICOMLib.DICOMUtils": utils,
            "DICOMLib.DICOMPlugin": plugin,
            "DICOMScalarVolumePlugin": scalar_volume,
        }
    )
    processes.put_programs()
    utils.openDatabase(str(Path(slicer.app.temporaryPath) / "SlicerDICOMDatabase"))
