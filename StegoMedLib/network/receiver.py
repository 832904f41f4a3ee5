"""Takes instances from others (Storage SCP, PS3.4 annex B); what is acknowledged lies in the spool, on the disk."""

from __future__ import annotations

import logging
import ssl
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)
from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.sop_class import StorageCommitmentPushModel, Verification  # type: ignore[attr-defined]
from pynetdicom.transport import ThreadedAssociationServer

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.promptness import without_delay
from StegoMedLib.network.tls import listening

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from pynetdicom.association import Association
    from pynetdicom.events import Event

    from StegoMedLib.network.counters import Counters
    from StegoMedLib.network.ledger import Ledger
    from StegoMedLib.network.settings import Settings
    from StegoMedLib.network.spool import Spool

__all__ = ["Receiver"]

_SUCCESS, _OUT_OF_RESOURCES = 0x0000, 0xA700
_SYNTAXES = [
    *(ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian),
    *(JPEGLosslessSV1, JPEGLossless, JPEGLSLossless, JPEG2000Lossless, JPEG2000, RLELossless),
]
_PDU = 1 << 17
"""Bytes of a PDU that others may send: larger ones than the usual 16 kB take less time."""
_LARGEST_PDU = 1 << 21
"""Bytes of a PDU that is read: what says that it is longer is no PDU of somebody who keeps to what was agreed."""
_HANDSHAKE = 15
_BEYOND = 8
"""Connections beyond the most associations, so that these can be refused in words that callers know."""


class Receiver:
    """Listens, and takes what is sent.

    Parameters
    ----------
    settings : Settings
    spool : Spool
    ledger : Ledger
    counters : Counters
    received : callable
        Given each file that lies in the spool from now on.
    commit : callable
        Answers a request of storage commitment.
    tell : callable
        Given a sentence about callers that are turned away.

    Raises
    ------
    UnusableInputError
        It cannot listen there.
    """

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        ledger: Ledger,
        counters: Counters,
        *,
        received: Callable[[Path], None],
        commit: Callable[[Event], tuple[int, None]],
        tell: Callable[[str], object],
    ) -> None:
        self._settings, self._spool, self._ledger, self._counters = settings, spool, ledger, counters
        self._received, self._tell = received, tell
        _quiet()
        # The only way to tell pynetdicom where large data sets go as they arrive.
        self._before, tempfile.tempdir = tempfile.tempdir, str(spool.incoming)
        listen = settings.listen
        self._ae = self._entity()
        handlers = [
            (evt.EVT_CONN_OPEN, self._opened),
            (evt.EVT_REJECTED, self._rejected),
            (evt.EVT_C_STORE, self._store),
            (evt.EVT_N_ACTION, commit),
        ]
        secure = None if listen.tls is None else listening(listen.tls)
        try:
            self._server = self._ae.make_server(
                (listen.address, listen.port),
                ssl_context=secure,
                evt_handlers=handlers,  # type: ignore[arg-type]
                server_class=_Server,
                most=listen.associations,
            )
        except OSError as error:
            tempfile.tempdir = self._before
            raise UnusableInputError(
                f"The service cannot listen on {listen.address}:{listen.port} ({error.strerror}); set another address "
                "or port."
            ) from None
        threading.Thread(target=self._server.serve_forever, name="listen", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def _entity(self) -> AE:
        listen = self._settings.listen
        made = _Entity(listen.title)
        made.maximum_associations = listen.associations
        made.maximum_pdu_size = _PDU
        made.acse_timeout = made.dimse_timeout = made.network_timeout = listen.idle_seconds
        made.require_called_aet = True
        if all(rule.callers for rule in self._settings.rules):
            made.require_calling_aet = sorted({caller for rule in self._settings.rules for caller in rule.callers})
        for context in AllStoragePresentationContexts:
            made.add_supported_context(str(context.abstract_syntax), _SYNTAXES)
        made.add_supported_context(Verification)
        made.add_supported_context(StorageCommitmentPushModel)
        return made

    def _opened(self, event: Event) -> None:
        """Bound what a new connection may send, and answer it at once."""
        without_delay(event)
        connection: Any = event.assoc.dul.socket
        connection.recv = _Bounded(connection.recv, self._settings.listen.largest, lambda: self._too_much(event))

    def _too_much(self, event: Event) -> None:
        self._counters.aborted.labels("too much").inc()
        self._tell(f"Ended an association with {_caller(event)}: it sent more than largest-mb, or than a PDU may have.")

    def _rejected(self, event: Event) -> None:
        self._counters.aborted.labels("rejected").inc()
        self._tell(
            f"Turned {_caller(event)} away: no rule is for it, it called another AE title, or too many are here."
        )

    def _store(self, event: Event) -> int:
        """Acknowledge an instance when it is safe."""
        caller = _caller(event)
        request: Any = event.request
        connection: Any = event.assoc.dul.socket
        if connection is not None:
            connection.recv.left = self._settings.listen.largest
        try:
            if self._spool.free() < self._settings.least_free:
                raise OSError  # noqa: TRY301 as if the disk were full, which it is for us
            path = self._spool.take(event.dataset_path, caller)
            self._ledger.note(str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID))
        except OSError:
            self._counters.refused.labels(caller, f"{_OUT_OF_RESOURCES:04X}").inc()
            return _OUT_OF_RESOURCES
        self._counters.received.labels(caller).inc()
        self._received(path)
        return _SUCCESS

    def close(self) -> None:
        """Listen no more, and end what is open."""
        for association in self._server.active_associations:
            association.abort()
        self._ae._servers.append(self._server)  # noqa: SLF001 made by make_server, which does not note it
        self._ae.shutdown()
        tempfile.tempdir = self._before


