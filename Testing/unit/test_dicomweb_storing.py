"""Files that are sent: each is acknowledged by name, refused with a reason, or can be tried again; none is held."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from pydicom import dcmread
from pydicom.uid import UID, MediaStorageDirectoryStorage

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.dicomweb import DicomwebServer
from StegoMedLib.network.multipart import Body
from Testing.fake_dicomweb import FAILED, STORED, Asked, Reply, as_json, numbered, running, sequence, takes_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from Testing.conftest import ImageMaker


@pytest.fixture
def paths(make_image: ImageMaker) -> list[Path]:
    return numbered(make_image)


def test_files_are_sent_as_they_are_and_each_is_acknowledged(paths: list[Path]) -> None:
    with running(takes_all) as server, DicomwebServer(server.url) as client:
        receipts = client.store(paths)
    assert [each.path for each in receipts] == paths
    assert all(each.stored and not each.retry and not each.sentence for each in receipts)
    (asked,) = server.asked
    assert all(path.read_bytes() in asked.body for path in paths)
    assert (asked.method, asked.path) == ("POST", "/dicom-web/studies")


def test_each_refusal_has_its_reason_and_the_others_are_stored(paths: list[Path]) -> None:
    answer = sequence(STORED, [("1.2.1", "00081196", None), ("1.2.2", "00081196", 0xB000)])
    answer |= sequence(FAILED, [("1.2.3", "00081197", 0x0122), ("1.2.4", "00081197", 0xA700)])
    with running(lambda _: as_json(answer, 202)) as server, DicomwebServer(server.url) as client:
        first, second, third, fourth = client.store(paths)
    assert (first.stored, first.code) == (True, None)
    assert (second.stored, second.code) == (True, 0xB000)
    assert "warning 0xb000" in second.sentence
    assert (third.stored, third.code, third.retry) == (False, 0x0122, False)
    assert "SOP class" in third.sentence
    assert (fourth.stored, fourth.code, fourth.retry) == (False, 0xA700, True)


def test_what_follows_one_that_stops_the_server_is_sent_again(paths: list[Path]) -> None:
    def answer(asked: Asked) -> Reply:
        """As Orthanc's plugin 1.7 does: it names none from the first on that it does not take."""
        taken = list(itertools.takewhile(lambda uid: uid != "1.2.2", asked.instances))
        return as_json(sequence(STORED, [(uid, "00081196", None) for uid in taken]) | sequence(FAILED, []))

    with running(answer) as server, DicomwebServer(server.url) as client:
        receipts = client.store(paths)
    assert [each.path for each in receipts] == paths
    assert [each.stored for each in receipts] == [True, False, True, True]
    assert [len(asked.instances) for asked in server.asked] == [4, 1, 1, 1]


def test_reasons_are_heard_when_everything_is_refused(paths: list[Path]) -> None:
    answer = sequence(FAILED, [(f"1.2.{count}", "00081197", 0xC122) for count in range(1, 5)])
    with running(lambda _: as_json(answer, 409)) as server, DicomwebServer(server.url) as client:
        receipts = client.store(paths)
    assert {(each.stored, each.code, each.retry) for each in receipts} == {(False, 0xC122, False)}
    assert "transfer syntax" in receipts[0].sentence


def test_what_the_server_has_already_is_there(paths: list[Path]) -> None:
    answer = sequence(FAILED, [("1.2.1", "00081197", 0x0111)])
    with running(lambda _: as_json(answer, 409)) as server, DicomwebServer(server.url) as client:
        (receipt,) = client.store(paths[:1])
    assert receipt.stored
    assert "already" in receipt.sentence


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200),
        Reply(200, b"<html>stored, thank you</html>", "text/html"),
        as_json({}),
        as_json([]),
        as_json("stored"),
        as_json({STORED: {"Value": None}}),
        as_json({STORED: {"Value": ["1.2.1", {"00081155": "1.2.1"}, {"00081155": {"Value": [["1.2.1"]]}}]}}),
        as_json(sequence(STORED, [("1.2.9", "00081196", None)])),
        as_json(sequence(STORED, [("1.2.1", "00081196", None)]) | sequence(FAILED, [("1.2.1", "00081197", 0x0110)])),
        Reply(200, b"[" * 100_000),
        Reply(200, itertools.repeat(b" " * (1 << 20), 40)),
    ],
)
def test_an_instance_that_is_not_named_as_stored_is_not_taken_for_stored(paths: list[Path], reply: Reply) -> None:
    with running(lambda _: reply) as server, DicomwebServer(server.url) as client:
        (receipt,) = client.store(paths[:1])
    assert not receipt.stored
    assert receipt.sentence.endswith(".")


