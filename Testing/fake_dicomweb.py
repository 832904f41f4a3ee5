"""A DICOMweb server in this process, on a free port of loopback, that answers whatever a test wants it to."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydicom import dcmread
from pydicom.uid import UID

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pydicom import FileDataset

    from Testing.conftest import ImageMaker

__all__ = [
    "FAILED",
    "STORED",
    "Asked",
    "Reply",
    "Server",
    "as_json",
    "numbered",
    "part",
    "running",
    "sequence",
    "takes_all",
]

STORED, FAILED = "00081199", "00081198"  # ReferencedSOPSequence, FailedSOPSequence


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def instances(self) -> list[str]:
        """SOP Instance UIDs of the files in the body of a store request, read as a server would."""
        boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
        parts = self.body.split(b"--" + boundary)[1:-1]
        return [str(dcmread(BytesIO(each.partition(b"\r\n\r\n")[2][:-2])).SOPInstanceUID) for each in parts]


@dataclass(frozen=True)
class Reply:
    """An answer; its body may be given in pieces without an end, and then the connection is its end."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    content_type: str = "application/dicom+json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """A running server, and what it was asked so far."""

    url: str
    asked: list[Asked]


def as_json(value: Any, status: int = 200) -> Reply:
    """An answer in JSON."""
    return Reply(status, json.dumps(value).encode())


def part(content: bytes, boundary: str = "edge", end: bytes = b"--\r\n") -> Reply:
    """A file as the only part of an answer."""
    body = b"--%b\r\nContent-Type: application/dicom\r\n\r\n%b\r\n--%b" % (
        boundary.encode(),
        content,
        boundary.encode(),
    )
    return Reply(200, body + end, f'multipart/related; type="application/dicom"; boundary="{boundary}"')


def sequence(tag: str, items: Iterable[tuple[str, str, int | None]]) -> dict[str, Any]:
    """A sequence of an answer to a store request: instances, each with the tag of a code, and that."""
    values = [
        {"00081155": {"vr": "UI", "Value": [uid]}} | ({} if code is None else {of: {"vr": "US", "Value": [code]}})
        for uid, of, code in items
    ]
    return {tag: {"vr": "SQ", "Value": values}}


def takes_all(asked: Asked) -> Reply:
    """The answer of a server that stores whatever comes, and finds nothing."""
    if asked.method == "GET":
        return Reply(204)
    return as_json(sequence(STORED, [(uid, "00081196", None) for uid in asked.instances]))


def numbered(make_image: ImageMaker) -> list[Path]:
    """Four images 1.2.1 to 1.2.4 of the study 1.2 and the series 1.3."""

    def make(count: int) -> Path:
        def edit(dataset: FileDataset) -> None:
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.{count}")
            dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2", "1.3"

        return make_image(edit)

    return [make(count) for count in range(1, 5)]


@contextmanager
def running(answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a server that gives `answer` to every request."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            url = urlsplit(self.path)
            request = Asked(self.command, url.path, url.query, dict(self.headers.items()), self.rfile.read(length))
            asked.append(request)
            reply = answer(request)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if isinstance(reply.body, bytes):
                self.send_header("Content-Length", str(len(reply.body)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            for piece in [reply.body] if isinstance(reply.body, bytes) else reply.body:
                self.wfile.write(piece)

        do_GET = do_POST = _answer  # noqa: N815  as the library calls them

        def log_message(self, *_: Any) -> None:
            """Nothing: tests look at what was asked."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Clients that leave are what some tests are about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        yield Server(f"{scheme}://127.0.0.1:{server.server_port}/dicom-web", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
