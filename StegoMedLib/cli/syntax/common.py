"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from StegoMedLib.choices import DEFAULT_BETA, DEFAULT_FINDER, DEFAULT_STRENGTH, ENGINES, FINDERS, HIGH_STRENGTH
from StegoMedLib.codec.profiles import BLIND, DEFAULT_PROFILE, PROFILES, profiles_with

__all__ = [
    "STANDARD_INPUT",
    "add_accept_altered",
    "add_audit",
    "add_common",
    "add_copy_others",
    "add_debug",
    "add_finder",
    "add_json",
    "add_overwrite",
    "add_profile",
    "add_strength",
    "add_syntax",
    "add_workers",
    "filled_path",
    "filled_text",
    "names_folder",
]

_MOST_WORKERS = 256
_SYNTAXES = ("explicit", "rle", "jpegls", "jpeg2000")

STANDARD_INPUT = "-"
"""In the place of a file."""


def add_common(parser: argparse.ArgumentParser) -> None:
    """The JSON report, lossy sources, and unforeseen failures."""
    add_json(parser)
    parser.add_argument(
        "--accept-lossy", action="store_true", help="also accept files whose pixels are stored with loss"
    )
    add_debug(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The JSON report."""
    parser.add_argument(
        "--json",
        type=filled_text,
        metavar="FILE",
        dest="json_target",
        help="write the report as JSON to FILE, or to standard output (-)",
    )


def add_debug(parser: argparse.ArgumentParser) -> None:
    """What is wanted of a failure that nobody foresaw."""
    parser.add_argument(
        "--debug",
        action="store_true",
        help="after an unexpected error, show where in the program it happened, without any of your data",
    )


def filled_path(text: str) -> Path:
    """The path that an argument names; for ``type`` of `argparse.ArgumentParser.add_argument`.

    Raises
    ------
    ArgumentTypeError
        When it is empty, as a variable of the shell is that was never set.
    """
    return Path(filled_text(text))


def filled_text(text: str) -> str:
    """A path as it was typed, with the separator at its end; raises as `filled_path` does."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty; name a file or a folder (a variable of the shell may be unset)")
    return text


def names_folder(text: str) -> bool:
    """Whether a path as it was typed can only be a folder's, whatever is there."""
    return text.endswith(tuple(filter(None, (os.sep, os.altsep))))


def add_finder(parser: argparse.ArgumentParser) -> None:
    """Where the significant region comes from."""
    parser.add_argument(
        "--finder", default=DEFAULT_FINDER, choices=FINDERS, help="region finder (default: %(default)s)"
    )
    parser.add_argument(
        "--engine",
        default="auto",
        choices=ENGINES,
        help="the software that runs Mask R-CNN (default: %(default)s)",
    )
    parser.add_argument(
        "--masks",
        type=filled_path,
        metavar="DIR",
        help="use the masks in DIR, named as 'stegomed segment' does, instead of a finder",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """How many processes share the work."""
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes that share the work on the slices, with the same result (default: one for each core, but one "
        "alone where there is little to do)",
    )


def add_profile(parser: argparse.ArgumentParser, *, blind: bool = False) -> None:
    """The codec's profile; `blind` where it is found when it is not given."""
    named = ", ".join(name for name in PROFILES if name not in BLIND)
    parser.add_argument(
        "--profile",
        default=None if blind else DEFAULT_PROFILE,
        choices=tuple(PROFILES),
        help=f"how the record is embedded (default: found automatically, except {named})"
        if blind
        else "how to embed the record (default: %(default)s)",
    )
    parser.add_argument(
        "--beta",
        type=_positive,
        default=DEFAULT_BETA,
        help=f"strength of profile {_profiles_taking('beta')}, for comparison (default: {DEFAULT_BETA:g})",
    )


def _profiles_taking(tuning: str) -> str:
    return " or ".join(profiles_with(tuning=tuning))


def add_strength(parser: argparse.ArgumentParser) -> None:
    """How much a profile that takes a strength may change."""
    parser.add_argument(
        "--strength",
        type=_strength,
        metavar="default|high|DB",
        help=f"strength of profile {_profiles_taking('strength')}: the lowest PSNR (psnr_bulk) of the marked images in "
        f"dB; a lower number is stronger. default ({DEFAULT_STRENGTH:g}) survives JPEG of quality 85, JPEG 2000 at "
        f"10:1 and noise of 1 %% of the range of values; high ({HIGH_STRENGTH:g}) survives JPEG of quality 60, JPEG "
        "2000 at 20:1 and noise of 2.5 %%",
    )


def add_syntax(parser: argparse.ArgumentParser) -> None:
    """How they are stored."""
    parser.add_argument(
        "--syntax", default="explicit", choices=_SYNTAXES, help="transfer syntax to write (default: %(default)s)"
    )


def add_accept_altered(parser: argparse.ArgumentParser) -> None:
    """Images that are not as they were sealed."""
    parser.add_argument(
        "--accept-altered",
        action="store_true",
        help="go on although images were altered after the record was sealed; look at them first",
    )


def add_audit(parser: argparse.ArgumentParser) -> None:
    """Where it is noted that something was done."""
    parser.add_argument(
        "--audit",
        type=filled_path,
        metavar="FILE",
        help="append to FILE who did what and when, without names, each line with the hash of the one before; see "
        "'stegomed audit'",
    )


def add_overwrite(parser: argparse.ArgumentParser) -> None:
    """Existing targets."""
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace everything that an earlier run wrote to the target; files that StegoMed did not write stay",
    )


def add_copy_others(parser: argparse.ArgumentParser) -> None:
    """Files that are no images."""
    parser.add_argument(
        "--copy-others",
        action="store_true",
        help="copy the files that are left out to DST unchanged, including the identities in them",
    )


def _count(text: str) -> int:
    value = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= value <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {_MOST_WORKERS}")
    return value


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


_STRENGTHS = {"default": DEFAULT_STRENGTH, "high": HIGH_STRENGTH}
_STRONGEST, _WEAKEST = 20.0, 60.0


def _strength(text: str) -> float:
    if text in _STRENGTHS:
        return _STRENGTHS[text]
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not _STRONGEST <= value <= _WEAKEST:
        raise argparse.ArgumentTypeError(f"give default, high, or a PSNR from {_STRONGEST:g} to {_WEAKEST:g} dB")
    return value
