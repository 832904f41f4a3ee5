"""What the dialog "Export to DICOM" does with the plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer

if TYPE_CHECKING:
    from pathlib import Path


def offered_exports(item: int) -> list[Any]:
    """All that plugins offer for an item of the subject hierarchy, highest confidence first.

    Raises
    ------
    TypeError
        If a plugin gives something else than exportables of Slicer.
    """
    found = [each for plugin in slicer.modules.dicomPlugins.values() for each in plugin().examineForExport(item)]
    for each in found:
        if not isinstance(each, slicer.qSlicerDICOMExportable):
            raise TypeError(f"{each!r} is no qSlicerDICOMExportable: the dialog ignores it")
    return sorted(found, key=lambda each: -each.confidence)


def export_to_folder(exportables: list[Any], folder: Path) -> str:
    """Let the plugin of the exportables write into a folder; an empty text for success.

    Raises
    ------
    KeyError
        If their `pluginClass` is no key of `slicer.modules.dicomPlugins`.
    TypeError
        If the plugin gives no text, which the dialog takes for an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for each in exportables:
        each.directory = str(folder)
    problem = slicer.modules.dicomPlugins[exportables[0].pluginClass]().export(exportables)
    if not isinstance(problem, str):
        raise TypeError(f"export() gave {problem!r}: the dialog reports an error in the exporter")
    return problem
