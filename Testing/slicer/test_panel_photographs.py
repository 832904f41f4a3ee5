"""A volume goes into photographs and comes back: the whole way, with the library's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest.importorskip("slicer_core")

SIDE = 320


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def volume(driver: Any, dicom_database: Any, tmp_path: Path) -> Any:
    """The chosen volume, of a phantom series that names a patient, with a passphrase typed."""
    from panel_driver import PASSPHRASE, write_planted

    loaded = driver.load(write_planted(tmp_path / "phantom", size=128), dicom_database)
    driver.choose(loaded)
    driver.ui.passphrase.text = driver.ui.repeatPassphrase.text = PASSPHRASE
    return loaded


@pytest.fixture
def photographs(tmp_path: Path) -> list[Path]:
    """Four pictures that look a little like photographs."""
    return [picture(tmp_path / "photographs" / f"holiday{number}.png", number) for number in range(4)]


def picture(path: Path, seed: int, side: int = SIDE, **options: Any) -> Path:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(40, 216, (9, 9, 3), dtype=np.uint8)).resize(
        (side, side), Image.Resampling.BICUBIC
    )
    noisy = np.clip(np.asarray(coarse) + random.normal(0, 4, (side, side, 3)), 2, 253)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noisy.astype(np.uint8)).save(path, **options)
    return path


def choose(driver: Any, button: Any, *files: Path) -> None:
    """Choose files in the dialog of a button."""
    driver.host.answer.append(tuple(map(str, files)))
    button.click()
    driver.settle()


def conceal(driver: Any, photographs: list[Path], target: Path) -> str:
    """Conceal the chosen volume; what the panel says."""
    choose(driver, driver.ui.addPhotographs, *photographs)
    driver.ui.concealFolder.currentPath = str(target)
    driver.ui.concealButton.click()
    driver.settle()
    return str(driver.ui.concealState.plainText)


def reveal(driver: Any, photographs: list[Path], passphrase: str) -> str:
    """Reveal; what the panel says."""
    driver.ui.forgetCarriers.click()
    choose(driver, driver.ui.addCarriers, *photographs)
    driver.ui.extractPassphrase.text = passphrase
    driver.ui.revealButton.click()
    driver.settle()
    return str(driver.ui.revealState.plainText)


def remove_series(database: Any, driver: Any) -> None:
    """The other person's database, which has nothing yet."""
    for series in driver.series(database):
        database.removeSeries(series)


