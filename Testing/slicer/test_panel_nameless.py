"""A series travels without identity and gets it back: from the DICOM database into it, and again."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("slicer_core")

NAME, PATIENT = "Planted^Petronella", "PLANT-4711"


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    host.import_module(Path(__file__).parents[2] / "StegoMed" / "DICOMStegoMedPlugin.py")
    made = Driver(host, panel)
    made.ui.extractStep.collapsed = False
    return made


@pytest.fixture
def size() -> int:
    """Rows and columns."""
    return 256


@pytest.fixture
def phantom(tmp_path: Path, panel: Any, size: int) -> Path:
    """A small series with planted values, nested and private ones among them."""
    from panel_driver import write_planted

    assert panel is not None
    return write_planted(tmp_path / "phantom", size)


@pytest.fixture
def volume(driver: Any, dicom_database: Any, phantom: Path) -> Any:
    """The planted series, loaded, with its region found."""
    loaded = driver.load(phantom, dicom_database)
    driver.choose(loaded)
    driver.find()
    return loaded


def save_nameless(driver: Any, database: Any, carry: str = "identity", profile: str = "fidelity") -> str:
    """Save without identity into the database; the new series."""
    known = set(driver.series(database))
    driver.parameters.profile = type(driver.parameters.profile)[profile]
    driver.nameless(carry)
    driver.save_to_database()
    assert "without identity" in driver.ui.saveState.plainText
    assert "in the DICOM database, without identity" in driver.ui.saveState.plainText, driver.ui.saveState.plainText
    (new,) = set(driver.series(database)) - known
    return str(new)


def all_bytes(database: Any, series: str) -> bytes:
    return b"".join(Path(path).read_bytes() for path in database.filesForSeries(series))


@pytest.mark.parametrize("carry", ["identity", "header", "none"])
def test_no_planted_value_is_saved(driver: Any, dicom_database: Any, volume: Any, carry: str) -> None:
    from panel_driver import PLANTED, digests

    sources = driver.source_files(dicom_database, volume)
    before, voxels = digests(sources), driver.voxels(volume)
    mask = driver.mask(driver.parameters.segmentation, volume)
    new = save_nameless(driver, dicom_database, carry)
    written = all_bytes(dicom_database, new).lower()
    for planted in PLANTED:
        assert planted.lower().encode() not in written
    words = driver.ui.saveState.plainText
    assert "Nothing that was taken out was found" in words, driver.table("residueTable")
    assert driver.table("residueTable") == []
    source = dicom_database.seriesForFile(str(sources[0]))
    assert dicom_database.studyForSeries(new) != dicom_database.studyForSeries(source)
    first = dicom_database.instancesForSeries(new)[0]
    assert dicom_database.instanceValue(first, "0010,0010").startswith("SM")
    loaded = driver.load_series(new)
    changed = driver.voxels(loaded) != voxels
    assert bool(changed.any()) is (carry != "none")
    assert not (changed & mask).any()
    assert digests(sources) == before


def test_what_is_left_is_named(driver: Any, dicom_database: Any, phantom: Path) -> None:
    """The maker of a device stays by the standard, and somebody's name may be in it."""
    from pydicom import dcmread

    for path in phantom.iterdir():
        dataset = dcmread(path)
        dataset.Manufacturer = "Petronella Ltd"
        dataset.save_as(path)
    driver.choose(driver.load(phantom, dicom_database))
    save_nameless(driver, dicom_database, "none")
    assert "The table names what is left of the identity" in driver.ui.saveState.plainText
    assert "#b8770b" in driver.ui.saveState.styleSheet
    assert ["Manufacturer", "PatientName", "3"] in driver.table("residueTable")
    driver.parameters.withoutIdentity = False
    driver.settle()
    assert driver.table("residueTable") == []


@pytest.mark.parametrize("edit", ["erase", "paint"])
def test_what_the_reviewer_left_decides_the_air(driver: Any, dicom_database: Any, volume: Any, edit: str) -> None:
    change: Callable[..., None] = getattr(driver, edit)
    where = slice(100, 140) if edit == "erase" else slice(0, 200)
    change(driver.parameters.segmentation, volume, slice(1, 2), where, where)
    mask, voxels = driver.mask(driver.parameters.segmentation, volume), driver.voxels(volume)
    loaded = driver.load_series(save_nameless(driver, dicom_database))
    changed = driver.voxels(loaded) != voxels
    assert changed.any()
    assert not (changed & mask).any()


