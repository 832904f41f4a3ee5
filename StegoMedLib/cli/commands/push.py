"""``stegomed push``: store DICOM files on a DICOMweb server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.servers import Sent, server_at
from StegoMedLib.errors import UnusableInputError, UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    if arguments.url.study is not None:
        raise UsageError("The URL names a study; name the server alone, as https://host/dicom-web.")
    if not os.path.exists(arguments.source):  # noqa: PTH110 pathlib raises where a folder may not be entered
        raise UnusableInputError(f"{arguments.source} does not exist; give a DICOM file or a folder.")
    with server_at(arguments.url, arguments, arguments.credentials) as server:
        sent = Sent(arguments.source, server)
        sent.send()
    deliver(sent.as_json(), arguments.json_target, sent.account)
