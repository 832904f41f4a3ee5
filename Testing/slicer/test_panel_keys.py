"""Keys beside the passphrase in the panel: key files, recipients and identities, as the command line takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("slicer_core")


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
    driver.find()
    driver.text("found")
    return volume


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with a key file, and keys of two recipients, one private key with a password."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    from StegoMedLib.envelope import Identity, KeyFile
    from StegoMedLib.envelope.pem import identity_to_pem, recipient_to_pem
    from StegoMedLib.files import PRIVATE, write_whole

    write_whole(tmp_path / "key.bin", KeyFile.made().key, mode=PRIVATE)
    for name in ("anna", "berta"):
        identity = Identity.made(hybrid=False)
        pem = identity_to_pem(identity)
        if name == "berta":
            locked = BestAvailableEncryption(b"open sesame")
            pem = load_pem_private_key(pem, None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
        write_whole(tmp_path / f"{name}.pem", pem, mode=PRIVATE)
        write_whole(tmp_path / f"{name}.pub", recipient_to_pem(identity.recipient))
    return tmp_path


def choose(driver: Any, button: Any, *files: Path) -> None:
    """Choose files in the dialog of a button."""
    driver.host.answer.append(tuple(map(str, files)))
    button.click()


def forget(driver: Any) -> None:
    """Take all other keys of the extract step out again."""
    driver.ui.extractKeyFile.currentPath = driver.ui.identityPassword.text = ""
    driver.ui.forgetIdentities.click()


def test_a_key_file_alone_seals_and_opens(driver: Any, ready: Any, keys: Path) -> None:
    assert ready is not None
    driver.ui.keyFile.currentPath = str(keys / "key.bin")
    stego = driver.embed("")
    assert stego is not None, driver.ui.embedState.plainText
    driver.ui.extractKeyFile.currentPath = str(keys / "key.bin")
    assert driver.extract(stego, "") == {"text": "found"}
    assert driver.states() == {"intact"}
    forget(driver)
    assert driver.extract(stego) == {}
    assert "no record" in driver.ui.extractState.plainText.lower()


def test_each_of_several_keys_opens_alone(driver: Any, ready: Any, keys: Path) -> None:
    from panel_driver import PASSPHRASE

    assert ready is not None
    choose(driver, driver.ui.addRecipients, keys / "anna.pub")
    choose(driver, driver.ui.addRecipients, keys / "berta.pub", keys / "anna.pub")
    assert driver.ui.recipientsState.plainText == "anna.pub, berta.pub"
    driver.ui.keyFile.currentPath = str(keys / "key.bin")
    driver.settle()
    assert "take room" in driver.ui.needsState.plainText
    stego = driver.embed(PASSPHRASE)
    assert stego is not None, driver.ui.embedState.plainText
    assert driver.extract(stego, PASSPHRASE) == {"text": "found"}
    choose(driver, driver.ui.addIdentities, keys / "anna.pem")
    assert driver.extract(stego, "") == {"text": "found"}
    forget(driver)
    choose(driver, driver.ui.addIdentities, keys / "berta.pem")
    assert driver.extract(stego, "") == {}
    said = driver.ui.extractState.plainText
    assert "berta.pem cannot be used: it is encrypted; type its password" in said
    driver.ui.identityPassword.text = "open sesame"
    assert driver.extract(stego, "") == {"text": "found"}
    forget(driver)
    driver.ui.extractKeyFile.currentPath = str(keys / "key.bin")
    assert driver.extract(stego, "") == {"text": "found"}


def test_no_key_and_wrong_files_get_a_sentence(driver: Any, ready: Any, keys: Path) -> None:
    assert ready is not None
    assert driver.embed("") is None
    assert "no passphrase yet" in driver.ui.embedState.plainText
    driver.ui.keyFile.currentPath = str(keys / "key.bin")
    assert driver.embed("", "typed in the second field alone") is None
    assert "no passphrase yet" in driver.ui.embedState.plainText
    for file in ("anna.pub", "missing"):
        driver.ui.keyFile.currentPath = str(keys / file)
        assert driver.embed("") is None
        assert "key file" in driver.ui.embedState.plainText
        assert driver.ui.embedState.plainText.endswith(".")
    driver.ui.keyFile.currentPath = ""
    choose(driver, driver.ui.addRecipients, keys / "anna.pem")
    assert driver.embed("") is None
    assert "anna.pem cannot be used" in driver.ui.embedState.plainText


def test_keys_that_others_may_read_are_told_of(driver: Any, ready: Any, keys: Path) -> None:
    assert ready is not None
    (keys / "key.bin").chmod(0o644)
    driver.ui.keyFile.currentPath = driver.ui.extractKeyFile.currentPath = str(keys / "key.bin")
    stego = driver.embed("")
    driver.settle()
    assert "Other users of this computer may read the key file" in driver.ui.embedState.plainText
    assert driver.extract(stego, "") == {"text": "found"}
    assert "Other users of this computer may read the key file" in driver.ui.extractState.plainText


def test_keys_are_neither_kept_in_the_scene_nor_after_it(driver: Any, ready: Any, keys: Path, tmp_path: Path) -> None:
    import slicer

    assert ready is not None
    ui = driver.ui
    ui.keyFile.currentPath = ui.extractKeyFile.currentPath = str(keys / "key.bin")
    ui.identityPassword.text = "open sesame"
    choose(driver, ui.addRecipients, keys / "anna.pub")
    choose(driver, ui.addIdentities, keys / "anna.pem")
    driver.settle()
    assert slicer.util.saveScene(str(tmp_path / "scene.mrml"))
    text = (tmp_path / "scene.mrml").read_text(encoding="utf-8")
    for secret in ("key.bin", "anna", "open sesame"):
        assert secret not in text
    slicer.mrmlScene.Clear()
    for field in (ui.keyFile, ui.extractKeyFile):
        assert field.currentPath == ""
    assert ui.identityPassword.text == ui.recipientsState.plainText == ui.identitiesState.plainText == ""
