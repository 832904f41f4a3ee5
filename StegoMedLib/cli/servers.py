"""DICOMweb servers on the command line: how they are spoken to, and what is said of files that were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.dicom import LeftOut
from StegoMedLib.dicom.walking import is_hidden, walk
from StegoMedLib.errors import CancelledError, ServerError, UnusableInputError
from StegoMedLib.network.dicomweb import DicomwebServer
from StegoMedLib.series.counting import FileCount
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from StegoMedLib.network.addresses import Address
    from StegoMedLib.network.storing import Receipt

__all__ = ["Sent", "server_at"]

_WARNINGS = 12
"""Warnings of a server that are said at most: the JSON report has all of them."""


def server_at(address: Address, arguments: argparse.Namespace, credentials: Path | None) -> DicomwebServer:
    """The server at an address, spoken to as the options of `add_server` say."""
    return DicomwebServer(
        address,
        credentials=credentials,
        ca=arguments.ca,
        client_certificate=arguments.client_certificate,
        client_key=arguments.client_key,
        accept_http=arguments.accept_http,
    )


class Sent:
    """Files of a source that are stored on a server, and what became of each.

    Parameters
    ----------
    source : Path
        DICOM file or folder with all its sub-folders.
    server : DicomwebServer
    """

    def __init__(self, source: Path, server: DicomwebServer) -> None:
        self._server, self._source = server, source
        self.files = FileCount()
        self.receipts: list[Receipt] = []

    @property
    def stored(self) -> int:
        """How many the server has."""
        return sum(each.stored for each in self.receipts)

    def send(self) -> None:
        """Send the files.

        Raises
        ------
        UnusableInputError
            There are none.
        CancelledError
            Somebody asked to stop; what was stored until then stays on the server.
        """
        paths = self._listed()
        try:
            with progress_bar("Sending the files") as progress:
                for receipt in self._server.storing(paths):
                    self._note(receipt)
                    progress(len(self.receipts), len(paths), receipt.path.name)
        except KeyboardInterrupt:
            raise CancelledError(
                f"Cancelled; {self.stored} of {counted(len(paths), 'file')} are on {self._server.address.base} "
                "already; to send the others, start again."
            ) from None

    def _listed(self) -> list[Path]:
        if not self._source.is_dir():
            self.files.came_in = 1
            return [self._source]
        found = walk(self._source)
        self.files.came_in = len(found.files) + len(found.left_out)
        self.files.left_out += found.left_out
        self.files.passed_over += found.passed_over
        if not found.files:
            raise UnusableInputError(f"{self._source} holds no files; give a folder with DICOM files.")
        return sorted(found.files)

    def _note(self, receipt: Receipt) -> None:
        if not receipt.instance and is_hidden(receipt.path) and receipt.path != self._source:
            self.files.came_in -= 1
            self.files.passed_over.append(LeftOut(receipt.path, receipt.sentence))
            return
        self.receipts.append(receipt)
        if not receipt.stored:
            self.files.left_out.append(LeftOut(receipt.path, receipt.sentence))

    def account(self) -> None:
        """Say what became of the files.

        Raises
        ------
        ServerError
            The server took none.
        UnusableInputError
            None is a DICOM file.
        NotEveryFileError
            It took some.
        """
        warnings = [each.sentence for each in self.receipts if each.stored and each.sentence]
        for sentence in warnings[:_WARNINGS]:
            say(sentence)
        if len(warnings) > _WARNINGS:
            say(f"And {len(warnings) - _WARNINGS} more warnings; the JSON report (--json FILE) lists all.")
        refused = [each for each in self.receipts if each.instance and not each.stored]
        if self.stored:
            account_for(self.files, f"stored on {self._server.address.base}")
        elif refused:
            raise ServerError(f"No file was stored: {refused[0].sentence}", passing=refused[0].retry)
        else:
            raise UnusableInputError(f"{self._source} holds no DICOM file: {self.files.left_out[0].reason}")

    def as_json(self) -> dict[str, object]:
        """Report of what was sent."""
        keys = ("instance", "stored", "code", "retry", "sentence")
        rows = [{"file": str(each.path), **{key: getattr(each, key) for key in keys}} for each in self.receipts]
        return {"server": self._server.address.base, "instances": rows, **self.files.as_json()}
