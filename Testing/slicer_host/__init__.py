"""A host for scripted modules of 3D Slicer without the application.

The scene, nodes, logics and slice rendering are Slicer's own, from the package slicer-core. Qt is PySide6 with the
rules of PythonQt. The widgets, the DICOM database and Slicer's Python modules are stand-ins that offer only what Slicer
has. `start()` makes all of it.
"""

from .host import Host, start

__all__ = ["Host", "start"]
