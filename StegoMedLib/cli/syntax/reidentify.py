"""``stegomed reidentify``: put the identity back into a nameless study."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_accept_altered, add_audit, add_common, add_overwrite, filled_path
from StegoMedLib.cli.syntax.places import add_source, add_target, source_place

if TYPE_CHECKING:
    from argparse import ArgumentParser

__all__ = ["add_options"]


def add_options(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_target(parser)
    add_key(parser)
    parser.add_argument(
        "--private-key",
        type=filled_path,
        metavar="PEM",
        help="instead of what the images carry, decrypt the Encrypted Attributes of the headers with this private key",
    )
    parser.add_argument(
        "--restore-uids",
        action=argparse.BooleanOptionalAction,
        help="give series and instances their original UIDs, or new ones (default: the original ones where the whole "
        "header went along)",
    )
    parser.add_argument(
        "--results",
        type=source_place,
        metavar="DIR",
        help="also bring home what others made of the nameless study: segmentations, reports, structures, derived "
        "series in DIR (or in a study on a DICOMweb server) get patient, study and references back, and go into the "
        "folder 'results' of DST",
    )
    add_accept_altered(parser)
    add_audit(parser)
    add_overwrite(parser)
    add_common(parser)
