"""``stegomed pull``: fetch a study or a series from a DICOMweb server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_debug, add_json, add_overwrite, filled_path
from StegoMedLib.cli.syntax.places import add_server, server_address

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "url",
        type=server_address,
        metavar="URL",
        help="the server, as https://host/dicom-web; the URL of a study or series does, too",
    )
    parser.add_argument("out", type=filled_path, metavar="DIR", help="folder to write the files to")
    parser.add_argument("--study", metavar="UID", help="Study Instance UID")
    parser.add_argument("--series", metavar="UID", help="Series Instance UID, to fetch this series alone")
    add_server(parser)
    add_overwrite(parser)
    add_json(parser)
    add_debug(parser)
