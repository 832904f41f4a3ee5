"""Credentials and certificates: who may see them, whom they go to, and whom we trust."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import ServerError, UnusableInputError, UsageError
from StegoMedLib.network.dicomweb import DicomwebServer
from Testing.certificates import Authority, key_pem, rsa_key
from Testing.fake_dicomweb import Reply, numbered, running, takes_all

if TYPE_CHECKING:
    from pathlib import Path

    from Testing.conftest import ImageMaker

SECRET = "hunter2hunter2"  # noqa: S105  to be looked for


@pytest.fixture
def paths(make_image: ImageMaker) -> list[Path]:
    return numbered(make_image)


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    file = tmp_path / "credentials"
    file.write_text(f"bearer {SECRET}", encoding="utf-8")
    file.chmod(0o600)
    return file


def test_credentials_go_into_the_header_and_nowhere_else(
    paths: list[Path], credentials: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with running(takes_all) as server, DicomwebServer(server.url, credentials=credentials) as client:
        client.store(paths[:1])
    (asked,) = server.asked
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in caplog.text + asked.path + asked.query


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(paths: list[Path], credentials: Path, status: int) -> None:
    with running(takes_all) as thief:
        elsewhere = {"Location": f"{thief.url}/studies?token={SECRET}"}
        with running(lambda _: Reply(status, headers=elsewhere)) as server:
            client = DicomwebServer(server.url, credentials=credentials)
            (receipt,) = client.store(paths[:1])
            with pytest.raises(ServerError) as refused:
                client.studies()
        assert not thief.asked
    assert not receipt.stored
    for sentence in (receipt.sentence, str(refused.value)):
        assert "sends elsewhere" in sentence
        assert thief.url.removesuffix("/dicom-web") in sentence
        assert SECRET not in sentence


def test_passwords_that_the_user_keeps_for_other_programs_stay_at_home(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login anna password {SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with running(takes_all) as server, DicomwebServer(server.url) as client:
        client.store(paths[:1])
    assert "Authorization" not in server.asked[0].headers


def test_credentials_travel_unencrypted_only_where_that_is_wanted(credentials: Path) -> None:
    with pytest.raises(UsageError, match="--accept-http") as refused:
        DicomwebServer("http://archive.example/dicom-web", credentials=credentials)
    assert SECRET not in str(refused.value)
    DicomwebServer("http://archive.example/dicom-web", credentials=credentials, accept_http=True)
    DicomwebServer("http://127.0.0.1:1/dicom-web", credentials=credentials)
    DicomwebServer("http://archive.example/dicom-web")


@pytest.mark.parametrize(("known", "said"), [(True, "refuses the credentials"), (False, "--credentials")])
def test_who_is_not_let_in_is_told(credentials: Path, known: bool, said: str) -> None:  # noqa: FBT001
    with running(lambda _: Reply(401)) as server:
        client = DicomwebServer(server.url, credentials=credentials if known else None)
        with pytest.raises(ServerError, match=said):
            client.check_reachable()


def _tls(certificate: Path, clients: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context


def test_a_certificate_of_an_authority_that_is_named_is_trusted(tmp_path: Path, paths: list[Path]) -> None:
    authority, other = Authority(tmp_path / "ca"), Authority(tmp_path / "other", 2)
    with running(takes_all, _tls(authority.signs("server"))) as server:
        assert DicomwebServer(server.url, ca=authority.file).store(paths[:1])[0].stored
        for trusted in (None, other.file):
            (receipt,) = DicomwebServer(server.url, ca=trusted).store(paths[:1])
            assert (receipt.stored, receipt.retry) == (False, True)
            assert "is not trusted" in receipt.sentence
            assert receipt.sentence.count(". ") == 0
        assert len(server.asked) == 1


def test_a_certificate_of_another_computer_is_not_trusted(tmp_path: Path, paths: list[Path]) -> None:
    authority = Authority(tmp_path / "ca")
    with running(takes_all, _tls(authority.signs("server", address="10.0.0.1"))) as server:
        (receipt,) = DicomwebServer(server.url, ca=authority.file).store(paths[:1])
    assert not receipt.stored
    assert "is not trusted" in receipt.sentence
    assert not server.asked


def test_a_server_may_ask_for_a_certificate_of_ours(tmp_path: Path, paths: list[Path]) -> None:
    authority = Authority(tmp_path / "ca")
    own = authority.signs("client", 3)
    with running(takes_all, _tls(authority.signs("server"), authority.file)) as server:
        (refused,) = DicomwebServer(server.url, ca=authority.file).store(paths[:1])
        assert (refused.stored, refused.retry) == (False, True)
        client = DicomwebServer(server.url, ca=authority.file, client_certificate=own)
        assert client.store(paths[:1])[0].stored


def test_files_that_hold_no_certificates_are_refused_at_once(tmp_path: Path) -> None:
    note, locked = tmp_path / "note", tmp_path / "locked.pem"
    note.write_text("nothing", encoding="utf-8")
    own = Authority(tmp_path / "ca").signs("client")
    locked.write_bytes(key_pem(rsa_key(1), b"password"))
    for options in (
        {"ca": note},
        {"ca": tmp_path / "missing"},
        {"client_certificate": note},
        {"client_certificate": own, "client_key": locked},
        {"client_certificate": own, "client_key": tmp_path / "missing"},
        {"client_key": own},
    ):
        with pytest.raises(UnusableInputError) as refused:
            DicomwebServer("https://host/dicom-web", **options)  # type: ignore[arg-type]
        assert str(refused.value).endswith(".")