class _Bounded:
    """Reads from a socket no more than a PDU, or a data set, may have."""

    def __init__(self, recv: Callable[[int], bytearray], largest: int, refuse: Callable[[], None]) -> None:
        self._recv, self.left, self._refuse = recv, largest, refuse

    def __call__(self, size: int) -> bytearray:
        """As `AssociationSocket.recv`; raises `OSError`, which ends the association, where it is too much."""
        self.left -= size
        if size > _LARGEST_PDU or self.left < 0:
            self._refuse()
            raise OSError("more than was agreed")
        return self._recv(size)


class _Entity(AE):
    """Counts only associations that were asked for, so that those who connect and are silent keep nobody out."""

    @property
    def active_associations(self) -> list[Association]:
        """Those that count."""
        return [each for each in super().active_associations if _has_asked(each)]


class _Server(ThreadedAssociationServer):
    """Greets callers outside the thread that listens, so that a silent one keeps nobody out."""

    def __init__(self, *arguments: Any, most: int, **options: Any) -> None:  # noqa: ANN401 passed on
        self._most = most
        super().__init__(*arguments, **options)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """See `socketserver`; TLS begins later."""
        secure, self._ssl_context = self._ssl_context, None
        try:
            return super().get_request()
        finally:
            self._ssl_context = secure

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401 theirs
        """Whether there is room for a caller; one that has said nothing for longest makes room."""
        del request, client_address
        open_ones = [each for each in self.active_associations if _is_open(each)]
        if len(open_ones) < self._most + _BEYOND:
            return True
        silent = next((each for each in open_ones if not _has_asked(each)), None)
        if silent is not None and silent.dul.socket is not None:
            silent.dul.socket.close()
        return silent is not None

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 theirs
        """See `pynetdicom`; in a thread of the caller's own."""
        try:
            if self._ssl_context is not None:
                request.settimeout(_HANDSHAKE)
                request = self._ssl_context.wrap_socket(request, server_side=True)
            request.settimeout(self.ae.network_timeout)
        except (OSError, ssl.SSLError):
            with suppress(OSError):
                request.close()
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 theirs
        """Print nothing: the connection is closed."""


def _has_asked(association: Association) -> bool:
    return association.requestor.primitive is not None


def _is_open(association: Association) -> bool:
    connection = association.dul.socket
    return connection is not None and connection.socket is not None


def _caller(event: Event) -> str:
    return str(event.assoc.requestor.ae_title).strip() or "a caller without a name"


def _quiet() -> None:
    """Keep what others send out of any log."""
    _config.LOG_HANDLER_LEVEL = "none"
    _config.STORE_RECV_CHUNKED_DATASET = _config.STORE_SEND_CHUNKED_DATASET = True
    logger = logging.getLogger("pynetdicom")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    logger.setLevel(logging.CRITICAL)
