"""The record to embed: attributes of the header with tick boxes, a text, or a file. Only the ticks are stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import qt

from StegoMedLib.errors import UsageError
from StegoMedPanel import nodes, stego
from StegoMedPanel.parameters import RecordKind
from StegoMedPanel.tables import fill

if TYPE_CHECKING:
    from StegoMedLib.envelope import Record
    from StegoMedPanel.desk import Desk
    from StegoMedPanel.untyped import Node

__all__ = ["ATTRIBUTES", "RecordForm"]

ATTRIBUTES = {
    "PatientName": "0010,0010",
    "PatientID": "0010,0020",
    "IssuerOfPatientID": "0010,0021",
    "PatientBirthDate": "0010,0030",
    "PatientSex": "0010,0040",
    "AccessionNumber": "0008,0050",
    "StudyDate": "0008,0020",
    "StudyID": "0020,0010",
}
"""Keywords of the library's default record with their tags, by which the DICOM database is asked."""
_LARGEST_FILE = 100 * 2**10
"""Bytes: more never fits into a slice, whatever compression does, and need not be read to know it."""


class RecordForm:
    """The three pages, and the record that they make."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        self._values: dict[str, str] = {}
        self._listed: object = None
        self._filling = False
        self._ui.headerAttributes.connect("itemChanged(QTableWidgetItem*)", self._tick_changed)
        self._ui.recordText.connect("textChanged()", desk.refresh_soon)
        self._ui.recordFile.connect("currentPathChanged(QString)", desk.refresh_soon)

    def refresh(self) -> None:
        """Show the page of the chosen kind, and the header of the chosen volume."""
        parameters = self._desk.parameters
        self._ui.recordPages.currentIndex = list(RecordKind).index(parameters.recordKind)
        volume = parameters.inputVolume
        key = None if volume is None else (volume.GetID(), nodes.uids_of(volume)[:1])
        if key != self._listed:
            self._listed = key
            self._list_header({} if volume is None else _header(volume))

    def clear(self) -> None:
        """Forget what was to be embedded."""
        self._ui.recordText.setPlainText("")
        self._ui.recordFile.currentPath = ""
        self._listed = None
        self._list_header({})

    def attributes(self) -> tuple[str, ...]:
        """Ticked keywords."""
        table = self._ui.headerAttributes
        items = {keyword: table.item(row, 0) for row, keyword in enumerate(ATTRIBUTES) if row < table.rowCount}
        return tuple(keyword for keyword, item in items.items() if item.checkState() == qt.Qt.Checked)

    def record(self) -> Record:
        """What the chosen page holds; for the header, the ticked attributes of the first slice.

        Raises
        ------
        UsageError
            The page is empty.
        UnusableInputError
            The file cannot be read.
        """
        from StegoMedLib.envelope import HeaderRecord, TextRecord  # noqa: PLC0415 needs packages

        kind = self._desk.parameters.recordKind
        if kind is RecordKind.text:
            if not self._ui.recordText.plainText:
                raise UsageError("The text is empty; type the text to embed.")
            return TextRecord(str(self._ui.recordText.plainText))
        if kind is RecordKind.file:
            return _file_record(str(self._ui.recordFile.currentPath))
        if not self._values:
            raise UsageError("This volume has no DICOM header to take attributes from; embed a text or a file.")
        chosen = self.attributes()
        if not chosen:
            raise UsageError("No attribute is ticked; tick those to embed.")
        return HeaderRecord({keyword: self._values[keyword] for keyword in chosen})

    def _tick_changed(self) -> None:
        """Keep which attributes were left out; those that this header lacks stay as they were."""
        if self._filling:
            return
        parameters = self._desk.parameters
        shown, ticked = set(self._values), set(self.attributes())
        left_out = (set(parameters.untickedAttributes.split(",")) - shown) | (shown - ticked)
        parameters.untickedAttributes = ",".join(keyword for keyword in ATTRIBUTES if keyword in left_out)
        self._desk.refresh_soon()

    def _list_header(self, values: dict[str, str]) -> None:
        """Fill the list; attributes that the header lacks cannot be ticked."""
        self._values = {keyword: value for keyword, value in values.items() if value}
        left_out = self._desk.parameters.untickedAttributes.split(",")
        self._filling = True
        table = self._ui.headerAttributes
        rows = [(keyword, values.get(keyword) or "(not in the header)") for keyword in ATTRIBUTES if values]
        fill(table, ("Attribute", "Value"), rows)
        for row, (keyword, _) in enumerate(rows):
            if keyword in self._values:
                table.item(row, 0).setCheckState(qt.Qt.Unchecked if keyword in left_out else qt.Qt.Checked)
                continue
            for column in range(2):
                table.item(row, column).setFlags(qt.Qt.NoItemFlags)
        self._filling = False


def _header(volume: Node) -> dict[str, str]:
    """Attributes of a volume's first image, from the DICOM database; none when it did not come from there."""
    uids = nodes.uids_of(volume) or nodes.uids_of(volume, stego.SOURCES)
    opened = nodes.open_database()
    if not uids or opened is None:
        return {}
    return {keyword: str(opened.instanceValue(uids[0], tag) or "") for keyword, tag in ATTRIBUTES.items()}


def _file_record(name: str) -> Record:
    from StegoMedLib.envelope import FileRecord  # noqa: PLC0415 needs packages
    from StegoMedLib.opening import read_file  # noqa: PLC0415 not while Slicer starts

    if not name:
        raise UsageError("There is no file yet; choose the file to embed.")
    path = Path(name)
    return FileRecord(path.name, read_file(path, _LARGEST_FILE, "choose one of a few kilobytes, which a slice holds."))
