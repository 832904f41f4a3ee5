"""Save sends to a DICOMweb server: what arrives, what its answers mean, and how it is cancelled."""

from __future__ import annotations

import importlib.util
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from dicom_receivers import StowServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("slicer_core")
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("dicomweb_client") is None,
    reason="the package dicomweb-client, which Slicer brings along, is not here",
)


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


@pytest.fixture
def server(settings: Any) -> Iterator[Any]:
    """A DICOMweb server that Slicer's settings name."""
    with StowServer() as made:
        settings.setValue("DICOM/Send/Protocol", "DICOMweb")
        settings.setValue("DICOM/Send/URL", made.url)
        yield made


@pytest.fixture
def stego(host: Any, driver: Any, dicom_database: Any, tmp_path: Path, server: Any) -> Any:
    """A stego volume, ready to save and send; the next question is answered with yes."""
    from panel_driver import write_phantom

    driver.choose(driver.load(write_phantom(tmp_path / "phantom"), dicom_database))
    driver.find()
    made = driver.embed()
    driver.choose_server()
    host.answer.append(True)
    return made


def test_what_was_saved_arrives(driver: Any, dicom_database: Any, stego: Any, server: Any) -> None:
    from pydicom import dcmread

    driver.save_to_database()
    files = driver.source_files(dicom_database, stego)
    came = {str(each.SOPInstanceUID): each for each in map(dcmread, map(BytesIO, server.instances))}
    assert came == {str(each.SOPInstanceUID): each for each in map(dcmread, files)}
    assert len(server.instances) == 3
    assert f"3 images were sent to {server.url}." in driver.words_of_save()


def test_the_user_name_of_the_settings_is_used(host: Any, driver: Any, stego: Any, server: Any, settings: Any) -> None:
    server.login = "doctor:secret"
    driver.save_to_database()
    assert "0 of 3 images were sent" in driver.words_of_save()
    assert "it wants another user name or password" in driver.words_of_save()
    settings.setValue("GLOBAL_DICOMWEB_USER_KEY", "doctor")
    settings.setValue("GLOBAL_DICOMWEB_PASSWORD_KEY", "secret")
    host.answer.append(True)
    driver.ui.sendButton.click()
    assert "3 images were sent" in driver.words_of_save()


def test_a_refusal_in_an_answer_that_says_ok_is_seen(
    host: Any, driver: Any, dicom_database: Any, stego: Any, server: Any
) -> None:
    server.failing = failing = set[str]()
    host.answer[0] = False
    driver.save_to_database()
    failing.add(stego.GetAttribute("DICOM.instanceUIDs").split()[1])
    host.answer.extend((True, True))
    driver.ui.sendButton.click()
    assert "2 of 3 images were sent" in driver.words_of_save()
    assert "Not sent is image 2: it says that it failed (status A700)." in driver.words_of_save()
    failing.clear()
    driver.ui.sendButton.click()
    assert "3 images were sent" in driver.words_of_save()
    assert len(server.instances) == 3


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "it does not let you store images"),
        (404, "it stores no images at this address"),
        (503, "it has a fault of its own (HTTP status 503)"),
        (415, "Not sent are images 1-3: it does not take the image (HTTP status 415)."),
    ],
)
def test_what_a_status_means_is_said(driver: Any, stego: Any, server: Any, status: int, reason: str) -> None:
    server.status = status
    driver.save_to_database()
    assert "in the DICOM database" in driver.words_of_save()
    assert "0 of 3 images were sent" in driver.words_of_save()
    assert reason in driver.words_of_save()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/dicom-web", "nothing answers at this address"),
        ("ftp://127.0.0.1/dicom-web", "its address cannot be used"),
        ("http://", "its address cannot be used"),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence(
    driver: Any, stego: Any, settings: Any, url: str, reason: str
) -> None:
    settings.setValue("DICOM/Send/URL", url)
    driver.choose_server()
    driver.save_to_database()
    assert reason in driver.words_of_save()


def test_cancel_does_not_wait_for_the_server(host: Any, driver: Any, stego: Any, server: Any) -> None:
    real, began = driver.panel.desk.progress, list[float]()

    def progress(done: int, total: int, label: str) -> None:
        if label == "sent" and not began:
            began.append(time.monotonic())
        elif began and time.monotonic() > began[0] + 0.5:
            driver.ui.saveButton.click()
        real(done, total, label)

    driver.panel.desk.progress = progress
    server.seconds = 2.5
    driver.save_to_database()
    assert time.monotonic() < began[0] + 1.5
    assert "Cancelled: 0 of 3 images were sent" in driver.words_of_save()
    time.sleep(2.5)
    assert len(server.instances) <= 1
    server.seconds, driver.panel.desk.progress = 0.0, real
    host.answer.append(True)
    driver.ui.sendButton.click()
    assert "3 images were sent" in driver.words_of_save()
