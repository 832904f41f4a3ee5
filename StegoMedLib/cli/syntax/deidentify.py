"""``stegomed deidentify``: write a study without the identity, which goes along inside the images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.choices import CARRY, CLEANABLE, LOST, PRESETS, RETAINABLE
from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import (
    add_audit,
    add_common,
    add_finder,
    add_overwrite,
    add_profile,
    add_strength,
    add_syntax,
    add_workers,
    filled_path,
)
from StegoMedLib.cli.syntax.places import add_source, add_target

if TYPE_CHECKING:
    import argparse

__all__ = ["add_carried", "add_options", "add_profile_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_target(parser)
    add_profile_options(parser)
    add_carried(parser)
    add_key(parser, sealing=True)
    add_profile(parser)
    add_strength(parser)
    add_syntax(parser)
    add_finder(parser)
    add_workers(parser)
    parser.add_argument(
        "--accept-burned-in",
        action="store_true",
        help="go on although pictures may show text; look at them first, and leave those out that show a name",
    )
    add_audit(parser)
    add_overwrite(parser)
    add_common(parser)


def add_profile_options(parser: argparse.ArgumentParser) -> None:
    """What stays of the header."""
    presets = "; ".join(f"{name}: {', '.join(options) or 'nothing'}" for name, options in PRESETS.items())
    retainable = "; ".join(f"{name}: {what}" for name, what in RETAINABLE.items())
    parser.add_argument(
        "--preset",
        default="basic",
        choices=tuple(PRESETS),
        help=f"what stays of the header (default: basic). {presets}",
    )
    parser.add_argument(
        "--retain",
        action="append",
        default=[],
        metavar="WHAT,…",
        help=f"leave this in place, beside the preset; may be given several times. {retainable}",
    )
    parser.add_argument(
        "--clean",
        action="append",
        default=[],
        choices=tuple(CLEANABLE),
        help="leave the harmless words of " + "; ".join(CLEANABLE.values()),
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="A,B,…", help="remove these attributes, too, as DICOM keywords"
    )
    parser.add_argument(
        "--pseudonyms",
        type=filled_path,
        metavar="CSV",
        help="file with the columns PatientID and Pseudonym, for patients whose pseudonym is prescribed (default: made "
        "from the PatientID under the key)",
    )


def add_carried(parser: argparse.ArgumentParser) -> None:
    """What goes along."""
    parser.add_argument(
        "--carry",
        default=CARRY[0],
        choices=CARRY,
        help="what goes along, encrypted, inside the images: who it is, in every slice (identity, default); all that "
        "was changed in any header, spread over each series (header); nothing (none)",
    )
    parser.add_argument(
        "--lost",
        type=float,
        metavar="SHARE",
        help=f"with --carry header: share of the slices of a series that may be lost (default: {LOST})",
    )
    parser.add_argument(
        "--encrypted-attributes",
        type=filled_path,
        action="append",
        metavar="CERT.pem",
        help="also write what was taken out into the header, encrypted for the holder of this certificate, as PS3.15 "
        "says; may be given several times",
    )
