"""A scanner sends to the service, and the archive gets every instance once, without a name."""

from __future__ import annotations

import subprocess
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid
from pynetdicom import AE, _config, evt
from pynetdicom.sop_class import StorageCommitmentPushModel  # type: ignore[attr-defined]

from StegoMedLib.audit import verify
from StegoMedLib.envelope import HeaderRecord, KeyFile
from StegoMedLib.lab.benchmark.dciodvfy import errors_of
from StegoMedLib.pipeline.extract import extract_series
from Testing.orthanc import free_port
from Testing.service import KEY, Running, Sink, all_at_once, sent, serving, to_archive, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pynetdicom.events import Event

pytestmark = [pytest.mark.data, pytest.mark.slow]

LISTENER = free_port()
"""Where answers about storage commitment are heard."""


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as made:
        yield made


@pytest.fixture(scope="module")
def service(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    settings = to_archive(
        folder,
        sink.port,
        top='workers = 1\naudit = "audit.jsonl"',
        rule='callers = ["CT1", "CT2", "CT3"]\nmodalities = ["CT", "MR", "OT"]',
        tls=f'[callers.CT2]\nhost = "127.0.0.1"\nport = {LISTENER}',
    )
    with serving(folder, settings) as running:
        yield running


@pytest.fixture
def images(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))


def test_three_senders_at_once_and_each_instance_comes_out_once_without_a_name(
    service: Running, sink: Sink, images: list[Path], tmp_path: Path, need_tool: Callable[[str], None]
) -> None:
    need_tool("dciodvfy")
    before = len(sink.got)
    statuses: list[int] = []

    def send(number: int) -> None:
        statuses.extend(sent(images[number:9:3], service.port, caller=f"CT{number + 1}"))

    all_at_once(partial(send, number) for number in range(3))
    assert statuses == [0] * 9
    until(lambda: len(sink.got) == before + 9)
    got = sink.got[before:]
    assert len({each.SOPInstanceUID for each in got}) == 9
    assert {(each.PatientID, each.StudyInstanceUID, each.SeriesInstanceUID) for each in got} == {
        (got[0].PatientID, got[0].StudyInstanceUID, got[0].SeriesInstanceUID)
    }
    names = {str(dcmread(path).PatientName) for path in images}
    assert not names & {str(each.PatientName) for each in got}
    got[0].save_as(tmp_path / "one.dcm", enforce_file_format=True)
    assert errors_of(tmp_path / "one.dcm") <= errors_of(images[0])
    (record,) = extract_series(tmp_path / "one.dcm", KeyFile(KEY)).records
    assert isinstance(record, HeaderRecord)
    assert str(record.attributes["PatientName"]) in names
    until(lambda: service.count("forwarded") >= 9)
    assert not service.lying("received") + service.lying("protected")


def test_an_instance_that_is_sent_again_comes_out_as_the_same(service: Running, sink: Sink, images: list[Path]) -> None:
    before = len(sink.got)
    sent([images[0], images[0]], service.port)
    until(lambda: len(sink.got) == before + 2)
    assert sink.got[-1].SOPInstanceUID == sink.got[-2].SOPInstanceUID


def test_what_cannot_be_done_lies_in_quarantine_with_its_reason(
    service: Running, sink: Sink, data_dir: Path, tmp_path: Path, images: list[Path]
) -> None:
    before, aside = len(sink.got), len(service.lying("quarantine"))
    report = dcmread(images[0])
    report.Modality, report.SOPInstanceUID = "PT", generate_uid()
    report.file_meta.MediaStorageSOPInstanceUID = report.SOPInstanceUID
    report.save_as(tmp_path / "pt.dcm")
    burned = dcmread(data_dir / "odd" / "ct_ankle_screenshot_burnedtext.dcm")
    burned.SOPClassUID = burned.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    burned.save_as(tmp_path / "burned.dcm")
    assert sent([tmp_path / "pt.dcm", tmp_path / "burned.dcm"], service.port) == [0, 0]
    until(lambda: len(service.lying("quarantine")) == aside + 2)
    reasons = " ".join(path.with_suffix(".txt").read_text() for path in service.lying("quarantine"))
    assert "No rule is for instances of its sender and modality" in reasons
    assert "may show text that names somebody" in reasons
    assert len(sink.got) == before
    assert "Set aside in quarantine" in service.log
    assert str(report.PatientName) not in service.log + reasons
    assert service.count("quarantined") >= 2


def test_whoever_has_no_rule_is_turned_away(service: Running, images: list[Path]) -> None:
    assert sent(images[:1], service.port, caller="STRANGER") == [-1]
    assert sent(images[:1], service.port, called="ANOTHER") == [-1]
    assert "Turned STRANGER away" in service.log


