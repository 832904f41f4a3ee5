"""Every profile through the panel: chosen when embedding, found by itself when extracting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer_core")


@pytest.fixture
def driver(host: Any, panel: Any, dicom_database: Any, tmp_path: Path) -> Any:
    """The panel with a phantom whose body has been found."""
    from panel_driver import Driver, write_phantom

    host.import_module(Path(__file__).parents[2] / "StegoMed" / "DICOMStegoMedPlugin.py")
    driver = Driver(host, panel)
    volume = driver.load(write_phantom(tmp_path / "phantom"), dicom_database)
    driver.choose(volume)
    driver.find()
    return driver


def choose_profile(driver: Any, name: str) -> None:
    driver.parameters.profile = type(driver.parameters.profile)[name]
    driver.settle()


@pytest.mark.parametrize("profile", ["fidelity", "capacity", "robust"])
def test_a_record_is_embedded_and_its_profile_found(driver: Any, profile: str) -> None:
    volume = driver.parameters.inputVolume
    choose_profile(driver, profile)
    driver.text("kept in the air")
    stego = driver.embed()
    mask = driver.mask(driver.parameters.segmentation, volume)
    changed = driver.voxels(stego) != driver.voxels(volume)
    assert changed.any()
    assert not (changed & mask).any()
    assert driver.extract(stego) == {"text": "kept in the air"}
    assert f"embedded with profile {profile}" in driver.ui.extractState.plainText


def test_a_stronger_mark_changes_more_and_only_robust_has_a_strength(driver: Any) -> None:
    volume = driver.parameters.inputVolume
    assert not driver.ui.strength.visible
    choose_profile(driver, "robust")
    assert driver.ui.strength.visible
    driver.text("air")
    first = driver.embed()
    standard = driver.voxels(first) - driver.voxels(volume)
    driver.parameters.strength = type(driver.parameters.strength).high
    stego = driver.embed()
    assert stego is not first, driver.ui.embedState.plainText
    high = driver.voxels(stego) - driver.voxels(volume)
    assert np.square(high.astype(float)).mean() > 2 * np.square(standard.astype(float)).mean()
    assert driver.extract(stego) == {"text": "air"}


def test_a_file_that_is_too_large_for_fidelity_needs_capacity(driver: Any, tmp_path: Path) -> None:
    content = np.random.default_rng(4).bytes(1900)
    (tmp_path / "scan.bin").write_bytes(content)
    driver.parameters.recordKind = type(driver.parameters.recordKind).file
    driver.ui.recordFile.currentPath = str(tmp_path / "scan.bin")
    driver.settle()
    assert driver.embed() is None
    choose_profile(driver, "capacity")
    stego = driver.embed()
    assert stego is not None, driver.ui.embedState.plainText
    assert driver.extract(stego)["size"] == "1900"


def test_the_paper_s_profile_needs_the_region_on_both_sides(driver: Any) -> None:
    choose_profile(driver, "saidi2024")
    assert "published method" in driver.ui.profileMeaning.plainText
    driver.text("x")
    assert driver.embed() is None
    assert "storing it as integers loses" in driver.ui.embedState.plainText


@pytest.mark.parametrize("button", ["findButton", "capacityButton"])
def test_capacity_is_not_taken_for_that_of_a_profile_chosen_meanwhile(driver: Any, button: str) -> None:
    real = driver.panel.desk.progress

    def progress(done: int, total: int, label: str) -> None:
        real(done, total, label)
        if done == 1:
            choose_profile(driver, "capacity")

    assert driver.panel.desk.capacity.known
    driver.panel.desk.progress = progress
    getattr(driver.ui, button).click()
    driver.settle()
    assert driver.parameters.profile.name == "capacity"
    assert not driver.panel.desk.capacity.known
    assert "not measured yet" in driver.ui.needsState.plainText