def test_a_series_goes_into_photographs_and_comes_back_into_an_empty_database(
    driver: Any, volume: Any, photographs: list[Path], dicom_database: Any, tmp_path: Path
) -> None:
    import slicer
    from panel_driver import PASSPHRASE, digests

    sources = driver.source_files(dicom_database, volume)
    before, covers = sorted(digests(sources).values()), digests(photographs)
    voxels = driver.voxels(volume)
    said = conceal(driver, photographs, tmp_path / "out")
    assert said.startswith(f"4 photographs were written to {tmp_path / 'out'}, PSNR ")
    assert "Any 1 of them may be lost." in said
    assert digests(photographs) == covers
    carriers = sorted((tmp_path / "out").iterdir())
    assert [each.name for each in carriers] == [each.name for each in photographs]

    slicer.mrmlScene.Clear(False)
    remove_series(dicom_database, driver)
    said = reveal(driver, [photographs[0], carriers[3], carriers[0], carriers[2]], PASSPHRASE)
    assert said.startswith("3 images were written to the DICOM database, and loaded as “")
    assert sorted(digests(list(map(type(tmp_path), dicom_database.allFiles()))).values()) == before
    (node,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert np.array_equal(driver.voxels(node), voxels)
    assert not list((type(tmp_path)(slicer.app.temporaryPath)).glob("StegoMed-*"))


def test_images_that_the_database_has_are_not_added_again(
    driver: Any, volume: Any, photographs: list[Path], dicom_database: Any, tmp_path: Path
) -> None:
    from panel_driver import PASSPHRASE, digests

    conceal(driver, photographs, tmp_path / "out")
    carriers = sorted((tmp_path / "out").iterdir())
    before = digests(dicom_database.allFiles())
    assert reveal(driver, carriers, PASSPHRASE).startswith("3 images were in the DICOM database already, and loaded as")
    assert digests(dicom_database.allFiles()) == before
    changed = driver.source_files(dicom_database, volume)[1]
    changed.write_bytes(changed.read_bytes()[:-2] + b"\1\1")
    before = digests(dicom_database.allFiles())
    assert "with other content, and nothing is written over" in reveal(driver, carriers, PASSPHRASE)
    assert digests(dicom_database.allFiles()) == before


def test_wrong_keys_and_plain_photographs_get_the_same_sentence(
    driver: Any, volume: Any, photographs: list[Path], untouched: Callable[[], None], tmp_path: Path
) -> None:
    from panel_driver import PASSPHRASE

    from StegoMedLib.errors import NothingReadableError

    assert volume is not None
    conceal(driver, photographs, tmp_path / "out")
    untouched()
    assert reveal(driver, sorted((tmp_path / "out").iterdir()), "another one") == str(NothingReadableError())
    assert reveal(driver, photographs, PASSPHRASE) == str(NothingReadableError())


def test_too_few_photographs_say_how_many_are_missing(
    driver: Any, volume: Any, photographs: list[Path], untouched: Callable[[], None], tmp_path: Path
) -> None:
    from panel_driver import PASSPHRASE

    assert volume is not None
    conceal(driver, photographs, tmp_path / "out")
    untouched()
    said = reveal(driver, sorted((tmp_path / "out").iterdir())[:2], PASSPHRASE)
    assert "of the 100 percent that are needed (2 found); add more" in said


def test_files_that_are_no_images_go_into_a_folder_that_is_asked_for(
    driver: Any, photographs: list[Path], dicom_database: Any, tmp_path: Path
) -> None:
    from panel_driver import PASSPHRASE, write_phantom

    import StegoMedLib

    series = write_phantom(tmp_path / "given" / "series", slices=2, size=128)
    (tmp_path / "given" / "letter").mkdir()
    (tmp_path / "given" / "letter" / "text.txt").write_text("from the other hospital")
    StegoMedLib.conceal(tmp_path / "given", photographs, tmp_path / "out", PASSPHRASE)
    carriers = sorted((tmp_path / "out").iterdir())
    said = reveal(driver, carriers, PASSPHRASE)  # the dialog is cancelled
    assert "2 images were written to the DICOM database" in said
    assert "Not saved: 1 file; press Reveal again, and choose a folder." in said
    (tmp_path / "mine" / "letter").mkdir(parents=True)
    assert driver.host.messages[-1].text == "Save 1 file to a folder"
    driver.ui.forgetCarriers.click()
    choose(driver, driver.ui.addCarriers, *carriers)
    driver.host.answer.append(str(tmp_path / "mine"))
    driver.ui.revealButton.click()
    assert f"{tmp_path / 'mine' / 'letter'} exists already; choose another folder." in driver.ui.revealState.plainText
    driver.host.answer.append(str(tmp_path / "other"))
    driver.ui.revealButton.click()
    driver.settle()
    assert driver.ui.revealState.plainText.endswith(f"1 file saved to {tmp_path / 'other'}.")
    assert (tmp_path / "other" / "letter" / "text.txt").read_text() == "from the other hospital"
    assert len(dicom_database.allFiles()) == len(list(series.iterdir()))


def test_the_section_says_how_many_photographs_of_which_size_are_chosen(driver: Any, tmp_path: Path) -> None:
    small, large = picture(tmp_path / "a.png", 1, 64), picture(tmp_path / "b.webp", 2, 96, lossless=True)
    state = driver.ui.photographsState
    choose(driver, driver.ui.addPhotographs, small)
    assert state.plainText == "1 photograph, 64x64 pixels."
    choose(driver, driver.ui.addPhotographs, large, small)
    assert state.plainText == "2 photographs, 64x64 to 96x96 pixels."
    (tmp_path / "c.png").write_text("no picture")
    choose(driver, driver.ui.addPhotographs, tmp_path / "c.png")
    assert state.plainText == "3 photographs, 64x64 to 96x96 pixels. 1 of them cannot be read."
    driver.ui.forgetPhotographs.click()
    assert state.plainText == ""


def test_without_photographs_it_says_how_many_it_takes(driver: Any, volume: Any, untouched: Callable[[], None]) -> None:
    assert volume is not None
    untouched()
    driver.ui.concealButton.click()
    driver.settle()
    said = driver.ui.concealState.plainText
    assert " kB sealed." in said
    assert "In colour photographs of 1024x1024: 1 where" in said
    assert "--" not in said


def test_photographs_that_are_too_small_get_a_sentence(
    driver: Any, volume: Any, untouched: Callable[[], None], tmp_path: Path
) -> None:
    assert volume is not None
    photographs = [picture(tmp_path / f"{number}.png", number, 80) for number in range(4)]
    untouched()
    said = conceal(driver, photographs, tmp_path / "out")
    assert "do not fit into these photographs; take about" in said
    assert "--" not in said
    assert not (tmp_path / "out").exists()


def test_jpeg_photographs_are_taken_only_when_they_are_accepted(
    driver: Any, volume: Any, photographs: list[Path], tmp_path: Path
) -> None:
    assert volume is not None
    jpeg = picture(tmp_path / "sea.jpg", 9, quality=90)
    said = conceal(driver, [*photographs, jpeg], tmp_path / "out")
    assert f"{jpeg} was compressed with loss" in said
    assert "tick “Accept JPEG”" in said
    driver.ui.acceptJpeg.checked = True
    driver.ui.concealButton.click()
    driver.settle()
    said = driver.ui.concealState.plainText
    assert "1 photograph had been compressed with loss: what was made of them is PNG" in said
    assert (tmp_path / "out" / "sea.png").is_file()


def test_metadata_of_photographs_go_when_that_is_ticked(
    driver: Any, volume: Any, photographs: list[Path], tmp_path: Path
) -> None:
    assert volume is not None
    exif = Image.Exif()
    exif[0x010F] = "A camera that can be told"
    told = picture(tmp_path / "told.png", 7, exif=exif)
    for ticked in (False, True):
        driver.ui.removeMetadata.checked = ticked
        conceal(driver, [*photographs, told], tmp_path / str(ticked))
        content = (tmp_path / str(ticked) / "told.png").read_bytes()
        assert (b"can be told" in content) is not ticked


def test_a_volume_that_did_not_come_from_dicom_says_what_to_do(
    driver: Any, photographs: list[Path], untouched: Callable[[], None], tmp_path: Path
) -> None:
    import slicer
    from panel_driver import PASSPHRASE

    driver.choose(slicer.util.addVolumeFromArray(np.zeros((2, 16, 16), np.int16)))
    driver.ui.passphrase.text = driver.ui.repeatPassphrase.text = PASSPHRASE
    driver.settle()
    sentence = "This volume did not come from DICOM; save it to the DICOM database first"
    assert sentence in driver.ui.concealState.plainText
    untouched()
    assert sentence in conceal(driver, photographs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [("volume", "no volume"), ("folder", "no folder"), ("key", "no key yet"), ("full", "is not empty")],
)
def test_what_is_lacking_to_conceal_gets_a_sentence(
    driver: Any,
    volume: Any,
    photographs: list[Path],
    untouched: Callable[[], None],
    tmp_path: Path,
    lacking: str,
    sentence: str,
) -> None:
    assert volume is not None
    if lacking == "volume":
        driver.ui.inputVolume.setCurrentNode(None)
    if lacking == "key":
        driver.ui.passphrase.text = driver.ui.repeatPassphrase.text = ""
    target = {"folder": "", "full": str(photographs[0].parent)}.get(lacking, str(tmp_path / "out"))
    untouched()
    choose(driver, driver.ui.addPhotographs, *photographs)
    driver.ui.concealFolder.currentPath = target
    driver.ui.concealButton.click()
    assert sentence in driver.ui.concealState.plainText


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [("photographs", "no photographs yet"), ("key", "no key yet"), ("database", "database is closed")],
)
def test_what_is_lacking_to_reveal_gets_a_sentence(
    driver: Any, photographs: list[Path], dicom_database: Any, lacking: str, sentence: str
) -> None:
    if lacking == "database":
        dicom_database.closeDatabase()
    chosen = [] if lacking == "photographs" else photographs
    assert sentence in reveal(driver, chosen, "" if lacking == "key" else "a passphrase")