def test_the_service_answers_an_echo(service: Running) -> None:
    done = subprocess.run(["echoscu", "-aet", "CT1", "-aec", "STEGOMED", "127.0.0.1", str(service.port)], check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("caller", ["CT1", "CT2"])
def test_senders_are_told_which_instances_are_safe(service: Running, images: list[Path], caller: str) -> None:
    assert sent(images[:1], service.port, caller=caller) == [0]
    reports: list[tuple[int, Dataset]] = []

    def heard(event: Event) -> tuple[int, None]:
        reports.append((event.event_type or 0, event.event_information))
        return 0x0000, None

    entity, known = AE(caller), dcmread(images[0], stop_before_pixels=True)
    entity.add_requested_context(StorageCommitmentPushModel)
    entity.add_supported_context(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    handlers = [(evt.EVT_N_EVENT_REPORT, heard)]
    listening = entity.start_server(("127.0.0.1", LISTENER), block=False, evt_handlers=handlers)  # type: ignore[arg-type]
    association = entity.associate(
        "127.0.0.1",
        service.port,
        ae_title="STEGOMED",
        evt_handlers=handlers,  # type: ignore[arg-type]
    )
    request = Dataset()
    request.TransactionUID = generate_uid()
    rows = [(known.SOPClassUID, known.SOPInstanceUID), (known.SOPClassUID, generate_uid())]
    request.ReferencedSOPSequence = [_referred(*row) for row in rows]
    status, _ = association.send_n_action(request, 1, StorageCommitmentPushModel, "1.2.840.10008.1.20.1.1")
    assert status.Status == 0
    until(lambda: reports)
    association.release()
    assert listening is not None
    listening.shutdown()
    ((kind, report),) = reports
    assert kind == 2
    assert report.TransactionUID == request.TransactionUID
    assert [row.ReferencedSOPInstanceUID for row in report.ReferencedSOPSequence] == [known.SOPInstanceUID]
    assert [row.FailureReason for row in report.FailedSOPSequence] == [0x0112]
    until(lambda: not list((service.spool / "commitments").iterdir()))


def _referred(sop_class: str, uid: str) -> Dataset:
    row = Dataset()
    row.ReferencedSOPClassUID, row.ReferencedSOPInstanceUID = sop_class, uid
    return row


def test_a_target_that_is_down_gets_everything_when_it_is_back(
    service: Running, sink: Sink, images: list[Path]
) -> None:
    before = len(sink.got)
    sink.stop()
    assert sent(images[:3], service.port) == [0, 0, 0]
    until(lambda: len(service.lying("protected")) == 3 and service.count("forward_failures") > 0)
    assert "No association with SINK" in service.page("health")
    sink.start()
    until(lambda: len(sink.got) == before + 3)
    until(lambda: service.page("health") == "ok\n")


def test_a_slow_target_keeps_no_sender_waiting(service: Running, sink: Sink, images: list[Path]) -> None:
    before, gate = len(sink.got), threading.Event()
    sink.answer = lambda _: 0x0000 if gate.wait(60) else 0xA700
    try:
        assert sent(images[:4], service.port) == [0] * 4  # while the target holds the first one back
        until(lambda: len(service.lying("protected")) == 4)
        assert len(sink.got) == before
    finally:
        gate.set()
        sink.answer = lambda _: 0x0000
    until(lambda: len(sink.got) == before + 4)


def test_a_target_without_room_is_asked_again_and_one_that_refuses_is_not(
    service: Running, sink: Sink, images: list[Path]
) -> None:
    before, aside = len(sink.got), len(service.lying("quarantine"))
    answers = iter([0xA700, 0x0000, 0xA900])
    sink.answer = lambda _: next(answers)
    sent(images[:1], service.port)
    until(lambda: len(sink.got) == before + 1)
    sent(images[1:2], service.port)
    until(lambda: len(service.lying("quarantine")) == aside + 1)
    sink.answer = lambda _: 0x0000
    assert any("answered with status A900" in path.read_text() for path in (service.spool / "quarantine").glob("*.txt"))


def test_the_audit_has_a_line_for_all_that_was_done(service: Running, images: list[Path]) -> None:
    audit = service.folder / "audit.jsonl"
    found = verify(audit)
    assert found.first_bad is None
    text = audit.read_text()
    assert text.count('"action":"forward"') == service.count("forwarded")
    assert str(dcmread(images[0]).PatientName) not in text


def test_a_data_set_that_breaks_off_is_taken_and_set_aside(
    service: Running, images: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged.dcm").write_bytes(images[0].read_bytes()[:-1000])
    monkeypatch.setattr(_config, "STORE_SEND_CHUNKED_DATASET", True)  # as it lies there
    aside = len(service.lying("quarantine"))
    assert sent([tmp_path / "damaged.dcm"], service.port, whole=False) == [0]
    until(lambda: len(service.lying("quarantine")) == aside + 1)


def test_without_room_on_its_disk_the_service_takes_nothing(tmp_path: Path, sink: Sink, images: list[Path]) -> None:
    settings = to_archive(tmp_path, sink.port, action="embed")
    (tmp_path / "key").chmod(0o644)
    with serving(tmp_path, settings, least_free_mb=1 << 20) as running:
        assert sent(images[:2], running.port) == [0xA700, 0xA700]
        assert "disk of the spool is full" in running.page("health")
        assert not running.lying("received")
        assert running.end() == 0
    assert "Other users of this computer may read the key file" in running.log


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk, and not everywhere")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_when_the_disk_is_full_senders_keep_what_they_have_and_nothing_is_lost(
    small_disk: Path, tmp_path: Path, images: list[Path]
) -> None:
    with Sink() as target:
        target.stop()
        settings = to_archive(tmp_path, target.port, top="workers = 2")
        with serving(tmp_path, settings, spool=small_disk / "spool") as running:
            statuses = sent(images[:20], running.port)
            taken = [path for path, status in zip(images, statuses, strict=False) if status == 0]
            assert set(statuses) == {0x0000, 0xA700}
            target.start()
            until(lambda: len({each.SOPInstanceUID for each in target.got}) == len(taken), 60)
            again = [path for path in images[:20] if path not in taken]
            while again:
                statuses = sent(again, running.port)
                again = [path for path, status in zip(again, statuses, strict=True) if status != 0]
            until(lambda: len({each.SOPInstanceUID for each in target.got}) == 20, 60)
            assert not running.lying("quarantine")
