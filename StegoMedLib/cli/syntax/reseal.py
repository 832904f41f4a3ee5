"""``stegomed reseal``: seal the embedded record anew, for another key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import NEW, add_key
from StegoMedLib.cli.syntax.common import (
    add_accept_altered,
    add_common,
    add_copy_others,
    add_finder,
    add_overwrite,
    add_strength,
    add_syntax,
)
from StegoMedLib.cli.syntax.places import add_source, add_target

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_target(parser)
    add_key(parser)
    add_key(parser, sealing=True, prefix=NEW)
    add_accept_altered(parser)
    add_strength(parser)
    add_syntax(parser)
    add_finder(parser)
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)
