"""Speaks HTTP with one server: credentials for it alone, bounded answers, no redirects, one sentence a failure.

This is `requests`, on which `dicomweb_client` stands, too: that one holds series whole, encodes files anew, and does
not hand on why a server refuses.
"""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3

from StegoMedLib import __version__
from StegoMedLib.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from StegoMedLib.network.addresses import Address
    from StegoMedLib.network.credentials import Credentials
    from StegoMedLib.network.multipart import Body
    from StegoMedLib.network.trust import Trust

__all__ = ["Answer", "Connection", "MisdirectedError"]

_PIECE = 1 << 18
_UNPACKED = "identity"
_SLOWEST = 1 << 24
"""Bytes that a server may take its patience for."""
_CONNECT = 20.0
"""Seconds until a server has to take a connection."""
_TRY_LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
        HTTPStatus.INSUFFICIENT_STORAGE,
    }
)
_NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
_HOW_TO_SAY = "name a file that holds them with --credentials, or with --target-credentials for DST"
_LIBRARY_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)


class MisdirectedError(ServerError):
    """Nothing of what is sent there will arrive before a person has put address, credentials or certificates right."""


class _Authorization(requests.auth.AuthBase):
    """Says who we are in the request itself."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._credentials.header
        return request


@dataclass(frozen=True)
class Answer:
    """What a server answers; its body is read by whoever wants it.

    Attributes
    ----------
    status : int
    content_type : str
    has_end : bool
        It is noticed when the connection breaks before the body is complete.
    """

    status: int
    content_type: str
    has_end: bool
    _response: Any
    _connection: Connection

    def pieces(self, most: int) -> Iterator[bytes]:
        """The body, piece by piece.

        Raises
        ------
        ServerError
            It holds more than `most` bytes, does not end well, comes too slowly, or is packed, though nobody asked for
            that: a small packed body may unpack to any size.
        """
        if self._response.headers.get("Content-Encoding", _UNPACKED).lower() != _UNPACKED:
            raise ServerError(f"The server {self._connection.name} packs its answers; let it send them as they are.")
        taken, ends = 0, time.monotonic() + self._connection.patience * (1 + most / _SLOWEST)
        stream = self._response.iter_content(_PIECE)
        while True:
            with self._connection.translated():
                piece = next(stream, None)
            if piece is None:
                return
            taken += len(piece)
            if taken > most:
                raise ServerError(f"The server {self._connection.name} answers with more than {most >> 20} MiB.")
            if time.monotonic() > ends:
                raise ServerError(
                    f"The server {self._connection.name} answers too slowly; try again later.", passing=True
                )
            yield bytes(piece)

    def content(self, most: int) -> bytes:
        """The whole body; raises as `pieces` does."""
        return b"".join(self.pieces(most))

    def refusal(self) -> ServerError:
        """The error that says what its status means, where that is no success."""
        return self._connection.refusal(self.status)


class Connection:
    """Connections to one server, kept between requests.

    Parameters
    ----------
    address : Address
    credentials : Credentials or None
    trust : Trust
    patience : float
        Seconds that the server may be silent.

    Attributes
    ----------
    name : str
        What sentences call the server: scheme, host and port.
    """

    def __init__(self, address: Address, credentials: Credentials | None, trust: Trust, patience: float) -> None:
        self.patience = patience
        self._base, self._known = address.base, credentials is not None
        parts = urlsplit(address.base)
        self.name = f"{parts.scheme}://{parts.netloc}"
        session = requests.Session()
        session.trust_env = False  # no password of ~/.netrc goes along
        session.proxies = requests.utils.get_environ_proxies(address.base)
        session.auth = None if credentials is None else _Authorization(credentials)
        session.verify, session.cert = trust.verify, trust.cert
        session.headers.update({"User-Agent": f"StegoMed/{__version__}", "Accept-Encoding": _UNPACKED})
        self._session = session

    def close(self) -> None:
        """End all connections."""
        self._session.close()

    @contextmanager
    def asking(
        self,
        method: str,
        path: str,
        *,
        accept: str,
        body: Body | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Iterator[Answer]:
        """Send a request, and give the answer, whatever its status.

        Parameters
        ----------
        method : str
        path : str
            Below the address, as "/studies".
        accept : str
        body : Body, optional
        params : mapping, optional
            What stands behind the question mark.

        Raises
        ------
        ServerError
            The server cannot be reached, or sends elsewhere.
        """
        headers = {"Accept": accept} | ({} if body is None else {"Content-Type": body.content_type})
        with self.translated():
            response = self._session.request(
                method,
                self._base + path,
                params=params,
                data=body,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(min(_CONNECT, self.patience), self.patience),
            )
        with response:
            if response.is_redirect:
                raise self._sent_elsewhere(str(response.headers.get("Location", "")))
            content_type = str(response.headers.get("Content-Type", ""))
            has_end = bool({"Content-Length", "Transfer-Encoding"} & set(map(str.title, response.headers)))
            yield Answer(int(response.status_code), content_type, has_end, response, self)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what a failing connection raises into one sentence.

        Raises
        ------
        ServerError
            Always one that is passing, but for certificates.
        """
        try:
            yield
        except _LIBRARY_ERRORS as error:
            raise self._failure(error) from None

    def _failure(self, error: Exception) -> ServerError:
        certificate = _within(error, ssl.SSLCertVerificationError)
        if certificate is not None:
            why = getattr(certificate, "verify_message", None) or "it cannot be verified"
            return MisdirectedError(
                f"The certificate of {self.name} is not trusted ({why}); name the certificate of its authority with "
                "--ca, and check the address."
            )
        if _within(error, ssl.SSLError) is not None:
            return ServerError(
                f"No encrypted connection to {self.name} can be made; check the address, and whether the server asks "
                "for a --client-certificate.",
                passing=True,
            )
        if isinstance(error, requests.Timeout):
            return ServerError(f"The server {self.name} does not answer in time; try again later.", passing=True)
        system = _within(error, OSError)
        cause = getattr(system, "strerror", None) or "the connection broke"
        return ServerError(
            f"The server {self.name} cannot be reached ({cause}); check the address, and whether it is running.",
            passing=True,
        )

    def _sent_elsewhere(self, location: str) -> ServerError:
        """Credentials and images go nowhere but where they were to go."""
        try:
            parts = urlsplit(location)
            named = f" to {parts.scheme}://{parts.netloc}" if parts.netloc and "@" not in parts.netloc else ""
        except ValueError:
            named = ""
        return MisdirectedError(
            f"The server {self.name} sends elsewhere{named[:100]}, which is not followed; give the final address."
        )

    def refusal(self, status: int) -> ServerError:
        """What a status means that is no success."""
        if status in _NOT_ALLOWED:
            remedy = "check them" if self._known else _HOW_TO_SAY
            what = "refuses the credentials" if self._known else "asks for credentials"
            return MisdirectedError(f"The server {self.name} {what} (status {status}); {remedy}.")
        if status == HTTPStatus.NOT_FOUND:
            return MisdirectedError(
                f"The server {self.name} has nothing there (status 404); check the UIDs, and that the address is the "
                "one of its DICOMweb service."
            )
        later = status in _TRY_LATER
        remedy = "try again later" if later else "its log tells why"
        return ServerError(
            f"The server {self.name} does not do what it was asked to (status {status}); {remedy}.", passing=later
        )


def _within(error: BaseException, kind: type[BaseException]) -> BaseException | None:
    """The innermost cause of a kind, in what libraries have wrapped around each other."""
    found, todo, seen = None, [error], set[int]()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, kind) and not isinstance(each, requests.RequestException):
            found = each
        inner = [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
        todo += [one for one in inner if isinstance(one, BaseException)]
    return found