@pytest.mark.parametrize("step", ["conceal", "reveal"])
@pytest.mark.parametrize("how", ["cancel", "close"])
def test_interrupted_work_leaves_nothing_behind(
    driver: Any,
    volume: Any,
    photographs: list[Path],
    untouched: Callable[[], None],
    tmp_path: Path,
    step: str,
    how: str,
) -> None:
    import slicer
    from panel_driver import PASSPHRASE

    assert volume is not None
    ui = driver.ui
    conceal(driver, photographs, tmp_path / "out")
    choose(driver, ui.addCarriers, *sorted((tmp_path / "out").iterdir()))
    ui.concealFolder.currentPath = str(tmp_path / "again")
    ui.extractPassphrase.text = PASSPHRASE
    button, state = {
        "conceal": (ui.concealButton, ui.concealState),
        "reveal": (ui.revealButton, ui.revealState),
    }[step]
    during: list[str] = []
    real = driver.panel.desk.progress

    def progress(done: int, total: int, label: str) -> None:
        if not during and done:
            during.append(button.text)
            button.click() if how == "cancel" else slicer.mrmlScene.Clear(False)
        real(done, total, label)

    driver.panel.desk.progress = progress
    if how == "cancel":
        untouched()
    button.click()
    assert during == ["Cancel"]
    assert not (tmp_path / "again").exists()
    assert driver.panel.desk.run.idle
    if how == "cancel":
        assert "Cancelled; nothing was added or written." in state.plainText
    else:
        driver.settle()
        assert ui.photographsState.plainText == ui.carriersState.plainText == ui.concealFolder.currentPath == ""
        untouched()


