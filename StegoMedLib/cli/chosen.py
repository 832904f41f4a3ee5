"""What options of several commands choose: masks, and where a result goes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.sharing import chosen_threads
from StegoMedLib.cli.syntax.common import names_folder
from StegoMedLib.codec.profiles import profiles_with
from StegoMedLib.errors import UsageError
from StegoMedLib.series.masks import MaskSource, mask_source

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

__all__ = ["chosen_masks", "chosen_strength", "chosen_target", "chosen_words"]


def chosen_masks(arguments: argparse.Namespace) -> MaskSource:
    """The source of masks that the options of `add_finder` name."""
    return mask_source(arguments.finder, arguments.engine, arguments.masks, threads=chosen_threads(arguments))


def chosen_words(texts: Iterable[str]) -> tuple[str, ...]:
    """What an option names that may be given several times, each time with a list of words with commas."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def chosen_strength(arguments: argparse.Namespace) -> float | None:
    """The strength of a profile that takes one; raises `UsageError` where another one is chosen."""
    taking = profiles_with(tuning="strength")
    if arguments.strength is not None and arguments.profile not in taking:
        raise UsageError(f"--strength goes with --profile {' or '.join(taking)}; add it, or leave --strength out.")
    return None if arguments.strength is None else float(arguments.strength)


def chosen_target(typed: str, source: Path, *, ending: str = "") -> Path:
    """Where a result goes: what is made of one file goes into a folder under the file's name, as ``cp`` has it.

    Parameters
    ----------
    typed : str
        The target. With a separator at its end it is a folder, there or not.
    source : Path
        What the result is made of.
    ending : str
        What the name of the result ends with, where that is not the source's own ending.
    """
    target = Path(typed)
    is_folder = names_folder(typed) or os.path.isdir(target)  # noqa: PTH112 pathlib raises where none may enter
    if is_folder and not os.path.isdir(source):  # noqa: PTH112
        return target / (source.with_suffix(ending) if ending else source).name
    return target
