"""Nothing in the panel is cut or covered: on any screen, in narrow panels, with large letters, in every state."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("slicer_core")

SCREENS = ((1280, 800), (1680, 1050), (3840, 2160))
WIDTHS = (300, 360, 520, 900)
POINTS = (8, 11, 15)
TOP = Path(__file__).parents[2]
LONG = "/data/" + "a_folder_with_a_very_long_name/" * 8 + "and a file with blanks.dcm"


@pytest.fixture(params=POINTS)
def driver(host: Any, scene: Any, request: Any) -> Iterator[Any]:
    """The panel, made with letters of some size."""
    import qt
    from panel_driver import Driver

    before = qt.QApplication.font()
    font = qt.QFont(before)
    font.setPointSize(request.param)
    qt.QApplication.setFont(font)
    host.import_module(TOP / "StegoMed" / "DICOMStegoMedPlugin.py")
    size = host.window.size
    yield Driver(host, host.load_module(TOP / "StegoMed" / "StegoMed.py"))
    host.close_module("StegoMed")
    qt.QApplication.setFont(before)
    host.window.resize(size)
    host.window.set_panel_width(520)


def test_nothing_is_cut_in_any_state(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from panel_driver import write_phantom
    from StegoMedPanel.states import State, say

    ui = driver.ui
    ui.extractStep.collapsed = False
    faults = look(driver, "nothing chosen")
    for button in (ui.findButton, ui.embedButton, ui.saveButton, ui.extractButton):
        button.click()
    faults += look(driver, "mistakes")
    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    volume.SetName("A volume with an uncommonly long name that somebody gave it " * 2)
    driver.choose(volume)
    segmentation = driver.find()
    driver.erase(segmentation, volume, slice(0, 2), slice(100, 140), slice(100, 140))
    faults += look(driver, "found, and some erased")
    ui.passphrase.text = "abc"
    driver.settle()
    faults += look(driver, "a weak passphrase")
    driver.parameters.profile = type(driver.parameters.profile).robust
    stego = driver.embed()
    assert stego is not None, ui.embedState.plainText
    faults += look(driver, "embedded")
    assert len(driver.extract(stego)) == 8
    faults += look(driver, "extracted")
    for name in (
        "inputState",
        "regionState",
        "passphraseState",
        "needsState",
        "embedState",
        "saveState",
        "extractState",
    ):
        say(getattr(ui, name), f"{LONG} cannot be read (No such file or directory); choose another one.", State.ERROR)
    faults += look(driver, "long texts")
    assert not faults, "\n".join(faults)


def test_nothing_is_cut_without_identity(driver: Any, dicom_database: Any, tmp_path: Path) -> None:
    from panel_driver import write_planted

    ui = driver.ui
    for step in (ui.inputStep, ui.regionStep):
        step.collapsed = True
    ui.extractStep.collapsed = ui.cleanStep.collapsed = False
    driver.choose(driver.load(write_planted(tmp_path / "phantom"), dicom_database))
    driver.find()
    driver.parameters.preset = type(driver.parameters.preset).research
    driver.nameless("identity")
    ui.previewButton.click()
    assert len(driver.table("previewTable")) > 12
    faults = look(driver, "preview")
    known = set(driver.series(dicom_database))
    driver.save_to_database()
    faults += look(driver, "saved")
    (new,) = set(driver.series(dicom_database)) - known
    driver.extract(driver.load_series(new))
    faults += look(driver, "to be put back")
    ui.putBackButton.click()
    faults += look(driver, "put back")
    driver.host.answer.append(True)
    ui.cleanButton.click()
    assert driver.table("cleanTable")
    faults += look(driver, "cleaned")
    assert not faults, "\n".join(faults)


def test_other_pages_and_kinds_are_not_cut(driver: Any, tmp_path: Path) -> None:
    import numpy as np
    import slicer

    ui, parameters = driver.ui, driver.parameters
    ui.extractStep.collapsed = False
    volume = slicer.util.addVolumeFromArray(np.full((120, 128, 128), -1000, "int16"), name="Loose")
    driver.choose(volume)
    parameters.target = type(parameters.target).folder
    ui.targetFolder.currentPath = LONG
    faults = look(driver, "no header")
    for kind in ("text", "file"):
        parameters.recordKind = type(parameters.recordKind)[kind]
        ui.recordText.setPlainText("words " * 300)
        ui.recordFile.currentPath = LONG
        faults += look(driver, kind)
    faults += look(driver, "many slices")
    ui.otherKeys.collapsed = ui.extractOtherKeys.collapsed = False
    for button in (ui.addRecipients, ui.addIdentities):
        driver.host.answer.append((LONG, "/keys/anna.pem"))
        button.click()
    faults += look(driver, "other keys")
    for step in (ui.inputStep, ui.regionStep, ui.embedStep, ui.saveStep, ui.extractStep):
        step.collapsed = True
    ui.concealStep.collapsed = False
    ui.concealFolder.currentPath = LONG
    for button in (ui.addPhotographs, ui.addCarriers):
        driver.host.answer.append((LONG, "/pictures/sea.png"))
        button.click()
    for button in (ui.concealButton, ui.revealButton):
        button.click()
    faults += look(driver, "photographs")
    assert not faults, "\n".join(faults)


def look(driver: Any, state: str) -> list[str]:
    """What is cut or covered, on every screen and at every width."""
    driver.settle()
    faults = []
    for screen in SCREENS:
        for width in WIDTHS:
            driver.host.window.resize(*screen)
            driver.host.window.set_panel_width(width)
            settle(driver)
            faults += [f"{state}, {screen}, {width} px: {fault}" for fault in cut(driver)]
    return faults


def settle(driver: Any) -> None:
    """Let layouts and their timers run until nothing moves any more."""
    import slicer

    before, still = "", 0
    for _ in range(60):
        slicer.app.processEvents()
        now = str([each.geometry for each in vars(driver.ui).values() if hasattr(each, "geometry")])
        still = still + 1 if now == before else 0
        if still == 3:
            return
        before = now
        time.sleep(0.001)
    raise AssertionError("the layout never comes to rest")


def cut(driver: Any) -> list[str]:
    import qt

    ours = [(name, each) for name, each in sorted(vars(driver.ui).items()) if not name.startswith("qt_")]
    shown = [(name, each) for name, each in ours if is_shown(each) and name != "StegoMed"]
    assert len(shown) > 20
    faults = [f"{name} is {fault}" for name, each in shown for fault in ill_placed(each)]
    tables = [(name, each) for name, each in shown if isinstance(each, qt.QTableWidget)]
    faults += [f"{name}: {fault}" for name, each in tables for fault in cut_in(each)]
    panel = driver.host.window.centralWidget().findChild(qt.QScrollArea)
    content = panel.widget()
    if content.width != panel.viewport().width:
        faults.append(f"the panel is {content.width} px wide in {panel.viewport().width} px")
    return faults


def is_shown(each: Any) -> bool:
    import qt

    return isinstance(each, qt.QWidget) and bool(each.isVisible())


def ill_placed(each: Any) -> Iterator[str]:
    """How a widget is smaller than what it shows, beyond its parent, or under another one."""
    import qt

    need = each.minimumSizeHint
    need = need() if callable(need) else need
    wide = isinstance(each, qt.QTableWidget) or each.sizePolicy.horizontalPolicy() == qt.QSizePolicy.Ignored
    if each.height < need.height():
        yield f"{each.height} px high, and needs {need.height()}"
    if not wide and each.width < need.width():
        yield f"{each.width} px wide, and needs {need.width()}"
    if isinstance(each, qt.QTextBrowser) and each.height < each.heightForWidth(each.width):
        yield f"{each.height} px high, and its text {each.heightForWidth(each.width)}"
    if isinstance(each, qt.QLabel) and each.pixmap and not each.pixmap.isNull():
        picture = each.pixmap.size()
        if each.height < picture.height() or each.width < picture.width():
            yield "smaller than its picture"
    parent = each.parentWidget()
    if parent is not None and not parent.rect.contains(each.geometry):
        yield f"beyond its parent: {each.geometry} in {parent.rect}"
    for other in parent.children() if parent is not None else ():
        if other is not each and is_shown(other) and other.geometry.intersects(each.geometry):
            yield f"over or under {other.objectName}"


def cut_in(table: Any) -> Iterator[str]:
    """Cells of a table that are cut or cannot be seen; long tables may scroll."""
    columns = [table.columnWidth(column) for column in range(table.columnCount)]
    if sum(columns) > table.viewport().width:
        yield f"columns are {sum(columns)} px wide in {table.viewport().width}"
    rows = sum(table.rowHeight(row) for row in range(table.rowCount))
    if table.rowCount <= 12 and rows > table.viewport().height:
        yield f"rows are {rows} px high in {table.viewport().height}"
    for row in range(table.rowCount):
        for column, width in enumerate(columns):
            words = table.item(row, column).text()
            longest = max(map(table.fontMetrics().horizontalAdvance, words.replace("\u200b", " ").split()), default=0)
            if longest > width:
                yield f"row {row}, column {column}: {words!r} needs {longest} px of {width}"
            if table.rowHeight(row) < table.sizeHintForRow(row):
                yield f"row {row} is too low"
