"""Sending to a DICOM node goes wrong, or is cancelled: what is said, and what is sent later."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from dicom_receivers import StoreScp, browser_server, name_browser_servers, uids_in

pytest.importorskip("slicer_core")
pytestmark = pytest.mark.skipif(
    not (shutil.which("storescp") and shutil.which("storescu")), reason="DCMTK's storescp and storescu are not here"
)


@pytest.fixture
def driver(host: Any, panel: Any) -> Any:
    from panel_driver import Driver

    return Driver(host, panel)


def test_what_a_server_did_not_take_is_sent_later(
    host: Any, driver: Any, dicom_database: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    host.answer.append(True)
    known = driver.series(dicom_database)
    driver.save_to_database()
    assert len(driver.series(dicom_database)) == len(known) + 1
    assert "0 of 3 images were sent" in driver.words_of_save()
    assert "nothing answers at its port" in driver.words_of_save()
    assert "All of them are in the DICOM database; press Send" in driver.words_of_save()
    assert driver.ui.sendButton.visible
    host.answer.append(True)
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.ui.sendButton.click()
        assert uids_in(archive.files) == uids_in(driver.source_files(dicom_database, stego_to_send))
    assert "3 images were sent" in driver.words_of_save()
    assert len(driver.series(dicom_database)) == len(known) + 1


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Address": "-od"}, "its address cannot be used"),
        ({"Address": ""}, "its address cannot be used"),
        ({"Port": "70000"}, "its port cannot be used"),
        ({"Called AETitle": ""}, "an AE title has 1 to 16 plain letters"),
        ({"Calling AETitle": "MUCH TOO LONG TO BE"}, "an AE title has 1 to 16 plain letters"),
        ({"Address": "nowhere.invalid"}, "there is no computer of that name"),
    ],
)
def test_settings_that_lead_nowhere_get_a_sentence(
    host: Any, driver: Any, stego_to_send: Any, settings: Any, more: dict[str, object], reason: str
) -> None:
    name_browser_servers(settings, browser_server("Archive", 104, **more))
    driver.choose_server()
    host.answer.append(True)
    driver.save_to_database()
    assert "in the DICOM database" in driver.words_of_save()
    assert f"{reason}" in driver.words_of_save()


def test_a_server_that_refuses_to_talk_gets_a_sentence(
    host: Any, driver: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    host.answer.append(True)
    with StoreScp(tmp_path / "archive", node_port, "--refuse"):
        driver.save_to_database()
    assert "0 of 3 images were sent" in driver.words_of_save()
    assert "it refused the connection" in driver.words_of_save()


def test_cancel_stops_an_image_that_is_under_way(
    host: Any,
    driver: Any,
    dicom_database: Any,
    stego_to_send: Any,
    node_port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import slicer

    launch, launched = slicer.util.launchConsoleProcess, list[Any]()

    def noted(*arguments: Any, **options: Any) -> Any:
        launched.append(launch(*arguments, **options))
        return launched[-1]

    monkeypatch.setattr(slicer.util, "launchConsoleProcess", noted)
    real, began = driver.panel.desk.progress, list[float]()

    def progress(done: int, total: int, label: str) -> None:
        if label == "sent" and not began:
            began.append(time.monotonic())
        elif began and time.monotonic() > began[0] + 0.5:
            driver.ui.saveButton.click()
        real(done, total, label)

    driver.panel.desk.progress = progress
    host.answer.append(True)
    with StoreScp(tmp_path / "archive", node_port, "--sleep-during", "5"):
        driver.save_to_database()
        assert time.monotonic() < began[0] + 1.5
        assert [process.returncode for process in launched] == [-signal.SIGKILL]
    assert "Cancelled: 0 of 3 images were sent" in driver.words_of_save()
    assert "the one that was under way may have arrived" in driver.words_of_save()
    assert all(path.is_file() for path in driver.source_files(dicom_database, stego_to_send))
    driver.panel.desk.progress = real
    host.answer.append(True)
    with StoreScp(tmp_path / "later", node_port) as archive:
        driver.ui.sendButton.click()
        assert len(archive.files) == 3


@pytest.mark.parametrize("change", ["altered", "removed"])
def test_only_what_was_saved_is_sent(
    host: Any, driver: Any, dicom_database: Any, stego_to_send: Any, node_port: int, tmp_path: Path, change: str
) -> None:
    host.answer.append(False)
    driver.save_to_database()
    second = driver.source_files(dicom_database, stego_to_send)[1]
    second.write_bytes(second.read_bytes() + b"\0\0") if change == "altered" else second.unlink()
    host.answer.append(True)
    with StoreScp(tmp_path / "archive", node_port) as archive:
        driver.ui.sendButton.click()
        assert len(archive.files) == 2
    assert "2 of 3 images were sent" in driver.words_of_save()
    assert "Not sent is image 2: the DICOM database no longer has what was saved. Save again" in driver.words_of_save()


def test_one_refused_image_does_not_hold_up_the_others(
    host: Any, driver: Any, dicom_database: Any, stego_to_send: Any, node_port: int, tmp_path: Path
) -> None:
    """By a program in place of storescu, since storescp refuses no single image."""
    import slicer

    program, kept = Path(slicer.app.slicerHome) / "bin" / "storescu", tmp_path / "storescu"
    count = tmp_path / "count"
    program.rename(kept)
    program.write_text(
        f'#!/bin/sh\necho >> {count}\nif [ "$(wc -l < {count})" = 2 ]; then exit 167; fi\nexec {kept} "$@"\n',
        encoding="ascii",
    )
    program.chmod(0o755)
    host.answer.extend((True, True))
    try:
        with StoreScp(tmp_path / "archive", node_port) as archive:
            driver.save_to_database()
            assert len(archive.files) == 2
            assert "Not sent is image 2: it is out of resources." in driver.words_of_save()
            driver.ui.sendButton.click()
            assert len(archive.files) == 3
    finally:
        kept.replace(program)
    assert "3 images were sent" in driver.words_of_save()


def test_a_slicer_without_storescu_says_so(host: Any, driver: Any, stego_to_send: Any, tmp_path: Path) -> None:
    import slicer

    folder = Path(slicer.app.slicerHome) / "bin"
    folder.rename(tmp_path / "bin")
    try:
        host.answer.append(True)
        driver.save_to_database()
    finally:
        (tmp_path / "bin").rename(folder)
    assert "this Slicer has no program storescu" in driver.words_of_save()


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        (
            "F: Association Rejected:\nF: Reason: Called AE Title Not Recognized",
            1,
            "it does not go by the AE title ARC",
        ),
        ("F: Association Rejected:\nF: Reason: Calling AE Title Not Recognized", 1, "it does not know SLICER, the AE"),
        ("F: Association Rejected:\nF: Reason: No Reason", 1, "it refused the connection"),
        ("F: No Acceptable Presentation Contexts", 1, "it does not take this kind of image"),
        ("F: Association Request Failed: TCP Initialization Error: Connection timed out", 1, "does not answer in time"),
        (
            "W: DIMSE Warning: sendMessage: unable to convert dataset from 'RLE'",
            1,
            "it does not take their compression",
        ),
        ("E: Store Failed: Peer aborted Association", 1, "the connection failed"),
        ("", 1, "it answered with an error (status 01xx)"),
        ("", 0xC0, "it cannot understand the image"),
        ("", 0xAB, "it answered with an error (status ABxx)"),
        ("\\377", 1, "the connection failed"),
    ],
)
def test_what_storescu_says_becomes_a_sentence(
    tmp_path: Path, panel: Any, make_series: Any, said: str, code: int, reason: str
) -> None:
    """As DCMTK 3.6.7 says it."""
    import slicer
    from StegoMedPanel.deliveries import LostError
    from StegoMedPanel.dicom_node import DicomNode

    program, kept = Path(slicer.app.slicerHome) / "bin" / "storescu", tmp_path / "storescu"
    program.rename(kept)
    program.write_text(f'#!/bin/sh\nprintf "{said}"\nexit {code}\n', encoding="ascii")
    program.chmod(0o755)
    try:
        steps = DicomNode("Archive", "127.0.0.1", 104, "ARCHIVE", "SLICER").deliver(make_series(1))
        answer = next(step for step in steps if step is not None)
    except LostError as error:
        answer = str(error)
    finally:
        kept.replace(program)
    assert reason in answer
