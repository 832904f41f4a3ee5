"""A real Orthanc on free ports of loopback, with its storage in a folder of a test.

``with orthanc_in(folder) as server:`` runs one; settings of Orthanc's own configuration are given as a dictionary.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Orthanc", "free_port", "orthanc_in"]

_PLUGINS = Path("/usr/share/orthanc/plugins")
_PATIENCE = 20.0
"""Seconds in which a server has to answer, or to end."""


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(frozen=True)
class Orthanc:
    """A running server.

    Attributes
    ----------
    url : str
        Of its own interface, as "http://127.0.0.1:8042".
    http_port, dicom_port : int
    title : str
        Of its application entity.
    folder : Path
        Where its configuration, its storage and its log lie.
    process : subprocess.Popen
    login : str
        "USER:PASSWORD" of who asks; the first of its "RegisteredUsers".
    """

    url: str
    http_port: int
    dicom_port: int
    title: str
    folder: Path
    process: subprocess.Popen[bytes]
    login: str = ""

    @property
    def dicomweb(self) -> str:
        """The address of its DICOMweb server."""
        return f"{self.url}/dicom-web"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def ask(self, path: str, *, data: bytes | None = None, method: str = "GET", login: str | None = None) -> bytes:
        """What its own interface answers, as ``ask("instances/…/file")``, to us or to others."""
        request = urllib.request.Request(f"{self.url}/{path}", data=data, method=method)  # noqa: S310  loopback
        if who := self.login if login is None else login:
            request.add_header("Authorization", f"Basic {base64.b64encode(who.encode()).decode()}")
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            return bytes(answer.read())

    def get(self, path: str) -> Any:
        """The same, as JSON says it: ``get("instances")``."""
        return json.loads(self.ask(path))

    def put(self, path: Path) -> None:
        """Give it a DICOM file."""
        self.ask("instances", data=path.read_bytes(), method="POST")

    def files(self) -> list[bytes]:
        """All DICOM files that it holds."""
        return [self.ask(f"instances/{each}/file") for each in self.get("instances")]

    def clear(self) -> None:
        """Delete all that it holds, so that one server may serve many tests."""
        for patient in self.get("patients"):
            self.ask(f"patients/{patient}", method="DELETE")


@contextmanager
def orthanc_in(
    folder: Path, settings: Mapping[str, Any] | None = None, *, plugins: Sequence[str] = ("DicomWeb",)
) -> Iterator[Orthanc]:
    """Run a server; skips the test where Orthanc or a plugin is not installed.

    Parameters
    ----------
    folder : Path
        Made where it is missing; what an earlier server stored in it is there again.
    settings : mapping, optional
        Added to its configuration, or put in the place of what is chosen here, as ``{"DicomModalities": {...}}``.
    plugins : sequence of str
        Names as in "libOrthancDicomWeb.so": DicomWeb, Python.
    """
    program = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    libraries = [_PLUGINS / f"libOrthanc{each}.so" for each in plugins]
    if program is None:
        pytest.skip("Orthanc is not installed")
    if missing := [each.name for each in libraries if not each.exists()]:
        pytest.skip(f"Orthanc's plugin {missing[0]} is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    configuration = _configuration(folder, libraries) | dict(settings or {})
    (folder / "orthanc.json").write_text(json.dumps(configuration, indent=1), encoding="utf-8")
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([program, folder / "orthanc.json"], stdout=log, stderr=log, cwd=folder)
    try:
        scheme = "https" if configuration.get("SslEnabled") else "http"
        http, dicom = int(configuration["HttpPort"]), int(configuration["DicomPort"])
        login = next((":".join(user) for user in configuration.get("RegisteredUsers", {}).items()), "")
        server = Orthanc(f"{scheme}://127.0.0.1:{http}", http, dicom, configuration["DicomAet"], folder, process, login)
        _await(server)
        yield server
    finally:
        _stop(process)


def _configuration(folder: Path, libraries: Sequence[Path]) -> dict[str, Any]:
    """Takes what anybody on this computer sends, and speaks to nobody else."""
    return {
        "Name": "Test",
        "HttpPort": free_port(),
        "DicomPort": free_port(),
        "DicomAet": "ORTHANC",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(each) for each in libraries],
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowEcho": True,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowMove": True,
        "DicomAlwaysAllowGet": True,
        "ConcurrentJobs": 2,
        "HttpThreadsCount": 10,
    }


def _await(server: Orthanc) -> None:
    """Until it listens on both ports, which it does last of all."""
    ends = time.monotonic() + _PATIENCE
    for port in (server.http_port, server.dicom_port):
        while not _listens(port):
            if server.process.poll() is not None or time.monotonic() > ends:
                pytest.fail(f"Orthanc did not start:\n{server.log[-3000:]}")
            time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it, so that its index is whole when it starts again; one that was killed or stopped already stays so."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
