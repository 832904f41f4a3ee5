"""``stegomed push``: store DICOM files on a DICOMweb server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, add_json, filled_path
from StegoMedLib.cli.syntax.places import add_server, server_address

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("source", type=filled_path, metavar="DIR", help="folder of DICOM files, or one file")
    parser.add_argument("url", type=server_address, metavar="URL", help="the server, as https://host/dicom-web")
    add_server(parser)
    add_json(parser)
    add_debug(parser)