def test_other_keys_conceal_and_reveal(
    driver: Any, volume: Any, photographs: list[Path], dicom_database: Any, tmp_path: Path
) -> None:
    from StegoMedLib.envelope import KeyFile
    from StegoMedLib.files import PRIVATE, write_whole

    assert volume is not None
    write_whole(tmp_path / "key.bin", KeyFile.made().key, mode=PRIVATE)
    driver.ui.passphrase.text = driver.ui.repeatPassphrase.text = ""
    driver.ui.keyFile.currentPath = str(tmp_path / "key.bin")
    assert "were written" in conceal(driver, photographs, tmp_path / "out")
    remove_series(dicom_database, driver)
    driver.ui.extractKeyFile.currentPath = str(tmp_path / "key.bin")
    assert "3 images were written" in reveal(driver, sorted((tmp_path / "out").iterdir()), "")


def test_choices_stay_in_a_scene_and_photographs_do_not(driver: Any, photographs: list[Path], tmp_path: Path) -> None:
    import zipfile

    import slicer

    choose(driver, driver.ui.addPhotographs, *photographs)
    choose(driver, driver.ui.addCarriers, *photographs)
    driver.ui.concealFolder.currentPath = str(tmp_path / "hidden-place")
    driver.ui.mayLose.value = 45
    driver.ui.acceptJpeg.checked = True
    assert driver.parameters.mayLose == 45
    assert slicer.mrmlScene.WriteToMRB(str(tmp_path / "scene.mrb"))
    with zipfile.ZipFile(tmp_path / "scene.mrb") as bundle:
        text = "".join(bundle.read(name).decode("latin-1") for name in bundle.namelist() if name.endswith(".mrml"))
    assert "holiday" not in text
    assert "hidden-place" not in text
    slicer.mrmlScene.Clear(False)
    driver.settle()
    assert (driver.parameters.mayLose, driver.parameters.acceptJpeg) == (30, False)
    assert slicer.mrmlScene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    driver.settle()
    assert (driver.ui.mayLose.value, driver.ui.acceptJpeg.checked) == (45, True)


def test_the_panel_offers_what_the_library_takes_by_itself(driver: Any) -> None:
    from StegoMedLib.errors import UsageError
    from StegoMedLib.photo.conceal import Concealment

    assert driver.parameters.mayLose == Concealment().may_lose
    assert Concealment(driver.ui.mayLose.maximum).may_lose == driver.ui.mayLose.maximum
    with pytest.raises(UsageError):
        Concealment(driver.ui.mayLose.maximum + 1)
