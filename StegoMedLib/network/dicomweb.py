"""A DICOMweb server: files are stored on it, found, and fetched from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError, UsageError
from StegoMedLib.network.addresses import Address, checked_uid
from StegoMedLib.network.credentials import Credentials
from StegoMedLib.network.trust import Trust
from StegoMedLib.series.slice import silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    from StegoMedLib.network.connection import Connection
    from StegoMedLib.network.queries import FoundSeries, FoundStudy
    from StegoMedLib.network.retrieving import Retrieved
    from StegoMedLib.network.storing import Receipt
    from StegoMedLib.series.slice import Progress

__all__ = ["DicomwebServer"]

_PATIENCE = 60.0


class DicomwebServer:
    """A server that speaks DICOMweb (PS3.18 10): STOW-RS, QIDO-RS, WADO-RS.

    What it answers is nobody's word to be trusted: answers are bounded, redirects are not followed, files get names of
    ours. Credentials go to this server alone, and nowhere else. Use it in one thread; ``with`` ends its connections.

    Parameters
    ----------
    url : str or Address
        Of the service, as "https://host/dicom-web".
    credentials : Path, optional
        File with one line, ``bearer TOKEN`` or ``basic USER:PASSWORD``.
    ca : Path, optional
        PEM file with the certificates of authorities that are trusted, instead of those that are known everywhere.
    client_certificate, client_key : Path, optional
        PEM files for servers that ask who we are; the certificate's file may hold the key, too.
    accept_http : bool
        Send credentials over http:// to other computers, too, where others can read them on the way.
    patience : float
        Seconds that the server may be silent.

    Raises
    ------
    UsageError
        The URL cannot be used, or credentials would travel unencrypted.
    UnusableInputError
        A file cannot be used, or packages are missing.
    """

    def __init__(
        self,
        url: str | Address,
        *,
        credentials: Path | None = None,
        ca: Path | None = None,
        client_certificate: Path | None = None,
        client_key: Path | None = None,
        accept_http: bool = False,
        patience: float = _PATIENCE,
    ) -> None:
        self.address = Address.of(url) if isinstance(url, str) else url
        if credentials is not None and self.address.is_plain and not accept_http:
            raise UsageError(
                "Over http:// others can read the credentials on the way; use https://, or add --accept-http if that "
                "is wanted in this network."
            )
        trust = Trust(ca, client_certificate, client_key)
        trust.check()
        known = None if credentials is None else Credentials.read(credentials)
        self._connection = _connection(self.address, known, trust, patience)

    def __enter__(self) -> DicomwebServer:  # noqa: PYI034  Python 3.10 has no Self
        """The server itself."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End its connections."""
        self.close()

    def close(self) -> None:
        """End its connections; a later request makes new ones."""
        self._connection.close()

    def check_reachable(self) -> None:
        """Make sure that the server can be reached and lets us in, before work is done for it.

        Raises
        ------
        ServerError
        """
        from StegoMedLib.network.queries import check_reachable  # noqa: PLC0415

        check_reachable(self._connection)

    def store(self, paths: Iterable[Path]) -> list[Receipt]:
        """Store files (PS3.18 10.5), a few in a request.

        Parameters
        ----------
        paths : iterable of Path
            DICOM files of any kind.

        Returns
        -------
        list of Receipt
            One for each file, in their order; no failure of one, nor of the server, raises.
        """
        return list(self.storing(paths))

    def storing(self, paths: Iterable[Path]) -> Iterator[Receipt]:
        """As `store`, but what became of a file is given as soon as it is known."""
        from StegoMedLib.network.storing import storing  # noqa: PLC0415  pydicom takes a while

        return storing(self._connection, paths)

    def studies(self, **matching: str) -> list[FoundStudy]:
        """The studies on the server (PS3.18 10.6).

        Parameters
        ----------
        **matching : str
            Values that attributes shall have, by DICOM keyword.

        Raises
        ------
        ServerError
        """
        from StegoMedLib.network.queries import studies_of  # noqa: PLC0415

        return studies_of(self._connection, matching)

    def series_of(self, study: str) -> list[FoundSeries]:
        """The series of a study, given by its UID; raises `UsageError`, and `ServerError`."""
        from StegoMedLib.network.queries import series_of  # noqa: PLC0415

        return series_of(self._connection, checked_uid(study))

    def retrieve(
        self,
        study: str,
        series: str | None = None,
        *,
        into: Path,
        overwrite: bool = False,
        progress: Progress = silent,
    ) -> Retrieved:
        """Fetch a study, or one series of it (PS3.18 10.4), each file as it is stored there.

        Files are called by numbers, and lie in one folder for each series where there are several.

        Parameters
        ----------
        study, series : str
            UIDs.
        into : Path
            Folder that appears with all files, or not at all.
        overwrite : bool
            Replace what an earlier run wrote there.
        progress : callable

        Raises
        ------
        UsageError
            What should be a UID is none.
        UnusableInputError
            The folder exists, or cannot be written.
        ServerError
            The server cannot be reached, has nothing of it, or gives less or something else than it was asked for.
        """
        from StegoMedLib.network.retrieving import retrieve  # noqa: PLC0415

        uids = checked_uid(study), None if series is None else checked_uid(series)
        return retrieve(self._connection, *uids, into, progress, overwrite=overwrite)


def _connection(address: Address, credentials: Credentials | None, trust: Trust, patience: float) -> Connection:
    try:
        from StegoMedLib.network.connection import Connection  # noqa: PLC0415  an extra
    except ModuleNotFoundError:
        raise UnusableInputError(
            "Speaking to a server needs packages that are not installed; run: pip install 'stegomed[network]'."
        ) from None
    return Connection(address, credentials, trust, patience)
