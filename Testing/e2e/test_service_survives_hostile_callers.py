"""Callers that send nonsense, lie about lengths, or are silent, end nothing but their own connection."""

from __future__ import annotations

import os
import socket
import struct
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from Testing.service import Running, Sink, sent, serving, to_archive, until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.data, pytest.mark.slow]

_RQ, _DATA = 1, 4
_IDLE = 3


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as made:
        yield made


@pytest.fixture(scope="module")
def service(sink: Sink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    listen = f"[listen]\nport = @PORT@\nidle-seconds = {_IDLE}\nlargest-mb = 1\nassociations = 4"
    settings = to_archive(folder, sink.port, listen=listen)
    with serving(folder, settings) as running:
        yield running


@pytest.fixture
def image(data_dir: Path) -> Path:
    return min((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))


def _goes_on(service: Running, sink: Sink, image: Path) -> None:
    before = len(sink.got)
    assert sent([image], service.port) == [0]
    until(lambda: len(sink.got) == before + 1)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">BBL", _RQ, 0, 200) + b"cut off",
        struct.pack(">BBL", _RQ, 0, 68) + b"\xff" * 68,
        struct.pack(">BBL", _DATA, 0, 100) + bytes(100),
        bytes(range(256)) * 40,
        b"",
    ],
    ids=["http", "cut off", "no request", "data first", "noise", "nothing"],
)
def test_nonsense_ends_its_own_connection(service: Running, sink: Sink, image: Path, nonsense: bytes) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as caller:
        caller.sendall(nonsense)
    _goes_on(service, sink, image)


def test_a_length_of_gigabytes_takes_no_memory(service: Running, sink: Sink, image: Path) -> None:
    with socket.create_connection(("127.0.0.1", service.port)) as caller:
        caller.sendall(struct.pack(">BBL", _RQ, 0, 0xFFFFFFFF))
        caller.settimeout(10)
        with pytest.raises(OSError):  # noqa: PT011 pipe or reset, as the system likes
            caller.sendall(bytes(1 << 28))
    assert "it sent more than" in service.log
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    assert int(status.split("VmHWM:")[1].split()[0]) < 400_000  # kB
    _goes_on(service, sink, image)


def test_a_data_set_larger_than_agreed_is_refused_and_leaves_nothing(
    service: Running, sink: Sink, image: Path, data_dir: Path
) -> None:
    large = data_dir / "odd" / "ct_enhanced_multiframe2.dcm"
    assert os.stat(large).st_size > 1 << 20  # noqa: PTH116
    assert sent([large], service.port) == [-1]
    until(lambda: not list((service.spool / "incoming").iterdir()), 5 * _IDLE)
    assert not service.lying("received")
    _goes_on(service, sink, image)


def test_a_hundred_silent_callers_keep_nobody_out(service: Running, sink: Sink, image: Path) -> None:
    with ExitStack() as held:
        for _ in range(100):
            held.enter_context(socket.create_connection(("127.0.0.1", service.port)))
        _goes_on(service, sink, image)
    time.sleep(_IDLE)
    until(lambda: len(os.listdir(f"/proc/{service.process.pid}/task")) < 40)  # noqa: PTH208 threads
