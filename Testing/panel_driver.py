"""Drives the panel as a user does: choosing, typing, clicking; and looks at files, volumes and pixels afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import qt
import slicer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PASSPHRASE", "Driver", "digests", "words_in", "write_phantom"]

PASSPHRASE = "correct horse battery staple"


def digests(files: list[Path] | tuple[Path, ...]) -> dict[str, str]:
    """SHA-256 of files by name."""
    return {str(path): hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in files}


def write_phantom(folder: Path, slices: int = 3, size: int = 256) -> Path:
    """Write a small phantom series, and give its folder."""
    from StegoMedPanel import sample_data

    sample_data.write_phantom(folder, slices, size)
    return folder


def words_in(table: Any) -> list[list[str]]:
    """What a table of the panel was filled with."""
    columns = range(table.columnCount)
    return [[str(table.item(row, column).data(qt.Qt.UserRole)) for column in columns] for row in range(table.rowCount)]


class Driver:
    """The panel in the hands of a test.

    Attributes
    ----------
    ui
        Widgets by name.
    parameters
        The typed parameters of the scene.
    """

    def __init__(self, host: Any, widget: Any) -> None:
        self.host, self.widget, self.panel, self.ui = host, widget, widget.panel, widget.ui

    @property
    def parameters(self) -> Any:
        return self.panel.desk.parameters

    def load(self, folder: Path, database: Any) -> Any:
        """Import a folder into the DICOM database and load its first series."""
        from DICOMLib import DICOMUtils

        known = set(self.series(database))
        assert DICOMUtils.importDicom(str(folder), database, True)
        (series,) = sorted(set(self.series(database)) - known)
        return self.load_series(series)

    def load_series(self, series: str) -> Any:
        """Load a series of the database; its volume."""
        from DICOMLib import DICOMUtils

        found = [slicer.mrmlScene.GetNodeByID(each) for each in DICOMUtils.loadSeriesByUID([series])]
        return next(node for node in found if node.IsA("vtkMRMLScalarVolumeNode"))

    def series(self, database: Any) -> list[str]:
        """All series of a database."""
        studies = [study for patient in database.patients() for study in database.studiesForPatient(patient)]
        return [series for study in studies for series in database.seriesForStudy(study)]

    def source_files(self, database: Any, volume: Any) -> list[Path]:
        """Files behind a volume."""
        uids = volume.GetAttribute("DICOM.instanceUIDs").split()
        return [Path(database.fileForInstance(uid)) for uid in uids]

    def settle(self) -> None:
        """Let timers and paint events run."""
        self.panel.refresh()
        slicer.app.processEvents()

    def choose(self, volume: Any, finder: str = "threshold") -> None:
        """Step 1, and the finder of step 2."""
        self.ui.inputVolume.setCurrentNode(volume)
        self.parameters.finder = type(self.parameters.finder)[finder]
        slicer.app.processEvents()

    def find(self) -> Any:
        """Step 2; the segmentation."""
        self.ui.findButton.click()
        return self.parameters.segmentation

    def text(self, words: str) -> None:
        """Choose to embed a text."""
        self.parameters.recordKind = type(self.parameters.recordKind).text
        self.ui.recordText.setPlainText(words)

    def embed(self, passphrase: str = PASSPHRASE, repeat: str | None = None) -> Any:
        """Step 3; the stego volume."""
        self.ui.passphrase.text = passphrase
        self.ui.repeatPassphrase.text = passphrase if repeat is None else repeat
        self.ui.embedButton.click()
        return self.parameters.stegoVolume

    def save_to_folder(self, folder: Path) -> None:
        """Step 4."""
        self.parameters.target = type(self.parameters.target).folder
        self.ui.targetFolder.currentPath = str(folder)
        self.ui.saveButton.click()

    def save_to_database(self) -> None:
        """Step 4."""
        self.parameters.target = type(self.parameters.target).database
        self.ui.saveButton.click()

    def extract(self, volume: Any, passphrase: str = PASSPHRASE) -> dict[str, str]:
        """Read from a volume; what the table shows."""
        self.ui.extractVolume.setCurrentNode(volume)
        self.ui.extractPassphrase.text = passphrase
        self.ui.extractButton.click()
        return dict(self.table("recordTable"))

    def table(self, name: str) -> list[list[str]]:
        """What a table says."""
        return words_in(getattr(self.ui, name))

    def voxels(self, volume: Any) -> NDArray[Any]:
        """A copy of a volume's voxels."""
        return np.array(slicer.util.arrayFromVolume(volume))

    def mask(self, segmentation: Any, volume: Any) -> NDArray[np.bool_]:
        """What the reviewer left."""
        from StegoMedPanel.nodes import mask_of

        return mask_of(segmentation, volume)

    def erase(self, segmentation: Any, volume: Any, slices: slice, rows: slice, columns: slice) -> None:
        """Edit the first segment as Segment Editor's eraser does: clear a box of it."""
        self._edit(segmentation, volume, (slices, rows, columns), 0)

    def paint(self, segmentation: Any, volume: Any, slices: slice, rows: slice, columns: slice) -> None:
        """Edit the first segment as Segment Editor's paint brush does: fill a box."""
        self._edit(segmentation, volume, (slices, rows, columns), 1)

    def _edit(self, segmentation: Any, volume: Any, box: tuple[slice, slice, slice], value: int) -> None:
        (segment, *_) = segmentation.GetSegmentation().GetSegmentIDs()
        mask = np.array(slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, volume), dtype=np.uint8)
        mask[box] = value
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask, segmentation, segment, volume)
        slicer.app.processEvents()
