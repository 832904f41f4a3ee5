"""Without identity, and back: what a user does wrong gets a sentence, names nobody, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    made = Driver(host, panel)
    made.ui.extractStep.collapsed = False
    return made


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    """A series with planted values, chosen."""
    from panel_driver import write_planted

    loaded = driver.load(write_planted(tmp_path / "phantom"), dicom_database)
    driver.choose(loaded)
    return loaded


@pytest.fixture
def ready(driver: Any, volume: Any) -> Any:
    """The same with its region."""
    assert driver.find() is not None
    return volume


@pytest.fixture
def nameless(driver: Any, dicom_database: Any, ready: Any) -> Any:
    """What was saved without identity, loaded and extracted."""
    assert ready is not None
    known = set(driver.series(dicom_database))
    driver.nameless("identity")
    driver.save_to_database()
    (new,) = set(driver.series(dicom_database)) - known
    loaded = driver.load_series(new)
    driver.extract(loaded)
    return loaded


def said(driver: Any) -> str:
    return str(driver.ui.saveState.plainText)


def test_nothing_is_chosen(driver: Any, untouched: Callable[[], None]) -> None:
    driver.nameless("identity")
    driver.settle()
    assert "choose a volume in step 1" in said(driver)
    untouched()
    driver.save_to_database()
    assert "no volume" in said(driver)
    driver.ui.previewButton.click()
    assert "no volume" in said(driver)


def test_no_region_is_needed_only_where_something_is_written(
    driver: Any, dicom_database: Any, volume: Any, untouched: Callable[[], None]
) -> None:
    assert volume is not None
    driver.nameless("identity")
    untouched()
    driver.save_to_database()
    assert "no significant region" in said(driver)
    assert len(driver.series(dicom_database)) == 1


def test_nothing_goes_along_without_a_region(driver: Any, dicom_database: Any, volume: Any) -> None:
    assert volume is not None
    driver.nameless("none")
    driver.save_to_database()
    assert "without identity" in said(driver)
    assert len(driver.series(dicom_database)) == 2


@pytest.mark.parametrize(("passphrase", "sentence"), [("", "no passphrase yet"), ("abc", "could be guessed")])
def test_passphrases_that_do_not_do(
    driver: Any, ready: Any, untouched: Callable[[], None], passphrase: str, sentence: str
) -> None:
    assert ready is not None
    driver.nameless("identity", passphrase)
    untouched()
    driver.save_to_database()
    assert sentence in said(driver)


def test_no_folder(driver: Any, ready: Any, untouched: Callable[[], None], tmp_path: Path) -> None:
    assert ready is not None
    driver.nameless("identity")
    untouched()
    driver.save_to_folder(Path())
    driver.parameters.targetFolder = ""
    driver.ui.saveButton.click()
    assert "no folder yet" in said(driver)
    driver.save_to_folder(tmp_path / "phantom")
    assert "is not empty" in said(driver)


def test_a_folder_gets_nameless_files_alone(driver: Any, dicom_database: Any, ready: Any, tmp_path: Path) -> None:
    from panel_driver import PLANTED

    assert ready is not None
    driver.nameless("identity")
    driver.save_to_folder(tmp_path / "out")
    assert f"3 images are written to {tmp_path / 'out'}, without identity." in said(driver)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 3
    whole = b"".join(path.read_bytes() for path in files).lower()
    assert [planted for planted in PLANTED if planted.lower().encode() in whole] == []
    assert len(driver.series(dicom_database)) == 1


def test_saved_twice(driver: Any, nameless: Any, untouched: Callable[[], None]) -> None:
    assert nameless is not None
    untouched()
    driver.ui.saveButton.click()
    assert "saved under the same keys before" in said(driver)


def test_an_unsaved_stego_volume_is_no_source(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    assert ready is not None
    driver.choose(driver.embed())
    driver.nameless("identity")
    untouched()
    driver.ui.saveButton.click()
    assert "This stego volume is not saved as DICOM" in said(driver)


def test_a_volume_without_a_header_has_no_identity(driver: Any, scene: Any, untouched: Callable[[], None]) -> None:
    import slicer

    assert scene is not None
    driver.choose(slicer.util.addVolumeFromArray(np.zeros((2, 64, 64), np.int16)))
    driver.nameless("none")
    untouched()
    driver.ui.saveButton.click()
    assert "did not come from the DICOM database" in said(driver)


def test_a_volume_that_was_changed_after_loading(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    import slicer

    slicer.util.arrayFromVolume(ready)[2, :1] += 5
    slicer.util.arrayFromVolumeModified(ready)
    driver.nameless("none")
    untouched()
    driver.ui.saveButton.click()
    assert "Slice 3 of the volume differs from its DICOM file" in said(driver) or "changed after loading" in said(
        driver
    )


def test_text_in_the_pictures_stops_it_until_somebody_looked(
    driver: Any, dicom_database: Any, tmp_path: Path, untouched: Callable[[], None]
) -> None:
    from panel_driver import write_planted
    from pydicom import dcmread

    for path in sorted(write_planted(tmp_path / "phantom").iterdir())[:2]:
        dataset = dcmread(path)
        dataset.BurnedInAnnotation = "YES"
        dataset.save_as(path)
    volume = driver.load(tmp_path / "phantom", dicom_database)
    driver.choose(volume)
    driver.find()
    driver.nameless("identity")
    driver.settle()
    assert not driver.ui.acceptBurnedIn.visible
    untouched()
    driver.ui.saveButton.click()
    assert said(driver).startswith("Images 1-2 may show text that names somebody")
    assert "--" not in said(driver)
    assert driver.ui.acceptBurnedIn.visible


def test_somebody_looked_at_the_text(driver: Any, dicom_database: Any, volume: Any, tmp_path: Path) -> None:
    from pydicom import dcmread

    for path in driver.source_files(dicom_database, volume):
        dataset = dcmread(path)
        dataset.BurnedInAnnotation = "YES"
        dataset.save_as(path)
    driver.nameless("none")
    driver.ui.saveButton.click()
    driver.ui.acceptBurnedIn.checked = True
    driver.ui.saveButton.click()
    assert "without identity" in said(driver)
    driver.parameters.inputVolume = None  # whoever looked at these looked at no others
    driver.settle()
    assert not driver.ui.acceptBurnedIn.checked


def test_what_does_not_fit(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    import slicer

    segmentation = driver.parameters.segmentation
    (segment, *_) = segmentation.GetSegmentation().GetSegmentIDs()
    whole = np.ones(driver.voxels(ready).shape, np.uint8)
    whole[:, :24] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(whole, segmentation, segment, ready)
    driver.nameless("header")
    untouched()
    driver.ui.saveButton.click()
    assert "instead of the whole header, or choose profile capacity" in said(driver)
    assert "--" not in said(driver)


def test_a_record_is_there_already(driver: Any, nameless: Any, untouched: Callable[[], None]) -> None:
    driver.choose(nameless)
    untouched()
    driver.ui.saveButton.click()
    assert said(driver).startswith("Image 1 carries a record already")
    assert driver.ui.replaceRecord.isVisibleTo(driver.ui.embedStep)


def test_a_profile_for_comparison(driver: Any, ready: Any, untouched: Callable[[], None]) -> None:
    assert ready is not None
    driver.nameless("identity")
    driver.parameters.profile = type(driver.parameters.profile).saidi2024
    untouched()
    driver.ui.saveButton.click()
    assert "carries no identity" in said(driver)


@pytest.mark.parametrize("how", ["cancel", "raise"])
@pytest.mark.parametrize("step", ["save", "preview", "put back"])
def test_interrupted_work(driver: Any, nameless: Any, untouched: Callable[[], None], step: str, how: str) -> None:
    """Nothing is left, neither in the database nor in the temporary folder."""
    ui = driver.ui
    button, state = {
        "save": (ui.saveButton, ui.saveState),
        "preview": (ui.previewButton, ui.saveState),
        "put back": (ui.putBackButton, ui.putBackState),
    }[step]
    assert nameless is not None
    driver.parameters.carry = type(driver.parameters.carry).none

    def act() -> None:
        if how == "cancel":
            button.click()
        else:
            raise RuntimeError("a fault of the library")

    if step == "preview":
        driver.panel.desk.work.preview = lambda *_, **__: driver.panel.desk.progress(1, 1, "")
    driver.interrupt(act)
    untouched()
    button.click()
    assert ("Cancelled" if how == "cancel" else "unexpected error (RuntimeError)") in state.plainText
    assert driver.panel.desk.run.idle


def test_the_wrong_key_puts_nothing_back(driver: Any, nameless: Any, untouched: Callable[[], None]) -> None:
    assert nameless is not None
    driver.ui.extractPassphrase.text = "another one"
    untouched()
    driver.ui.putBackButton.click()
    assert "No record can be extracted" in driver.ui.putBackState.plainText


def test_a_record_of_another_image_is_refused(
    driver: Any, dicom_database: Any, nameless: Any, untouched: Callable[[], None]
) -> None:
    """The pixels of one image in the file of another one."""
    from pydicom import dcmread

    files = driver.source_files(dicom_database, nameless)
    one, other = dcmread(files[0]), dcmread(files[2])
    other.PixelData = one.PixelData
    other.save_as(files[2])
    series = dicom_database.seriesForFile(str(files[0]))
    driver.extract(driver.load_series(series))
    assert driver.ui.putBackAnyway.visible
    untouched()
    driver.ui.putBackButton.click()
    assert "not as they were sealed, so nothing was put back" in driver.ui.putBackState.plainText


def test_files_that_changed_after_extracting_are_refused(
    driver: Any, dicom_database: Any, nameless: Any, untouched: Callable[[], None]
) -> None:
    from pydicom import dcmread

    assert not driver.ui.putBackAnyway.visible
    path = driver.source_files(dicom_database, nameless)[1]
    dataset = dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[120:130, 120:130] = 900
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)
    untouched()
    driver.ui.putBackButton.click()
    assert "extract again" in driver.ui.putBackState.plainText
    assert driver.ui.putBackAnyway.visible


def test_the_database_is_closed(driver: Any, dicom_database: Any, nameless: Any) -> None:
    assert nameless is not None
    dicom_database.closeDatabase()
    driver.ui.putBackButton.click()
    assert "database is closed" in driver.ui.putBackState.plainText
    driver.ui.saveButton.click()
    assert "database is closed" in said(driver)


def test_the_database_takes_only_some(driver: Any, ready: Any, untouched: Callable[[], None], monkeypatch: Any) -> None:
    from DICOMLib import DICOMUtils

    assert ready is not None
    real = DICOMUtils.importDicom

    def half(folder: str, *rest: object) -> bool:
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file())[1:]:
            path.unlink()
        return bool(real(folder, *rest))

    driver.nameless("identity")
    untouched()
    monkeypatch.setattr(DICOMUtils, "importDicom", half)
    driver.save_to_database()
    assert "did not accept the new series" in said(driver)


def test_a_named_series_is_said_to_be_one(driver: Any, ready: Any) -> None:
    assert ready is not None
    driver.embed()
    driver.settle()
    assert "keeps the identity" in said(driver)
    driver.nameless("identity")
    driver.settle()
    assert "What was embedded in step 3 stays behind" in said(driver)


def test_closing_the_scene_forgets_all_that_was_shown(driver: Any, nameless: Any, scene: Any) -> None:
    assert nameless is not None
    driver.ui.previewButton.click()
    assert driver.table("previewTable")
    scene.Clear(False)
    driver.settle()
    for table in ("previewTable", "residueTable", "recordTable"):
        assert driver.table(table) == []
    assert not driver.ui.putBackButton.visible
    assert not driver.parameters.withoutIdentity


def test_nothing_of_an_identity_is_logged(driver: Any, nameless: Any, caplog: Any, capsys: Any) -> None:
    from panel_driver import PLANTED

    assert nameless is not None
    driver.ui.previewButton.click()
    driver.ui.putBackButton.click()
    told = caplog.text + "".join(capsys.readouterr())
    assert [planted for planted in PLANTED if planted in told] == []
