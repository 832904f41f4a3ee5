"""A DICOMweb server, and how images are stored there (STOW-RS): by the client that comes with Slicer.

Slicer's own `DICOMSender` uses that client too, with the same user name and password. It is not used, because it cannot
be stopped while an image is under way, and takes an image for sent that the server's answer says it did not store.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from StegoMedLib.plain import plain
from StegoMedPanel.deliveries import Errand, LostError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from pydicom import Dataset

    from StegoMedPanel.deliveries import Step
    from StegoMedPanel.untyped import Client

__all__ = ["WebServer"]

_SETTINGS = "correct it in Slicer's settings"
_UNKNOWN = "its answer cannot be read, so that it may have the image or not"
_CLOSED = {
    401: "it wants another user name or password",
    403: "it does not let you store images",
    404: "it stores no images at this address",
    405: "it stores no images at this address",
}
"""HTTP statuses that say that it is not this image that the server refuses."""
_SERVER_FAILED = 500


@dataclass(frozen=True, repr=False)
class WebServer:
    """A DICOMweb server of Slicer's settings; shows no password of its address in ``repr``.

    Attributes
    ----------
    url : str
    """

    url: str

    @property
    def place(self) -> object:
        """What tells one server from another."""
        return self.url

    @property
    def label(self) -> str:
        """Address for a person, without what may be secret in it."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return "DICOMweb server"
        return plain(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")

    def deliver(self, paths: Iterable[Path]) -> Generator[Step]:
        """Store images, one after the other; nothing more is begun once the iterator is closed.

        Raises
        ------
        LostError
            The server takes no images.
        """
        client = self._client()
        with _quiet():
            for path in paths:
                errand = Errand(partial(_store, client, path))
                errand.start()
                yield from errand.wait()
                yield _answer(errand)

    def _client(self) -> Client:
        from DICOMLib import DICOMUtils  # noqa: PLC0415 part of Slicer

        try:
            from dicomweb_client.api import DICOMwebClient  # noqa: PLC0415 part of Slicer
            from dicomweb_client.session_utils import create_session_from_auth  # noqa: PLC0415 part of Slicer
        except ImportError:
            raise LostError("this Slicer has no package dicomweb-client to send with") from None
        try:
            session = create_session_from_auth(DICOMUtils.getGlobalDICOMAuth())
            client = DICOMwebClient(url=self.url, session=session)
        except (ValueError, TypeError):
            raise LostError(f"its address cannot be used; {_SETTINGS}") from None
        client.set_http_retry_params(retry=False)  # what is sent again would be empty
        return client


def _store(client: Client, path: Path) -> Dataset:
    """What the server answers to an image."""
    from pydicom import dcmread  # noqa: PLC0415 needs packages

    answer: Dataset = client.store_instances([dcmread(path)])
    return answer


def _answer(errand: Errand[Dataset]) -> str:
    """Why an image was refused; nothing where it was not.

    Raises
    ------
    LostError
        It is not this image that the server refuses.
    """
    import requests  # noqa: PLC0415 part of Slicer

    try:
        answer = errand.given()
    except requests.HTTPError as error:
        return _refused(0 if error.response is None else error.response.status_code)
    except requests.exceptions.SSLError:
        raise LostError("its certificate cannot be trusted") from None
    except requests.Timeout:
        raise LostError("it does not answer in time") from None
    except requests.ConnectionError:
        raise LostError("nothing answers at this address") from None
    except requests.JSONDecodeError:
        raise LostError(_UNKNOWN) from None
    except requests.RequestException:
        raise LostError(f"its address cannot be used; {_SETTINGS}") from None
    except Exception as error:  # noqa: BLE001 the client has no errors of its own
        logging.getLogger("StegoMed").info("DICOMweb: %s", type(error).__name__)
        raise LostError(_UNKNOWN) from None
    failed = answer.get("FailedSOPSequence") or []
    return f"it says that it failed (status {_status(failed[0])})" if failed else ""


def _refused(status: int) -> str:
    if status in _CLOSED or status >= _SERVER_FAILED:
        raise LostError(_CLOSED.get(status, f"it has a fault of its own (HTTP status {status})"))
    return f"it does not take the image (HTTP status {status})"


def _status(item: Dataset) -> str:
    """Why an instance was not stored (PS3.18 table I.2-2)."""
    reason = item.get("FailureReason")
    return f"{reason:04X}" if isinstance(reason, int) else "unknown"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep each piece of each image out of the log, which takes longer than sending."""
    logger = logging.getLogger("dicomweb_client")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
