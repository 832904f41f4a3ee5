"""The module Sample Data: other modules register sources, and a source makes its nodes when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModule, ScriptedLoadableModuleLogic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class SampleData(ScriptedLoadableModule):
    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}


@dataclass
class SampleDataSource:
    """One entry of the panel Sample Data."""

    sampleName: str = ""
    sampleDescription: str | None = None
    uris: Sequence[str] = ()
    fileNames: Sequence[str] = ()
    nodeNames: Sequence[str] = ()
    checksums: Sequence[str] = ()
    loadFiles: Any = None
    customDownloader: Callable[[SampleDataSource], Any] | None = None
    thumbnailFileName: str | None = None
    loadFileType: str = "VolumeFile"
    loadFileProperties: dict[str, Any] = field(default_factory=dict)


class SampleDataLogic(ScriptedLoadableModuleLogic):
    @staticmethod
    def registerCustomSampleDataSource(category: str = "Custom", **source: Any) -> None:
        """Add a source to a category."""
        slicer.modules.sampleDataSources.setdefault(category, []).append(SampleDataSource(**source))

    def sourceForSampleName(self, name: str) -> SampleDataSource | None:
        every = [each for sources in slicer.modules.sampleDataSources.values() for each in sources]
        return next((each for each in every if each.sampleName == name), None)

    def downloadFromSource(self, source: SampleDataSource) -> list[Any]:
        """Make a source's nodes."""
        if source.customDownloader is None:
            raise RuntimeError("the host downloads nothing")
        nodes = source.customDownloader(source)
        return list(nodes) if isinstance(nodes, list | tuple) else [nodes]


def downloadSample(name: str) -> Any:
    """Make the first node of a sample."""
    logic = SampleDataLogic()
    source = logic.sourceForSampleName(name)
    if source is None:
        raise ValueError(f"there is no sample {name}")
    return logic.downloadFromSource(source)[0]
