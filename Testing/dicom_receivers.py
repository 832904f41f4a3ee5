"""Servers on loopback that take what a panel sends, DCMTK's storescp and a small DICOMweb server; and the settings."""

from __future__ import annotations

import base64
import email
import email.message
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

__all__ = ["StoreScp", "StowServer", "browser_server", "free_port", "name_browser_servers", "uids_in"]


def free_port() -> int:
    """A port of loopback at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


class StoreScp:
    """`with StoreScp(folder, port, options):` storescp, which writes what it is sent into a folder."""

    def __init__(self, folder: Path, port: int, *options: str) -> None:
        self.folder, self.port, self._options = folder, port, options
        folder.mkdir(exist_ok=True)

    @property
    def files(self) -> list[Path]:
        """What came."""
        return sorted(self.folder.iterdir())

    @property
    def said(self) -> str:
        """What it wrote to its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        program = shutil.which("storescp")
        assert program is not None
        self._log = self.folder.with_suffix(".log")
        with self._log.open("wb") as log:
            arguments = [program, "-v", "--fork", "-od", str(self.folder), *self._options, str(self.port)]
            self._process = subprocess.Popen(arguments, stdout=log, stderr=log, start_new_session=True)
        for _ in range(200):
            with socket.socket() as caller:
                if caller.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError(self.said)

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)  # and what it forked, which holds the port
        self._process.wait()


@dataclass
class StowServer:
    """`with StowServer():` a server that stores instances (STOW-RS), and answers as it is told to.

    Attributes
    ----------
    instances
        Part 10 files that came.
    status
        HTTP status of the answers.
    failing
        SOPInstanceUIDs that it says it failed to store.
    login
        User name and password that it wants, with a colon between.
    seconds
        How long it thinks.
    """

    instances: list[bytes] = field(default_factory=list)
    status: int = 200
    failing: set[str] = field(default_factory=set)
    login: str = ""
    seconds: float = 0.0

    def __enter__(self) -> Self:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                status, answer = server.take(dict(self.headers.items()), self._body())
                self.send_response(status)
                self.send_header("Content-Type", "application/dicom+json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def _body(self) -> bytes:
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    return self.rfile.read(int(self.headers["Content-Length"]))
                chunks = []
                while size := int(self.rfile.readline(), 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/dicom-web"

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Take one request; status and answer."""
        from pydicom import dcmread  # noqa: PLC0415 of tests alone, not of all that starts the host

        time.sleep(self.seconds)
        wanted = "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.login and headers.get("Authorization") != wanted:
            return 401, b""
        if self.status != 200:
            return self.status, b""
        head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
        refused = []
        for part in email.message_from_bytes(head + body).get_payload():
            assert isinstance(part, email.message.Message)
            instance = part.get_payload(decode=True)
            assert isinstance(instance, bytes)
            uid = str(dcmread(BytesIO(instance)).SOPInstanceUID)
            if uid in self.failing:
                refused.append({"00081155": {"vr": "UI", "Value": [uid]}, "00081197": {"vr": "US", "Value": [0xA700]}})
            else:
                self.instances.append(instance)
        return 200, json.dumps({"00081198": {"vr": "SQ", "Value": refused}} if refused else {}).encode()


def browser_server(name: str, port: object, **more: object) -> dict[str, object]:
    """A server as the DICOM browser keeps it."""
    return {
        "Name": name,
        "Verification": "unknown",
        "QueryRetrieveCheckState": 0,
        "StorageCheckState": 2,
        "TrustedCheckState": 0,
        "Calling AETitle": "SLICER",
        "Called AETitle": "ARCHIVE",
        "Address": "127.0.0.1",
        "Port": str(port),
        "Retrieve Protocol": "CGET",
        "Timeout": 30,
        "Retrieve Proxy": "",
        **more,
    }


def name_browser_servers(settings: Any, *servers: dict[str, object]) -> None:
    """Put servers where the DICOM browser keeps them."""
    import qt  # noqa: PLC0415 is there once the host runs

    settings.setValue("DICOM/ServerNodeCount", len(servers))
    for row, server in enumerate(servers):
        settings.setValue(f"DICOM/ServerNodes/{row}", qt.QByteArray(json.dumps(server, indent=4).encode()))


def uids_in(files: list[Path]) -> set[str]:
    """SOPInstanceUIDs of files."""
    from pydicom import dcmread  # noqa: PLC0415 of tests alone, not of all that starts the host

    return {str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in files}
