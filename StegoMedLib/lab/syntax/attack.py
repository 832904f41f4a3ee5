"""``stegomed attack``: do to a series what transport, storage or somebody else may do."""

from __future__ import annotations

import argparse

from StegoMedLib.cli.syntax.common import (
    add_common,
    add_copy_others,
    add_overwrite,
    filled_path,
    filled_text,
)
from StegoMedLib.lab.attacks.series import ATTACKS

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.epilog, parser.formatter_class = _kinds(), argparse.RawDescriptionHelpFormatter
    parser.add_argument("source", type=filled_path, metavar="SRC", help="DICOM file or folder, marked or not")
    parser.add_argument("target", type=filled_text, metavar="DST", help="where the attacked file or folder goes")
    parser.add_argument("--kind", required=True, choices=tuple(ATTACKS), metavar="K", help="kind of attack; see below")
    parser.add_argument("--level", type=float, metavar="L", help="strength of the attack; see below")
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="seed of the random numbers (default: %(default)s)"
    )
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)


def _kinds() -> str:
    rows = [
        f"  {kind.name:16s} {kind.sentence}\n  {'':16s} Level: {kind.unit} (default {kind.default:g})."
        for kind in ATTACKS.values()
    ]
    head = "kinds (the range is the largest minus the smallest stored value of a slice, as in psnr_range):\n"
    return (head + "\n".join(rows)).replace("%", "%%")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)
