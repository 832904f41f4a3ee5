"""``stegomed batch``: work on many series, each by itself, on many processes or machines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from StegoMedLib.choices import DEFAULT_FINDER, ENGINES, FINDERS, TILES
from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import (
    add_accept_altered,
    add_common,
    add_strength,
    add_syntax,
    filled_path,
    filled_text,
)
from StegoMedLib.cli.syntax.deidentify import add_carried, add_profile_options
from StegoMedLib.cli.syntax.places import add_server, server_address
from StegoMedLib.codec.profiles import BLIND, DEFAULT_PROFILE
from StegoMedLib.network.addresses import is_url

if TYPE_CHECKING:
    from pathlib import Path

    from StegoMedLib.network.addresses import Address

__all__ = ["DOINGS", "add_options"]

DOINGS = ("deidentify", "embed", "extract", "reidentify")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.set_defaults(url=None)  # options of servers are for sources here
    parser.add_argument(
        "sources",
        type=_source,
        nargs="+",
        metavar="SRC",
        help="folder, DICOMDIR, or DICOM file; or a DICOMweb server, a study or a series on it",
    )
    parser.add_argument("target", type=filled_path, metavar="DST", help="folder of the results, one folder a series")
    parser.add_argument(
        "--do", choices=DOINGS, default=DOINGS[0], help="what is done to each series (default: %(default)s)"
    )
    _add_workers(parser)
    _add_reports(parser)
    add_key(parser, sealing=True)
    parser.add_argument(
        "--identity",
        type=filled_path,
        action="append",
        metavar="PEM",
        help="to extract and reidentify: file with the private key; may be given several times",
    )
    add_profile_options(parser)
    add_carried(parser)
    parser.add_argument(
        "--header-suffices",
        action="store_true",
        help="where no slice of a series has room for the identity, seal it into the headers alone",
    )
    parser.add_argument("--attributes", metavar="A,B,…", help="to embed: attributes of the header, as DICOM keywords")
    _add_method(parser)
    add_server(parser)
    add_common(parser)


def _add_workers(parser: argparse.ArgumentParser) -> None:
    """Who works."""
    group = parser.add_argument_group("workers").add_mutually_exclusive_group()
    group.add_argument(
        "--local", type=_count, metavar="N", help="N processes of this machine (default: one for each core)"
    )
    group.add_argument(
        "--scheduler",
        type=filled_text,
        metavar="ADDRESS",
        help="the workers of a Dask cluster, by the address of its scheduler, as tcp://host:8786, or by its "
        "scheduler file",
    )
    parser.add_argument(
        "--tries",
        type=_count,
        default=3,
        metavar="N",
        help="set a series aside when it failed N times (default: %(default)s)",
    )
    parser.add_argument("--again", action="store_true", help="work on series that were set aside, too")


def _add_reports(parser: argparse.ArgumentParser) -> None:
    """Where it is noted what became of each."""
    parser.add_argument(
        "--manifest",
        type=filled_path,
        metavar="FILE",
        help="what is done and what is left to do; it names files of the source (default: DST.batch.sqlite)",
    )
    parser.add_argument(
        "--page", type=filled_path, metavar="FILE", help="write the report as a page with pictures, in HTML"
    )


def _add_method(parser: argparse.ArgumentParser) -> None:
    """How it is done."""
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, choices=BLIND, help="how to embed the record (default: %(default)s)"
    )
    add_strength(parser)
    parser.add_argument(
        "--tiles", type=int, choices=TILES, default=0, help="to embed: let extract tell which tiles were altered"
    )
    add_syntax(parser)
    parser.add_argument(
        "--finder", default=DEFAULT_FINDER, choices=FINDERS, help="region finder (default: %(default)s)"
    )
    parser.add_argument(
        "--engine", default="auto", choices=ENGINES, help="the software that runs Mask R-CNN (default: %(default)s)"
    )
    parser.add_argument(
        "--accept-burned-in",
        action="store_true",
        help="go on although pictures may show text; look at them first, and leave those out that show a name",
    )
    add_accept_altered(parser)


def _source(text: str) -> Path | Address:
    return server_address(text) if is_url(text) else filled_path(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("give a whole number, 1 or more")
    return int(text)
