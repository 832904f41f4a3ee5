"""URLs of servers and studies: what is taken, what is refused, and that no message repeats what may be a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.network.addresses import Address
from StegoMedLib.network.credentials import Credentials

SECRET = "hunter2hunter2"  # noqa: S105  to be looked for


@pytest.mark.parametrize(
    ("url", "base", "study", "series"),
    [
        ("https://host/dicom-web", "https://host/dicom-web", None, None),
        ("https://host/dicom-web/", "https://host/dicom-web", None, None),
        ("HTTPS://Host:8443/A/b", "https://host:8443/A/b", None, None),
        ("http://[::1]:8042/w", "http://[::1]:8042/w", None, None),
        ("https://host", "https://host", None, None),
        ("https://host/dicom-web/studies/1.2.3", "https://host/dicom-web", "1.2.3", None),
        ("https://host/dicom-web/studies/1.2.3/series/1.2.4/", "https://host/dicom-web", "1.2.3", "1.2.4"),
        ("https://host/dicom-web/studies", "https://host/dicom-web", None, None),
    ],
)
def test_a_url_names_a_server_a_study_or_a_series(url: str, base: str, study: str | None, series: str | None) -> None:
    assert Address.of(url) == Address(base, study, series)


@pytest.mark.parametrize(
    "url",
    [
        f"https://anna:{SECRET}@host/dicom-web",
        f"https://{SECRET}@host/dicom-web",
        f"https://host/dicom-web?token={SECRET}",
        f"https://host/dicom-web#{SECRET}",
        f"https://host:{SECRET}/dicom-web",
        f"https://{SECRET} /x",
        f"https://host/studies/{SECRET}",
        f"https://host/studies/1.2/series/..%2f{SECRET}",
        f"https://host/studies/{'1' * 65}",
        f"ftp://{SECRET}/",
        "https://",
        "https://host:0/",
        "https://[::1/",
        "https://ho\u202est/",
    ],
)
def test_what_is_no_url_of_a_server_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Address.of(url)
    assert SECRET not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://host/w", True),
        ("http://10.0.0.1/w", True),
        ("http://127.0.0.1.evil.example/w", True),
        ("https://host/w", False),
        ("http://localhost:8042/w", False),
        ("http://127.9.9.9/w", False),
        ("http://[::1]/w", False),
    ],
)
def test_it_is_known_where_others_can_read_along(url: str, plain: bool) -> None:  # noqa: FBT001
    assert Address.of(url).is_plain is plain


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("bearer abc.DEF-1_2==", "Bearer abc.DEF-1_2=="),
        ("Basic anna:päss:word\r\n", "Basic YW5uYTpww6Rzczp3b3Jk"),
    ],
)
def test_a_file_of_credentials_says_who_we_are(tmp_path: Path, text: str, header: str) -> None:
    file = tmp_path / "credentials"
    file.write_text(text, encoding="utf-8", newline="")
    file.chmod(0o600)
    assert Credentials.read(file).header == header


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SECRET.encode(),
        f"bearer {SECRET} more".encode(),
        f"bearer {SECRET}\r\nX-Evil: 1".encode(),
        f"basic {SECRET}".encode(),
        f"basic anna:{SECRET}\nmore".encode(),
        f"digest anna:{SECRET}".encode(),
        f"bearer {SECRET}\xff".encode("latin-1"),
        b"bearer " + b"a" * 20000,
    ],
)
def test_other_files_are_refused_and_not_repeated(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "credentials"
    file.write_bytes(content)
    with pytest.raises(UnusableInputError) as refused:
        Credentials.read(file)
    assert SECRET not in str(refused.value)


def test_credentials_show_themselves_to_nobody() -> None:
    assert SECRET not in repr(Credentials(f"bearer {SECRET}"))


def test_others_who_may_read_the_file_are_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "credentials"
    file.write_text(f"bearer {SECRET}", encoding="utf-8")
    file.chmod(0o644)
    Credentials.read(file)
    assert "chmod 600" in caplog.text
    assert SECRET not in caplog.text


def test_a_secret_typed_in_the_place_of_its_file_is_not_repeated() -> None:
    with pytest.raises(UnusableInputError) as refused:
        Credentials.read(Path(SECRET))
    assert SECRET not in str(refused.value)
