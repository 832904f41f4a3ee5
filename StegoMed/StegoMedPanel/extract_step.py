"""Extract: the record from a volume, shown, copied and saved."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import qt

from StegoMedLib.errors import StegoMedError, UnusableInputError, UsageError
from StegoMedLib.wording import counted
from StegoMedPanel.altered import show_altered
from StegoMedPanel.other_keys import Fields, OtherKeys
from StegoMedPanel.parameters import ExtractProfile
from StegoMedPanel.passphrase import PassphraseFields
from StegoMedPanel.put_back import PutBack
from StegoMedPanel.run import Place
from StegoMedPanel.states import State, say
from StegoMedPanel.tables import fill
from StegoMedPanel.wording import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.envelope import Key, Record
    from StegoMedLib.pipeline.extract import ExtractReport
    from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
    from StegoMedLib.symbol import Symbol
    from StegoMedPanel.desk import Desk

__all__ = ["ExtractStep"]

_EXTRACTING = "Extracting the record ..."
_PICTURE = 220
"""Pixels that the QR picture is high at the most."""


class ExtractStep:
    """Volume, keys, and what came out."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        ui = self._ui
        self.passphrase = PassphraseFields(ui.showExtractPassphrase, ui.extractPassphrase)
        fields = Fields(
            ui.extractKeyFile, ui.identitiesState, ui.addIdentities, ui.forgetIdentities, ui.identityPassword
        )
        self.others = OtherKeys(fields, desk.refresh_soon)
        self.put_back = PutBack(desk, self.key)
        self._place = Place(ui.extractButton, ui.extractProgress, ui.extractState)
        self._report: ExtractReport | None = None
        self._done = ("", State.PLAIN)
        ui.extractButton.connect("clicked(bool)", self._on_extract)
        ui.copyButton.connect("clicked(bool)", self._on_copy)
        ui.saveJsonButton.connect("clicked(bool)", self._on_save_json)
        ui.saveFileButton.connect("clicked(bool)", self._on_save_files)
        self.clear()

    def clear(self) -> None:
        """Forget keys and record."""
        self.passphrase.clear()
        self.others.clear()
        self.forget_result()

    def forget_result(self) -> None:
        """Empty what shows the record."""
        self._report, self._done = None, ("", State.PLAIN)
        fill(self._ui.recordTable, (), ())
        fill(self._ui.slicesTable, (), ())
        self._show_picture(None)
        self.put_back.forget()

    def refresh(self) -> None:
        """Say what there is to extract, or what was extracted."""
        self._ui.extractButton.enabled = self._desk.may_press(self._place)
        there = self._report is not None
        for button in (self._ui.copyButton, self._ui.saveJsonButton):
            button.visible = there
        self._ui.saveFileButton.visible = there and self._holds_file()
        if self._desk.fresh(self._place):
            plain = "Choose a volume that carries a record and type its passphrase. No mask and no original is needed."
            if self._desk.parameters.extractProfile is not ExtractProfile.automatic:
                plain = "Choose a volume and type its passphrase. In step 2, choose the sender's segmentation."
            say(self._ui.extractState, *(self._done if self._done[0] else (plain, State.PLAIN)))
        self.put_back.refresh()

    def json(self) -> str:
        """The record with each slice's state, as the command line reports it."""
        if self._report is None:
            raise UsageError("Nothing has been extracted yet.")
        return json.dumps(self._report.as_json(), indent=2, ensure_ascii=False)

    def _holds_file(self) -> bool:
        if self._report is None:
            return False
        from StegoMedLib.envelope import FileRecord  # noqa: PLC0415 needs packages
        from StegoMedLib.identity.headers import headers_in  # noqa: PLC0415 needs packages

        return any(isinstance(record, FileRecord) and headers_in(record) is None for record in self._report.records)

    def _on_extract(self) -> None:
        self._desk.start(self._place, _EXTRACTING, self._work)

    def _work(self) -> None:
        desk, parameters = self._desk, self._desk.parameters
        self.forget_result()
        volume = parameters.extractVolume
        if volume is None:
            raise UsageError("There is no volume to extract from yet; choose one.")
        self.passphrase.text(needed=not self.others.given)
        desk.prepare(_EXTRACTING, volume)
        profile = None if parameters.extractProfile is ExtractProfile.automatic else parameters.extractProfile.name
        key = self.key()
        extracted = desk.work.extract(volume, key, desk.progress, beside=parameters.segmentation, profile=profile)
        show_altered(volume, extracted.altered)
        self._show(extracted.report, extracted.symbol)
        self.put_back.offer(volume, extracted.report, _must_look(extracted.report))

    def key(self) -> Key:
        """What is typed and chosen, as a key; needs packages. Raises `UsageError` where there is nothing."""
        from StegoMedLib.envelope import Passphrase, joined  # noqa: PLC0415 needs packages

        passphrase = self.passphrase.text(needed=not self.others.given)
        typed = [Passphrase.typed(passphrase)] if passphrase else []
        return joined([*typed, *self.others.read()])

    def _show(self, report: ExtractReport, symbol: Symbol | None) -> None:
        self._report = report
        fill(self._ui.recordTable, ("Attribute", "Value"), _rows(report))
        states = [(str(row.frame + 1), _state(row)) for row in report.slices]
        fill(self._ui.slicesTable, ("Slice", "State"), states, even=False)
        read = sum(row.record is not None for row in report.slices)
        total = counted(len(report.slices), "slice")
        words = f"The record was extracted from {read} of {total}, embedded with profile {report.profile}."
        if read == 0:
            words = "No slice could be read alone; the record was extracted from all slices together."
        sentences = [words, f"Slices: {report.states}.", *report.series_in_words, *_must_look(report)]
        whole = all(series.sound for series in report.series) and not report.must_look
        sentences += self.others.told
        self._done = " ".join(sentences), State.GOOD if whole and not self.others.told else State.WARNING
        if symbol is not None and len(report.records) == 1:
            self._show_picture(_pixmap(symbol))

    def _show_picture(self, pixmap: qt.QPixmap | None) -> None:
        """Show the QR code whole, for one that is cut cannot be scanned; or none."""
        label = self._ui.qrPicture
        label.clear()
        if pixmap is not None:
            label.setPixmap(pixmap)
        height = 0 if pixmap is None else pixmap.height()
        label.setFixedHeight(height)
        label.visible = bool(height)

    def _on_copy(self) -> None:
        qt.QApplication.clipboard().setText(self.json())
        say(self._ui.extractState, "The record was copied as JSON.", State.GOOD)

    def _on_save_json(self) -> None:
        name = qt.QFileDialog.getSaveFileName(
            self._ui.saveJsonButton, "Save the record", "record.json", "JSON (*.json)"
        )
        if name:
            self._write(lambda: self._write_json(Path(str(name))), str(name))

    def _write_json(self, place: Path) -> None:
        from StegoMedLib.files import PRIVATE, whole_file  # noqa: PLC0415 not while Slicer starts

        with whole_file(place, mode=PRIVATE) as (stream, _):
            stream.write((self.json() + "\n").encode())

    def _on_save_files(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(self._ui.saveFileButton, "Save the embedded file to a folder")
        report = self._report
        if folder and report is not None:
            self._write(lambda: self._desk.work.save_files(report, Path(str(folder))), str(folder))

    def _write(self, write: Callable[[], object], place: str) -> None:
        """Write, and say where, or why not."""
        try:
            write()
        except OSError as error:
            fault = UnusableInputError(f"{place} cannot be written ({error.strerror}); choose another place.")
            say(self._ui.extractState, str(fault), State.ERROR)
        except StegoMedError as error:
            say(self._ui.extractState, str(error), State.ERROR)
        else:
            say(self._ui.extractState, f"Saved to {place}.", State.GOOD)


def _must_look(report: ExtractReport) -> list[str]:
    """Why a person must look; slices are named by their numbers, as the slice views have them, and not by files."""
    rows = [replace(row, file=f"slice {row.frame + 1}") for row in report.slices]
    return replace(report, slices=rows).must_look


def _state(row: ExtractedSliceReport) -> str:
    """What became of a slice, in words."""
    altered = "" if row.verdict is None else row.verdict.detail
    details = "; ".join(filter(None, (altered, row.detail)))
    return f"{row.state}: {details}" if details else row.state


def _rows(report: ExtractReport) -> list[tuple[str, str]]:
    """Rows of the table: every record, and where there are several, the slices before each."""
    if report.common is not None:
        return [*_said(report.common), ("UIDs of the image", "one for each image")]
    rows: list[tuple[str, str]] = []
    for number, record in enumerate(report.records):
        if len(report.records) > 1:
            slices = fold([row.frame + 1 for row in report.slices if row.record == number])
            rows.append((f"Record {number + 1} of {len(report.records)}", f"slices {slices or 'all together'}"))
        rows += _said(record)
    return rows


def _said(record: Record) -> list[tuple[str, str]]:
    """What a record says; headers are put back, and not read row by row."""
    from StegoMedLib.envelope import record_in_words  # noqa: PLC0415 needs packages
    from StegoMedLib.identity.headers import headers_in  # noqa: PLC0415 needs packages

    headers = headers_in(record)
    if headers is None:
        return list(record_in_words(record).items())
    return [("Whole headers", counted(len(headers.instances), "image"))]


def _pixmap(symbol: Symbol) -> qt.QPixmap:
    """The QR code as a picture; PythonQt makes no image from bytes, but loads a PNG."""
    from PIL import Image  # noqa: PLC0415 part of Slicer

    from StegoMedLib.symbol import symbol_image  # noqa: PLC0415 needs packages

    scale = max(1, _PICTURE // (symbol.modules.shape[0] + 8))
    buffer = io.BytesIO()
    Image.fromarray(symbol_image(symbol, scale)).save(buffer, "PNG")
    pixmap = qt.QPixmap()
    pixmap.loadFromData(qt.QByteArray(buffer.getvalue()))
    return pixmap
