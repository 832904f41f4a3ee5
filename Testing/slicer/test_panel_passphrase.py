"""The passphrase in the panel: judged while it is typed, made on request, taken as the command line takes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer_core")

GOOD, DOUBTFUL, WEAK = "correct horse battery staple", "Tr0ub4dor&3", "hospital2026"


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def ready(driver: Any, scene: Any) -> Any:
    """The panel with a volume, its region and a text; the volume."""
    import slicer

    from StegoMedLib.series.phantom import phantom_series

    assert scene is not None
    phantom = phantom_series(slices=2, size=256)
    volume = slicer.util.addVolumeFromArray(np.ascontiguousarray(phantom.stored + np.int16(phantom.intercept)))
    driver.choose(volume)
    assert driver.find() is not None
    driver.text("found")
    return volume


def type_in(driver: Any, passphrase: str) -> Any:
    """Type into the first field, and wait until the panel follows; the line under it."""
    import time

    import slicer

    driver.ui.passphrase.text = passphrase
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        slicer.app.processEvents()
        time.sleep(0.01)
    return driver.ui.passphraseState


def test_nothing_is_said_of_nothing(driver: Any) -> None:
    assert not driver.ui.passphraseState.visible
    assert not driver.ui.weakPassphrase.visible


@pytest.mark.parametrize(
    ("passphrase", "words", "may_insist"),
    [
        (WEAK, "guessed in about 700 thousand tries", True),
        (DOUBTFUL, "guessed in about 100 billion tries", False),
        (GOOD, "takes about 10^20 tries", False),
        ("\u200b" + GOOD, "neither seen nor typed", False),
    ],
)
def test_strength_is_said_while_typing(driver: Any, passphrase: str, words: str, may_insist: bool) -> None:
    line = type_in(driver, passphrase)
    assert words in line.plainText
    assert line.visible
    assert driver.ui.weakPassphrase.visible is may_insist
    assert passphrase not in line.plainText
    assert not type_in(driver, "").visible
    assert not driver.ui.weakPassphrase.visible


def test_a_weak_passphrase_embeds_nothing_until_the_user_insists(driver: Any, ready: Any) -> None:
    assert ready is not None
    assert driver.embed(WEAK) is None
    assert "could be guessed" in driver.ui.embedState.plainText
    assert WEAK not in driver.ui.embedState.plainText
    driver.ui.weakPassphrase.click()
    stego = driver.embed(WEAK)
    assert stego is not None
    assert driver.extract(stego, WEAK) == {"text": "found"}


def test_insisting_is_on_one_passphrase(driver: Any, ready: Any) -> None:
    assert ready is not None
    type_in(driver, WEAK)
    driver.ui.weakPassphrase.click()
    assert driver.embed("passw0rd1") is None
    assert "could be guessed" in driver.ui.embedState.plainText
    assert not driver.ui.weakPassphrase.checked


def test_what_nobody_can_type_embeds_nothing(driver: Any, ready: Any) -> None:
    assert ready is not None
    assert driver.embed(GOOD + "\t") is None
    assert "neither seen nor typed" in driver.ui.embedState.plainText


def test_blanks_and_wide_digits_are_taken_as_elsewhere(driver: Any, ready: Any) -> None:
    assert ready is not None
    stego = driver.embed(f" {GOOD}\u00a0\uff11 ")
    assert driver.extract(stego, f"{GOOD} 1") == {"text": "found"}


def test_generate_fills_both_fields_and_shows_them(driver: Any, ready: Any) -> None:
    import qt

    assert ready is not None
    ui = driver.ui
    ui.generatePassphrase.click()
    made = ui.passphrase.text
    assert len(made.split()) == 6
    assert ui.repeatPassphrase.text == made
    assert ui.showPassphrase.checked
    assert ui.passphrase.echoMode == ui.repeatPassphrase.echoMode == qt.QLineEdit.Normal
    assert "keep it in a safe place" in ui.passphraseState.plainText
    ui.embedButton.click()
    assert driver.extract(driver.parameters.stegoVolume, made) == {"text": "found"}
    ui.generatePassphrase.click()
    assert ui.passphrase.text != made


def test_generate_without_its_packages(driver: Any, monkeypatch: Any) -> None:
    from StegoMedLib.errors import UsageError

    def declined(**_: object) -> None:
        raise UsageError("Nothing was done, because Python packages are missing.")

    monkeypatch.setattr(driver.panel.desk.work, "ensure_packages", declined)
    driver.ui.generatePassphrase.click()
    assert driver.ui.passphrase.text == ""
    assert "packages are missing" in driver.ui.passphraseState.plainText


def test_typing_without_packages_says_nothing(driver: Any, monkeypatch: Any) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "StegoMedLib.envelope.strength", None)
    line = type_in(driver, WEAK)
    assert not line.visible
    monkeypatch.undo()
    driver.settle()
    assert "could be guessed" in line.plainText


def test_closing_forgets_what_was_judged(driver: Any) -> None:
    import slicer

    type_in(driver, WEAK)
    driver.ui.weakPassphrase.click()
    slicer.mrmlScene.Clear(False)
    assert driver.ui.passphrase.text == ""
    assert not driver.ui.weakPassphrase.checked
    assert not driver.ui.passphraseState.visible
    assert WEAK not in str(vars(driver.panel.embed.passphrase))
