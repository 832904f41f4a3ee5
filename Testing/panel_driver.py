"""Drives the panel as a user does: choosing, typing, clicking; and looks at files, volumes and pixels afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import qt
import slicer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["PASSPHRASE", "PLANTED", "Driver", "digests", "words_in", "write_phantom", "write_planted"]

PASSPHRASE = "correct horse battery staple"
PLANTED = (
    "Planted^Petronella",
    "Petronella",
    "PLANT-4711",
    "19520607",
    "20260102",
    "ACC-990011",
    "PLANTED CREATOR",
    "Plantation General",
)
"""Values in a series of `write_planted`."""


def digests(files: list[Path] | tuple[Path, ...]) -> dict[str, str]:
    """SHA-256 of files by name."""
    return {str(path): hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in files}


def write_phantom(folder: Path, slices: int = 3, size: int = 256) -> Path:
    """Write a small phantom series, and give its folder."""
    from StegoMedPanel import sample_data

    sample_data.write_phantom(folder, slices, size)
    return folder


def write_planted(folder: Path, size: int = 256) -> Path:
    """Write a small phantom series with planted values, nested and private ones among them, and give its folder."""
    from pydicom import Dataset, dcmread

    for path in write_phantom(folder, size=size).iterdir():
        dataset = dcmread(path)
        dataset.PatientName, dataset.PatientID, dataset.InstitutionName = (
            "Planted^Petronella",
            "PLANT-4711",
            PLANTED[-1],
        )
        dataset.PatientBirthDate, dataset.StudyDate = "19520607", "20260102"
        request = Dataset()
        request.RequestedProcedureDescription, request.AccessionNumber = "for Planted^Petronella", "ACC-990011"
        dataset.RequestAttributesSequence = [request]
        block = dataset.private_block(0x0029, "PLANTED CREATOR", create=True)
        block.add_new(0x10, "LO", "hidden Planted^Petronella")
        dataset.save_as(path)
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

    def choose_server(self, number: int = 1) -> None:
        """Step 4: choose a server of the list that the settings give; 0 for none."""
        self.settle()
        self.ui.sendTo.setCurrentIndex(number)
        self.settle()

    def words_of_save(self) -> str:
        """What step 4 says."""
        self.settle()
        return str(self.ui.saveState.plainText)

    def nameless(self, carry: str, passphrase: str = PASSPHRASE) -> None:
        """Step 4: save without identity."""
        self.parameters.carry = type(self.parameters.carry)[carry]
        self.parameters.withoutIdentity = True
        self.ui.passphrase.text = self.ui.repeatPassphrase.text = passphrase

    def extract(self, volume: Any, passphrase: str = PASSPHRASE) -> dict[str, str]:
        """Read from a volume; what the table shows."""
        self.ui.extractVolume.setCurrentNode(volume)
        self.ui.extractPassphrase.text = passphrase
        self.ui.extractButton.click()
        return dict(self.table("recordTable"))

    def states(self) -> set[str]:
        """What slices of the extracted volume are, without details."""
        return {state.partition(":")[0] for _, state in self.table("slicesTable")}

    def table(self, name: str) -> list[list[str]]:
        """What a table says."""
        return words_in(getattr(self.ui, name))

    def interrupt(self, action: Callable[[], None], at: int = 1) -> None:
        """Do something while work runs, at the slice of that number."""
        real = self.panel.desk.progress

        def progress(done: int, total: int, label: str) -> None:
            if done == at:
                action()
            real(done, total, label)

        self.panel.desk.progress = progress

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
