"""Studies that are fetched: as they are stored and complete, or not at all, whatever a server answers."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import ServerError, StegoMedError, UsageError
from StegoMedLib.network.dicomweb import DicomwebServer
from Testing.fake_dicomweb import Asked, Reply, as_json, numbered, part, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from Testing.conftest import ImageMaker


@pytest.fixture
def paths(make_image: ImageMaker) -> list[Path]:
    return numbered(make_image)


def _archive(
    paths: list[Path],
    *,
    series: Callable[[Asked], Reply] | None = None,
    instance: Callable[[str], Reply | None] = lambda _: None,
) -> Callable[[Asked], Reply]:
    """Answers as a server that holds these files and ignores pages; a test changes one of the answers."""
    files = {f"1.2.{count}": path.read_bytes() for count, path in enumerate(paths, start=1)}

    def answer(asked: Asked) -> Reply:
        end = asked.path.rpartition("/")[2]
        if end == "series" and series is not None:
            return series(asked)
        if end == "series":
            return as_json([{"0020000E": {"Value": ["1.3"]}, "00201209": {"Value": [len(files)]}}])
        if end == "instances":
            return as_json([{"00080018": {"Value": [uid]}} for uid in files])
        return instance(end) or part(files[end])

    return answer


def test_a_study_is_fetched_as_it_is_stored(tmp_path: Path, paths: list[Path]) -> None:
    with running(_archive(paths)) as server, DicomwebServer(server.url) as client:
        found = client.retrieve("1.2", into=tmp_path / "out")
    written = sorted((tmp_path / "out").iterdir())
    assert [each.name for each in written] == [f"{count:06}.dcm" for count in range(1, 5)]
    assert [each.read_bytes() for each in written] == [each.read_bytes() for each in paths]
    assert found.files == 4
    assert all("transfer-syntax=*" in each.headers["Accept"] for each in server.asked[-4:])


def test_a_server_that_ignores_pages_is_asked_once_more_only(tmp_path: Path, paths: list[Path]) -> None:
    with running(_archive(paths)) as server, DicomwebServer(server.url) as client:
        client.retrieve("1.2", into=tmp_path / "out")
    assert sum(each.path.endswith("/instances") for each in server.asked) == 2


def _endless(_: Asked) -> Reply:
    return Reply(200, itertools.repeat(b"[" + b" " * (1 << 20)), "application/dicom+json")


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (_endless, "more than 32 MiB"),
        (lambda _: Reply(200, b"<html>"), "not DICOM JSON"),
        (lambda _: Reply(200, b"{}"), "not DICOM JSON"),
        (lambda _: Reply(200, b"[" * 100_000), "not DICOM JSON"),
        (lambda _: as_json([1]), "not DICOM JSON"),
        (lambda _: as_json([{}]), "no UID"),
        (lambda _: as_json([{"0020000E": {"Value": ["../../etc"]}}]), "no UID"),
        (lambda _: as_json([{"0020000E": {"Value": [{"1": 2}]}}]), "no UID"),
        (lambda _: as_json([{"0020000E": {"Value": ["1.9"]}, "00201209": {"Value": [7]}}]), "counts 7 instances"),
        (lambda _: as_json([]), "has no instances"),
        (lambda _: Reply(204), "has no instances"),
        (lambda _: Reply(404), "status 404"),
        (lambda _: Reply(500), "status 500"),
    ],
)
def test_odd_answers_to_questions_write_nothing(
    tmp_path: Path, paths: list[Path], series: Callable[[Asked], Reply], said: str
) -> None:
    with running(_archive(paths, series=series)) as server, pytest.raises(ServerError, match=said) as refused:
        DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out")
    assert str(refused.value).endswith(".")
    assert not (tmp_path / "out").exists()


def test_pages_are_put_together(paths: list[Path]) -> None:
    rows = [{"0020000E": {"Value": [f"1.3.{count}"]}} for count in range(2500)]

    def page(asked: Asked) -> Reply:
        first = int(asked.query.partition("offset=")[2].partition("&")[0])
        return as_json(rows[first : first + 700]) if first < len(rows) else Reply(204)

    with running(_archive(paths, series=page)) as server:
        assert len(DicomwebServer(server.url).series_of("1.2")) == 2500
    assert len(server.asked) == 5


def test_a_server_that_never_comes_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("StegoMedLib.network.queries._MOST", 50)
    count = itertools.count()
    more = lambda _: as_json([{"0020000D": {"Value": [f"1.{next(count)}"]}} for _ in range(10)])  # noqa: E731
    with running(more) as server, pytest.raises(ServerError, match="more than 50"):
        DicomwebServer(server.url).studies()


def _bytes(paths: list[Path], count: int) -> bytes:
    return paths[count].read_bytes()


_OTHER, _NO_FILE = "another object", "not one DICOM file"
_KIND = part(b"").content_type


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda paths: part(_bytes(paths, 1)), _OTHER),  # of 1.2.2
        (lambda paths: part(_bytes(paths, 2), end=b"\r\n"), _NO_FILE),
        (lambda paths: part(_bytes(paths, 2) + b"\r\n--edge\r\n\r\n" + _bytes(paths, 2)), _NO_FILE),
        (lambda paths: Reply(200, [b"--edge\r\n\r\n" + _bytes(paths, 2)[:-400]], _KIND), _NO_FILE),
        (lambda paths: Reply(200, _bytes(paths, 2), "multipart/related"), _NO_FILE),
        (lambda paths: Reply(200, [_bytes(paths, 2)[:-400]], "application/dicom"), _NO_FILE),
        (lambda _: Reply(200, b"<html>please log in</html>", "text/html"), _NO_FILE),
        (lambda _: Reply(200, b"", _KIND), _NO_FILE),
        (lambda _: part(b""), _OTHER),
        (lambda _: part(b"no file at all"), _OTHER),
        (lambda _: Reply(404), "status 404"),
        (lambda _: Reply(301, headers={"Location": "https://else/"}), "sends elsewhere to https://else,"),
        (lambda paths: Reply(206, _bytes(paths, 2), "application/dicom"), "status 206"),
    ],
)
def test_a_file_that_is_not_the_one_that_was_asked_for_ends_it(
    tmp_path: Path,
    paths: list[Path],
    reply: Callable[[list[Path]], Reply],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("StegoMedLib.network.retrieving._PAUSES", (0.0,))
    answer = _archive(paths, instance=lambda uid: reply(paths) if uid == "1.2.3" else None)
    with running(answer) as server, pytest.raises(ServerError, match=said) as refused:
        DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out")
    assert str(refused.value).endswith(".")
    assert not (tmp_path / "out").exists()


def test_a_file_that_comes_without_a_wrapping_is_taken(tmp_path: Path, paths: list[Path]) -> None:
    answer = _archive(paths, instance=lambda uid: Reply(200, _bytes(paths, int(uid[-1]) - 1), "application/dicom"))
    with running(answer) as server:
        assert DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out").files == 4


def test_an_instance_is_asked_for_again_when_the_connection_broke(
    tmp_path: Path, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("StegoMedLib.network.retrieving._PAUSES", (0.0, 0.0))
    broken = iter([Reply(503), Reply(200, [b"--edge\r\n"], _KIND)])
    answer = _archive(paths, instance=lambda uid: next(broken, None) if uid == "1.2.2" else None)
    with running(answer) as server:
        assert DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out").files == 4
    assert next(broken, None) is None
    assert (tmp_path / "out" / "000002.dcm").read_bytes() == _bytes(paths, 1)


def test_an_instance_without_an_end_is_bounded(
    tmp_path: Path, paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("StegoMedLib.network.retrieving._LARGEST", 1 << 22)
    endless = Reply(200, itertools.chain([b"--edge\r\n\r\n"], itertools.repeat(bytes(1 << 20))), _KIND)
    answer = _archive(paths, instance=lambda uid: endless if uid == "1.2.1" else None)
    with running(answer) as server, pytest.raises(ServerError, match="more than 4 MiB"):
        DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_cancel_leaves_nothing(tmp_path: Path, paths: list[Path]) -> None:
    def stop(done: int, _total: int, _name: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with running(_archive(paths)) as server, pytest.raises(KeyboardInterrupt):
        DicomwebServer(server.url).retrieve("1.2", into=tmp_path / "out", progress=stop)
    assert not [each for each in tmp_path.iterdir() if "out" in each.name]


@pytest.mark.parametrize("uid", ["", "..", "1.2/../3", "1.2?x", "a", "1" * 65])
def test_what_is_no_uid_is_refused_before_anything_is_asked(tmp_path: Path, uid: str) -> None:
    client = DicomwebServer("http://127.0.0.1:1/dicom-web")
    for call in (lambda: client.retrieve(uid, into=tmp_path / "out"), lambda: client.series_of(uid)):
        with pytest.raises(UsageError):
            call()


def test_the_packages_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    monkeypatch.delitem(sys.modules, "StegoMedLib.network.connection", raising=False)
    with pytest.raises(StegoMedError, match=r"pip install 'stegomed\[network\]'"):
        DicomwebServer("https://host/dicom-web")
