"""What commands read and write: files, folders, and studies on servers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import filled_path, filled_text
from StegoMedLib.errors import UsageError
from StegoMedLib.network.addresses import Address, is_url

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["add_server", "add_source", "add_target", "server_address", "source_place"]


def add_source(parser: argparse.ArgumentParser) -> None:
    """The images that a command reads."""
    parser.add_argument(
        "source",
        type=source_place,
        metavar="SRC",
        help="DICOM file or folder, or a study or series on a DICOMweb server, as "
        "https://host/dicom-web/studies/UID[/series/UID]",
    )
    add_server(parser)


def add_server(parser: argparse.ArgumentParser) -> None:
    """How a server is spoken to."""
    group = parser.add_argument_group("DICOMweb servers")
    group.add_argument(
        "--credentials",
        type=filled_path,
        metavar="FILE",
        help="file with one line that says to the server who you are: 'bearer TOKEN', or 'basic USER:PASSWORD'",
    )
    group.add_argument(
        "--ca",
        type=filled_path,
        metavar="PEM",
        help="certificates of the authorities that are trusted (default: those that are known everywhere)",
    )
    group.add_argument(
        "--client-certificate",
        type=filled_path,
        metavar="PEM",
        help="your own certificate, with its private key unless --client-key names that, for servers that ask for one",
    )
    group.add_argument("--client-key", type=filled_path, metavar="PEM", help="private key of --client-certificate")
    group.add_argument(
        "--accept-http",
        action="store_true",
        help="send credentials over http:// to other computers, too, where others can read them on the way",
    )


def add_target(parser: argparse.ArgumentParser) -> None:
    """Where images go that are written anew."""
    parser.add_argument(
        "target",
        type=_target_place,
        metavar="DST",
        help="file or folder to write the images to, or a DICOMweb server, as https://host/dicom-web",
    )
    parser.add_argument(
        "--target-credentials",
        type=filled_path,
        metavar="FILE",
        help="the file of credentials for DST, where SRC is on another server",
    )


def _target_place(text: str) -> str:
    """A path or a URL as it was typed."""
    if is_url(text) and server_address(text).study is not None:
        raise argparse.ArgumentTypeError("it names a study; name the server alone, as https://host/dicom-web")
    return filled_text(text)


def source_place(text: str) -> Path | Address:
    """A path, or the address of a study; raises as `filled_path` does."""
    if not is_url(text):
        return filled_path(text)
    address = server_address(text)
    if address.study is None:
        raise argparse.ArgumentTypeError(
            "it names a server, and no study; end it with /studies/UID, or with /studies/UID/series/UID"
        )
    return address


def server_address(text: str) -> Address:
    """A server's address; the message of what it raises quotes nothing of the text."""
    try:
        return Address.of(filled_text(text))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
