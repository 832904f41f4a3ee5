"""The service over TLS: a certificate authority of the test vouches for service, sender and target."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from Testing.certificates import Authority
from Testing.service import Running, Sink, sent, serving, to_archive, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def sink(authority: Authority) -> Iterator[Sink]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority.signs("archive"))
    server.load_verify_locations(authority.file)
    server.verify_mode = ssl.CERT_REQUIRED
    with Sink(secure=server) as made:
        yield made


@pytest.fixture(scope="module")
def service(sink: Sink, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    own = authority.signs("service")
    tls = f'certificate = "{own}"\nkey = "{own}"\nauthority = "{authority.file}"'
    settings = to_archive(
        folder,
        sink.port,
        listen=f"[listen]\nport = @PORT@\n[listen.tls]\n{tls}\nclient-certificate = true",
        tls=f"[targets.archive.tls]\n{tls}",
    )
    with serving(folder, settings) as running:
        yield running


@pytest.fixture
def image(data_dir: Path) -> Path:
    return min((data_dir / "curated" / "ct_abdomen_chaos3").glob("*.dcm"))


def _calling(authority: Authority, own: Path | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(authority.file))
    if own is not None:
        made.load_cert_chain(own)
    return made


def test_with_a_certificate_of_the_authority_an_image_goes_all_the_way(
    service: Running, sink: Sink, authority: Authority, image: Path
) -> None:
    secure = _calling(authority, authority.signs("scanner"))
    assert sent([image], service.port, tls_args=(secure, "127.0.0.1")) == [0]
    until(lambda: len(sink.got) == 1)


def test_without_a_certificate_or_with_one_of_another_authority_nobody_gets_in(
    service: Running, authority: Authority, image: Path, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path, number=2).signs("stranger", number=3)
    for own in (None, stranger):
        assert sent([image], service.port, tls_args=(_calling(authority, own), "127.0.0.1")) == [-1]
    assert sent([image], service.port) == [-1]


def test_a_caller_that_never_greets_keeps_nobody_out(
    service: Running, sink: Sink, authority: Authority, image: Path
) -> None:
    before = len(sink.got)
    with socket.create_connection(("127.0.0.1", service.port)):
        secure = _calling(authority, authority.signs("scanner"))
        assert sent([image], service.port, tls_args=(secure, "127.0.0.1")) == [0]
    until(lambda: len(sink.got) == before + 1)


def test_a_target_that_another_authority_vouches_for_gets_nothing(
    authority: Authority, image: Path, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", number=4)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(other.signs("archive", number=5))
    with Sink(secure=server) as impostor:
        tls = f'[targets.archive.tls]\nauthority = "{authority.file}"'
        settings = to_archive(tmp_path, impostor.port, tls=tls)
        with serving(tmp_path, settings) as running:
            assert sent([image], running.port) == [0]
            until(lambda: running.count("forward_failures") > 0)
            assert not impostor.got
            assert len(running.lying("protected")) == 1