@pytest.mark.parametrize("size", [512])
def test_a_whole_header_in_the_reversible_profile_gives_the_file_back(
    driver: Any, dicom_database: Any, volume: Any, tmp_path: Path
) -> None:
    sources = driver.source_files(dicom_database, volume)
    source = dicom_database.seriesForFile(str(sources[0]))
    kept = [tmp_path / path.name for path in sources]
    for path, copy in zip(sources, kept, strict=True):
        copy.write_bytes(path.read_bytes())
    loaded = driver.load_series(save_nameless(driver, dicom_database, "header", "reversible"))

    assert driver.extract(loaded) == {"Whole headers": "3 images"}
    assert not driver.ui.saveFileButton.visible
    assert "is as it was sealed" in driver.ui.putBackState.plainText
    assert not driver.ui.putBackAnyway.visible
    driver.ui.putBackButton.click()
    words = driver.ui.putBackState.plainText
    assert "3 images came back as the files that were sent, byte by byte" in words
    assert "The series is complete" in words
    assert "#2e8b57" in driver.ui.putBackState.styleSheet
    assert "has these files already, so nothing was added" in words

    assert dicom_database.removeSeries(source)  # as at another place, which never had it
    driver.ui.putBackButton.click()
    assert "They are a new series in the DICOM database" in driver.ui.putBackState.plainText
    assert source in driver.series(dicom_database)
    back = sorted(map(Path, dicom_database.filesForSeries(source)))
    assert len(back) == len(kept)
    assert all(any(filecmp.cmp(one, other, shallow=False) for other in kept) for one in back)


@pytest.mark.parametrize("size", [512])
def test_an_identity_comes_back_as_new_instances_beside_the_originals(
    driver: Any, dicom_database: Any, volume: Any
) -> None:
    from panel_driver import digests
    from pydicom import dcmread

    sources = driver.source_files(dicom_database, volume)
    before = digests(sources)
    nameless = save_nameless(driver, dicom_database, "identity", "robust")  # one record for all: no instance is named
    known = set(driver.series(dicom_database))
    travelled = driver.source_files(dicom_database, driver.load_series(nameless))
    sent = digests(travelled)
    assert driver.extract(driver.load_series(nameless))["PatientName"] == NAME
    driver.ui.putBackButton.click()
    assert "came back with the name and what else tells whose they are" in driver.ui.putBackState.plainText
    (back,) = set(driver.series(dicom_database)) - known
    for path in dicom_database.filesForSeries(back):
        dataset = dcmread(path)
        assert (str(dataset.PatientName), dataset.PatientID) == (NAME, PATIENT)
        assert dataset.PatientIdentityRemoved == "NO"
    assert digests(sources) == before
    assert digests(travelled) == sent


def test_an_altered_image_gets_nothing_back_unless_a_person_says_so(
    driver: Any, dicom_database: Any, volume: Any
) -> None:
    from pydicom import dcmread

    nameless = save_nameless(driver, dicom_database)
    assert driver.extract(driver.load_series(nameless))["UIDs of the image"] == "one for each image"
    path = sorted(dicom_database.filesForSeries(nameless))[1]
    dataset = dcmread(path)
    pixels = dataset.pixel_array.copy()
    pixels[120:130, 120:130] = 900
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)
    loaded = driver.load_series(nameless)
    driver.extract(loaded)
    assert "Altered after the record was sealed: slice " in driver.ui.putBackState.plainText
    assert driver.ui.putBackAnyway.visible
    known = set(driver.series(dicom_database))
    driver.ui.putBackButton.click()
    assert "nothing was put back" in driver.ui.putBackState.plainText
    assert set(driver.series(dicom_database)) == known
    driver.ui.putBackAnyway.checked = True
    driver.ui.putBackButton.click()
    assert "nothing but you vouches" in driver.ui.putBackState.plainText
    assert len(set(driver.series(dicom_database)) - known) == 1


