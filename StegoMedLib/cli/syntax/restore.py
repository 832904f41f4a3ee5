"""``stegomed restore``: give images back as they were before embedding, pixel by pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.keys import add_key
from StegoMedLib.cli.syntax.common import add_common, add_copy_others, add_overwrite, add_syntax
from StegoMedLib.cli.syntax.places import add_source, add_target

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_target(parser)
    add_key(parser)
    add_syntax(parser)
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)
