"""Save sends to a DICOM node: where to, what arrives, and what is asked first."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from dicom_receivers import StoreScp, browser_server, name_browser_servers, uids_in

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("slicer_core")
pytestmark = pytest.mark.skipif(
    not (shutil.which("storescp") and shutil.which("storescu")), reason="DCMTK's storescp and storescu are not here"
)


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


def offered(driver: Any) -> list[str]:
    driver.settle()
    box = driver.ui.sendTo
    return [str(box.itemText(number)) for number in range(box.count)]


def test_the_servers_of_all_of_slicers_settings_are_offered(driver: Any, settings: Any) -> None:
    assert offered(driver) == ["Nowhere"]
    name_browser_servers(
        settings,
        browser_server("Archive", 104),
        browser_server("Read only", 105, StorageCheckState=0),
        {"Name": "half"},
    )
    settings.setValue("ServerNodeCount", 3)
    settings.setValue("ServerNodes/0", {"Name": "Queried", "AETitle": "OLD", "Address": "old.example", "Port": "11112"})
    settings.setValue("ServerNodes/1", {"Name": "Again", "AETitle": "ARCHIVE", "Address": "127.0.0.1", "Port": "104"})
    settings.setValue("ServerNodes/2", "{no JSON")
    settings.setValue("DICOM/Send/Protocol", "DICOMweb")
    settings.setValue("DICOM/Send/URL", "https://doctor:secret@cloud.example/dicom-web")
    assert offered(driver) == [
        "Nowhere",
        "Archive (ARCHIVE, 127.0.0.1:104)",
        "Queried (OLD, old.example:11112)",
        "https://cloud.example/dicom-web",
    ]
    settings.setValue("DICOM/Send/Protocol", "DIMSE")
    settings.setValue("DICOM/Send/URL", "last.example:4242")
    assert offered(driver)[-1] == "CTK, last.example:4242"


@pytest.mark.parametrize(
    "value",
    [b"\xff\xfe", b"[1, 2]", b'{"StorageCheckState": ', b"[" * 100_000, "", 7, {"StorageCheckState": "x"}, [1, 2]],
)
def test_damaged_settings_are_passed_over(driver: Any, settings: Any, value: object) -> None:
    import qt

    settings.setValue("DICOM/ServerNodeCount", 10**12)
    settings.setValue("DICOM/ServerNodes/0", qt.QByteArray(value) if isinstance(value, bytes) else value)
    settings.setValue("DICOM/ServerNodes/1", qt.QByteArray(json.dumps(browser_server("Archive", 104)).encode()))
    settings.setValue("ServerNodeCount", "many")
    settings.setValue("DICOM/Send/URL", "[::1:104")
    settings.setValue("DICOM/Send/Protocol", "DICOMweb")
    assert offered(driver) == ["Nowhere", "Archive (ARCHIVE, 127.0.0.1:104)", "DICOMweb server"]


def test_nothing_is_sent_unless_a_server_is_chosen(
    host: Any, driver: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    driver.choose_server(0)
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.save_to_database()
        assert archive.files == []
    assert host.messages == []
    assert "sent" not in driver.words_of_save()
    assert not driver.ui.sendButton.visible


def test_a_choice_stays_while_the_settings_name_the_server(driver: Any, settings: Any, node_port: int) -> None:
    driver.choose_server()
    name_browser_servers(settings, browser_server("Before", 1), browser_server("Archive", node_port))
    driver.settle()
    assert driver.ui.sendTo.currentIndex == 2
    name_browser_servers(settings, browser_server("Before", 1))
    driver.settle()
    assert driver.ui.sendTo.currentIndex == 0
    driver.choose_server()
    driver.panel.scene_closes()
    assert driver.ui.sendTo.currentIndex == 0


def test_what_was_saved_arrives(
    host: Any, driver: Any, dicom_database: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    from pydicom import dcmread

    host.answer.append(True)
    with StoreScp(tmp_path / "archive", node_port, "-d") as archive:
        driver.save_to_database()
        assert "show whose they are" in host.messages[-1].text
        saved = driver.source_files(dicom_database, stego_to_send)
        assert uids_in(archive.files) == uids_in(saved)
        assert len(archive.files) == len(saved) == 3
        assert re.search(r"Calling Application Name: *SLICER\b", archive.said)
        assert re.search(r"Called Application Name: *ARCHIVE\b", archive.said)
    sent = {str(each.SOPInstanceUID): each for each in map(dcmread, archive.files)}
    for each in map(dcmread, saved):
        assert sent[str(each.SOPInstanceUID)].PixelData == each.PixelData
    assert "in the DICOM database" in driver.words_of_save()
    assert "3 images were sent to Archive (ARCHIVE, 127.0.0.1" in driver.words_of_save()
    assert "#2e8b57" in driver.ui.saveState.styleSheet
    assert not driver.ui.sendButton.visible


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here to make a certificate")
def test_the_certificates_of_the_settings_are_used(
    host: Any, driver: Any, stego_to_send: Any, settings: Any, node_port: int, tmp_path: Path
) -> None:
    """The names are those of Slicer's `DICOMProcessTLSMixin`; one certificate is both sides' and its own authority."""
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    host.answer.extend((True, True))
    with StoreScp(tmp_path / "archive", node_port, "+tls", key, certificate, "+cf", certificate, "-rc") as archive:
        driver.save_to_database()
        assert archive.files == []
        assert "0 of 3 images were sent" in driver.words_of_save()
        settings.setValue("DICOM/ClientTLSPrivateKey", key)
        settings.setValue("DICOM/ClientTLSCertFile", certificate)
        settings.beginWriteArray("DICOM/CACertFiles")
        settings.setArrayIndex(0)
        settings.setValue("path", certificate)
        settings.endArray()
        driver.ui.sendButton.click()
        assert len(archive.files) == 3
    assert "3 images were sent" in driver.words_of_save()


def test_images_that_name_somebody_are_not_sent_without_a_yes(
    host: Any, driver: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    with StoreScp(tmp_path / "archive", node_port) as archive:
        host.answer.append(False)
        driver.save_to_database()
        assert archive.files == []
        assert "in the DICOM database" in driver.words_of_save()
        assert "Nothing was sent." in driver.words_of_save()
        assert "#b8770b" in driver.ui.saveState.styleSheet
        host.answer.append(True)
        driver.ui.sendButton.click()
        assert len(archive.files) == 3
    assert "3 images were sent" in driver.words_of_save()


def test_nameless_images_are_sent_without_a_question(
    host: Any, driver: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    from panel_driver import PLANTED

    driver.nameless("identity")
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.save_to_database()
        came = b"".join(path.read_bytes() for path in archive.files).lower()
    assert len(archive.files) == 3
    assert not [planted for planted in PLANTED if planted.lower().encode() in came]
    assert host.messages == []
    assert "3 images were sent" in driver.words_of_save()


@pytest.mark.parametrize(
    ("keyword", "value", "told", "asked"),
    [
        ("Manufacturer", "Petronella Ltd", "The table names what is left", "Something of the identity is left"),
        ("BodyPartExamined", "HEAD", "The images show a head", "These images show a head"),
    ],
)
def test_nameless_images_that_a_person_must_look_at_wait(
    host: Any,
    driver: Any,
    dicom_database: Any,
    node_port: int,
    tmp_path: Path,
    keyword: str,
    value: str,
    told: str,
    asked: str,
) -> None:
    from panel_driver import write_planted
    from pydicom import dcmread

    for path in write_planted(tmp_path / "phantom").iterdir():
        dataset = dcmread(path)
        setattr(dataset, keyword, value)
        dataset.save_as(path)
    driver.choose(driver.load(tmp_path / "phantom", dicom_database))
    driver.nameless("none")
    driver.choose_server()
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.save_to_database()
        assert archive.files == []
        assert told in driver.words_of_save()
        assert "Nothing was sent yet: look at what was saved" in driver.words_of_save()
        driver.ui.sendButton.click()
        assert asked in host.messages[-1].text
        assert archive.files == []
        host.answer.append(True)
        driver.ui.sendButton.click()
        assert len(archive.files) == 3


def test_a_folder_is_sent_nowhere(host: Any, driver: Any, stego_to_send: Any, node_port: int, tmp_path: Path) -> None:
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.save_to_folder(tmp_path / "out")
        assert archive.files == []
    driver.settle()
    assert not driver.ui.sendTo.visible
    assert not driver.ui.sendButton.visible
