"""``stegomed capacity``: how much fits in every slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.syntax.common import add_common, add_finder, add_profile, add_workers
from StegoMedLib.cli.syntax.places import add_source

if TYPE_CHECKING:
    import argparse

__all__ = ["add_options"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_source(parser)
    add_profile(parser)
    add_finder(parser)
    add_workers(parser)
    add_common(parser)