def test_a_named_series_is_offered_nothing(driver: Any, dicom_database: Any, volume: Any) -> None:
    assert volume is not None
    driver.extract(driver.embed())
    driver.settle()
    assert not driver.ui.putBackButton.visible
    assert driver.ui.putBackState.plainText == ""


def test_the_preview_shows_what_becomes_of_the_header(driver: Any, volume: Any) -> None:
    driver.nameless("header", passphrase="")
    driver.ui.previewButton.click()
    assert "UIDs are examples" in driver.ui.saveState.plainText
    rows = {attribute: (now, afterwards) for attribute, now, afterwards in driver.table("previewTable")}
    assert rows["PatientName"][0] == NAME
    assert rows["PatientName"][1].startswith("SM")
    assert rows["RequestAttributesSequence[0].AccessionNumber"] == ("ACC-990011", "(removed)")
    assert rows["(0029,1010)"] == (f"hidden {NAME}", "(removed)")
    assert rows["PatientIdentityRemoved"] == ("(none)", "YES")
    driver.nameless("header")
    driver.ui.previewButton.click()
    assert "examples" not in driver.ui.saveState.plainText
    driver.parameters.carry = type(driver.parameters.carry).none
    driver.settle()
    assert driver.table("previewTable") == []
    driver.ui.previewButton.click()
    driver.parameters.inputVolume = None
    driver.settle()
    assert driver.table("previewTable") == []


@pytest.mark.parametrize(("preset", "stays"), [("basic", False), ("longitudinal", True), ("research", True)])
def test_presets_say_and_keep_what_stays(
    driver: Any, dicom_database: Any, volume: Any, preset: str, stays: bool
) -> None:
    assert volume is not None
    driver.parameters.preset = type(driver.parameters.preset)[preset]
    new = save_nameless(driver, dicom_database, "none")
    assert ("age, sex" in driver.ui.presetMeaning.plainText) is stays
    first = dicom_database.instancesForSeries(new)[0]
    assert (dicom_database.instanceValue(first, "0010,0040") == "O") is stays
    assert dicom_database.instanceValue(first, "0008,0020") != "20260102"


def test_an_audit_file_has_a_line_for_each_time_and_names_nobody(
    driver: Any, dicom_database: Any, volume: Any, tmp_path: Path
) -> None:
    from panel_driver import PLANTED

    from StegoMedLib.audit import verify

    assert volume is not None
    driver.ui.auditFile.currentPath = driver.ui.putBackAudit.currentPath = str(tmp_path / "audit.jsonl")
    nameless = save_nameless(driver, dicom_database)
    driver.extract(driver.load_series(nameless))
    driver.ui.putBackButton.click()
    lines = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert len(lines.splitlines()) == 3  # it begins with a line of its own
    assert verify(tmp_path / "audit.jsonl").first_bad is None
    assert [planted for planted in PLANTED if planted in lines] == []
    before = driver.series(dicom_database)
    (tmp_path / "audit.jsonl").write_text("something else", encoding="utf-8")
    driver.ui.putBackButton.click()
    assert "audit" in driver.ui.putBackState.plainText
    assert driver.series(dicom_database) == before


@pytest.mark.data
@pytest.mark.parametrize("series", ["ct_thorax_acrinflt013", "mr_head_uih_t1"])
def test_a_real_series_comes_back_file_by_file(driver: Any, dicom_database: Any, data_dir: Path, series: str) -> None:
    loaded = driver.load(data_dir / "curated" / series, dicom_database)
    sources = driver.source_files(dicom_database, loaded)
    source = dicom_database.seriesForFile(str(sources[0]))
    kept = {path.read_bytes() for path in sources}
    driver.choose(loaded)
    driver.find()
    nameless = save_nameless(driver, dicom_database, "header", "reversible")
    assert dicom_database.removeSeries(source)
    driver.extract(driver.load_series(nameless))
    driver.ui.putBackButton.click()
    assert "byte by byte" in driver.ui.putBackState.plainText, driver.ui.putBackState.plainText
    assert {Path(path).read_bytes() for path in dicom_database.filesForSeries(source)} == kept
