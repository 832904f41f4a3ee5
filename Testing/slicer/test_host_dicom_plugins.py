"""DICOM plugins are asked in the order of their confidence, for loading and for exporting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def loaded(dicom_database: Any, make_series: Any) -> Any:
    """A function that imports a new series and loads it; gives its node."""

    def load() -> Any:
        import slicer
        from DICOMLib import DICOMUtils

        paths = make_series(2)
        DICOMUtils.importDicom(str(paths[0].parent), dicom_database)
        (series,) = dicom_database.seriesForStudy(dicom_database.studiesForPatient("1")[0])
        return slicer.mrmlScene.GetNodeByID(DICOMUtils.loadSeriesByUID([series])[0])

    return load


@pytest.fixture
def plugins(host: Any) -> Iterator[Any]:
    """The table of plugins, put back afterwards."""
    import slicer

    before = dict(slicer.modules.dicomPlugins)
    yield slicer.modules.dicomPlugins
    slicer.modules.dicomPlugins = before


def test_of_two_plugins_the_more_confident_one_loads(loaded: Any, plugins: Any) -> None:
    import slicer
    from DICOMLib import DICOMLoadable, DICOMPlugin

    class Sure(DICOMPlugin):
        def examineForImport(self, fileLists: Any) -> list[Any]:
            loadable = DICOMLoadable()
            loadable.files, loadable.selected, loadable.confidence = fileLists[0], True, 0.9
            return [loadable]

        def load(self, _loadable: Any) -> bool:
            slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "sure")
            return True

    plugins["Sure"] = Sure
    assert loaded().GetName() == "sure"


def test_exports_are_offered_by_confidence_and_go_to_their_plugin(loaded: Any, plugins: Any, tmp_path: Path) -> None:
    import slicer
    from DICOMLib import DICOMPlugin
    from slicer_host.dicom import export_to_folder, offered_exports

    class Writer(DICOMPlugin):
        def examineForExport(self, item: int) -> list[Any]:
            found = slicer.qSlicerDICOMExportable()
            found.name, found.pluginClass, found.subjectHierarchyItemID = "Written", "Writer", item
            found.confidence = 0.3
            found.setTag("SeriesNumber", "901")
            return [found]

        def export(self, exportables: Any) -> str:
            (each,) = exportables
            (Path(each.directory) / "out.txt").write_text(each.tag("SeriesNumber"), encoding="utf-8")
            return ""

    plugins["Writer"] = Writer
    volume = loaded()
    offered = offered_exports(slicer.mrmlScene.GetSubjectHierarchyNode().GetItemByDataNode(volume))
    assert [(each.name, each.confidence) for each in offered] == [("Scalar Volume", 0.5), ("Written", 0.3)]
    assert export_to_folder(offered[1:], tmp_path / "export") == ""
    assert (tmp_path / "export" / "out.txt").read_text("utf-8") == "901"
    with pytest.raises(ValueError, match="setTag"):
        offered[1].setTag("SeriesNumber", 902)
    assert "failed" in export_to_folder(offered[:1], tmp_path / "export")
