"""The page on the loopback address: whether the service is well, and what it counted."""

from __future__ import annotations

import threading
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from StegoMedLib.network.counters import Counters

    _Page = tuple[HTTPStatus, str, bytes]

__all__ = ["HealthPage"]

_LOOPBACK = "127.0.0.1"
_SECONDS = 10


class HealthPage:
    """Answers ``/metrics`` and ``/health`` on the loopback address.

    Parameters
    ----------
    port : int
        0 for any free one.
    counters : Counters
    ails : callable
        Gives sentences about what is not well; none when all is.

    Raises
    ------
    UnusableInputError
        The port is taken.
    """

    def __init__(self, port: int, counters: Counters, ails: Callable[[], list[str]]) -> None:
        pages = {"/metrics": lambda: _metrics(counters), "/health": lambda: _health(ails())}
        try:
            self._server = ThreadingHTTPServer((_LOOPBACK, port), partial(_Handler, pages))
        except OSError as error:
            raise UnusableInputError(
                f"The health page cannot listen on port {port} ({error.strerror}); set another health-port."
            ) from None
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    timeout = _SECONDS
    server_version = "StegoMed"
    sys_version = ""

    def __init__(self, pages: Mapping[str, Callable[[], _Page]], *arguments: Any) -> None:  # noqa: ANN401 passed on
        self._pages = pages
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Answer."""
        page = self._pages.get(self.path)
        status, kind, content = page() if page else (HTTPStatus.NOT_FOUND, "text/plain", b"/metrics or /health\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 its names there
        """Log nothing."""


def _metrics(counters: Counters) -> _Page:
    return HTTPStatus.OK, CONTENT_TYPE_LATEST, counters.text()


def _health(ails: list[str]) -> _Page:
    status = HTTPStatus.SERVICE_UNAVAILABLE if ails else HTTPStatus.OK
    return status, "text/plain; charset=utf-8", "".join(f"{line}\n" for line in ails or ["ok"]).encode()
