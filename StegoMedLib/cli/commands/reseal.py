"""``stegomed reseal``: seal the embedded record anew, for another key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks, chosen_target
from StegoMedLib.cli.keys import NEW, key_to_open, key_to_seal
from StegoMedLib.cli.outcome import account_for_records
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.reseal import reseal_series
from StegoMedLib.pipeline.written_anew import check_places

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    source, masks = arguments.source, chosen_masks(arguments)
    target = chosen_target(arguments.target, source)
    output = Output(arguments.syntax, arguments.accept_lossy, arguments.overwrite, arguments.copy_others)
    listing = check_places(source, target, output)  # before anybody has to type a passphrase
    old, new = key_to_open(arguments), key_to_seal(arguments, NEW)
    with progress_bar("Sealing the record anew") as progress:
        report = reseal_series(
            source,
            target,
            old,
            new,
            masks,
            accept_altered=arguments.accept_altered,
            strength=arguments.strength,
            output=output,
            listing=listing,
            progress=progress,
        )
    deliver(report.as_json(), arguments.json_target, lambda: account_for_records(report, "sealed anew"))