def test_one_file_that_the_server_chokes_on_stops_no_other(paths: list[Path]) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(400) if "1.2.2" in asked.instances else takes_all(asked)

    with running(answer) as server, DicomwebServer(server.url) as client:
        receipts = client.store(paths)
    assert [each.stored for each in receipts] == [True, False, True, True]
    assert "status 400" in receipts[1].sentence
    assert not receipts[1].retry


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (403, 1), (404, 1), (301, 1), (429, 2), (500, 2), (503, 2)])
def test_after_a_failure_of_the_server_nothing_more_is_tried(paths: list[Path], status: int, tries: int) -> None:
    with running(lambda _: Reply(status, headers={"Location": "/else"})) as server:
        with DicomwebServer(server.url) as client:
            receipts = client.store([*paths, paths[0]])  # two requests: no instance goes twice in one
        assert len(server.asked) == tries
    assert {(each.stored, each.retry) for each in receipts} == {(False, True)}
    assert len(receipts) == 5


def test_a_request_that_failed_in_passing_is_tried_once_more(paths: list[Path]) -> None:
    busy = iter([Reply(503)])
    with running(lambda asked: next(busy, None) or takes_all(asked)) as server:
        assert all(each.stored for each in DicomwebServer(server.url).store(paths))


def test_an_answer_that_unpacks_to_any_size_is_not_unpacked(paths: list[Path]) -> None:
    bomb = Reply(200, gzip.compress(bytes(1 << 28)), headers={"Content-Encoding": "gzip"})
    with running(lambda _: bomb) as server:
        tracemalloc.start()
        (receipt,) = DicomwebServer(server.url).store(paths[:1])
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
        tracemalloc.stop()
    assert not receipt.stored
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_a_server_that_is_not_there_can_be_tried_again(paths: list[Path]) -> None:
    with running(takes_all) as server:
        pass
    (receipt,) = DicomwebServer(server.url).store(paths[:1])
    assert (receipt.stored, receipt.retry) == (False, True)
    assert "cannot be reached" in receipt.sentence


def test_a_silent_server_is_not_waited_for_for_ever(paths: list[Path]) -> None:
    def silent() -> Iterator[bytes]:
        time.sleep(1.5)
        yield b"{}"

    with running(lambda _: Reply(200, silent())) as server, DicomwebServer(server.url, patience=0.3) as client:
        (receipt,) = client.store(paths[:1])
    assert (receipt.stored, receipt.retry) == (False, True)


def test_requests_are_bounded_and_files_are_not_held(tmp_path: Path, paths: list[Path]) -> None:
    big = dcmread(paths[0])
    big.Rows, big.Columns, big.PixelData = 3000, 3000, bytes(2 * 3000 * 3000)
    files = []
    for count in range(6):
        big.SOPInstanceUID = big.file_meta.MediaStorageSOPInstanceUID = UID(f"1.4.{count}")
        files.append(tmp_path / f"{count}.dcm")
        big.save_as(files[-1])
    uids = iter([f"1.4.{count}"] for count in range(6))

    def answer(_: Asked) -> Reply:
        return as_json(sequence(STORED, [(uid, "00081196", None) for uid in next(uids)]))

    with running(answer) as server, DicomwebServer(server.url) as client:
        receipts = client.store(files)
        assert [len(asked.body) > 18_000_000 for asked in server.asked] == [True] * 6
    assert all(each.stored for each in receipts)


def test_the_body_is_read_while_it_is_sent(tmp_path: Path) -> None:
    file = tmp_path / "big"
    file.write_bytes(bytes(1 << 25))
    body = Body([(file, 1 << 25)], "edge")
    tracemalloc.start()
    assert sum(map(len, body)) == len(body)
    assert tracemalloc.get_traced_memory()[1] < 1 << 22
    tracemalloc.stop()


def test_a_file_that_changes_while_it_is_sent_is_not_stored(paths: list[Path]) -> None:
    for wrong in (-1, 1):
        with pytest.raises(UnusableInputError, match="changed"):
            list(Body([(paths[0], paths[0].stat().st_size + wrong)], "edge"))


def test_what_is_no_dicom_file_is_named_and_the_others_go(tmp_path: Path, paths: list[Path]) -> None:
    (tmp_path / "note.txt").write_text("no image", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    index = dcmread(paths[2])
    index.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    index.save_as(tmp_path / "DICOMDIR")
    odd = [tmp_path / "note.txt", tmp_path / "folder", tmp_path / "missing", tmp_path / "DICOMDIR"]
    with running(takes_all) as server, DicomwebServer(server.url) as client:
        receipts = client.store([odd[0], paths[0], *odd[1:], paths[1]])
    assert [each.stored for each in receipts] == [False, True, False, False, False, True]
    assert all(each.sentence.endswith(".") and not each.retry for each in receipts if not each.stored)
