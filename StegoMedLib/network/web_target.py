"""A DICOMweb server as a target, and as the place where images of a study are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.network.dicomweb import DicomwebServer
from StegoMedLib.network.settings import WebServer
from StegoMedLib.network.targets import Sent, SentState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from StegoMedLib.network.results import Study
    from StegoMedLib.network.settings import Rule, Settings

__all__ = ["WebTarget", "fetcher"]


class WebTarget:
    """Stores instances on a server.

    Parameters
    ----------
    server : WebServer

    Raises
    ------
    UsageError, UnusableInputError
        As of `DicomwebServer`.
    """

    def __init__(self, server: WebServer) -> None:
        self._server = _opened(server)

    def send(self, path: Path) -> Sent:
        """Store one instance."""
        (receipt,) = self._server.store([path])
        if receipt.stored:
            return Sent(SentState.DONE)
        return Sent(SentState.LATER if receipt.retry else SentState.REFUSED, receipt.sentence)

    def close(self) -> None:
        """End the connections."""
        self._server.close()


def fetcher(rule: Rule, settings: Settings) -> Callable[[Study, Path], None] | None:
    """What puts the images that results refer to into an empty folder, for a rule that says where they are.

    It raises `ServerError` where they cannot be fetched.
    """
    place = settings.targets.get(rule.images)
    if not isinstance(place, WebServer):
        return None

    def fetch(study: Study, folder: Path) -> None:
        with _opened(place) as server:
            for number, series in enumerate(study.series or (None,), 1):
                server.retrieve(study.uid, series, into=folder / str(number))

    return fetch


def _opened(server: WebServer) -> DicomwebServer:
    tls = server.tls
    return DicomwebServer(
        server.url,
        credentials=server.credentials,
        ca=tls.authority,
        client_certificate=tls.certificate,
        client_key=tls.key,
        accept_http=server.accept_http,
    )
