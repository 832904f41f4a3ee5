"""``stegomed erase``: take the embedded record out of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks, chosen_target
from StegoMedLib.cli.keys import key_to_open
from StegoMedLib.cli.outcome import account_for_records
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.pipeline.erase import erase_series
from StegoMedLib.pipeline.options import Output
from StegoMedLib.pipeline.rewriting import DONE
from StegoMedLib.pipeline.written_anew import check_places
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.pipeline.rewriting import RewriteReport

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    source, masks = arguments.source, chosen_masks(arguments)
    target = chosen_target(arguments.target, source)
    output = Output(arguments.syntax, arguments.accept_lossy, arguments.overwrite, arguments.copy_others)
    listing = check_places(source, target, output)  # before anybody has to type a passphrase
    key = key_to_open(arguments)
    with progress_bar("Erasing the record") as progress:
        report = erase_series(
            source,
            target,
            key,
            masks,
            profile=arguments.profile,
            beta=arguments.beta,
            accept_altered=arguments.accept_altered,
            output=output,
            listing=listing,
            progress=progress,
        )
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _show(report: RewriteReport) -> None:
    """How far it went, and what became of the files."""
    fell = [row.removed_db for row in report.slices if row.removed_db is not None]
    restored = sum(row.restored for row in report.slices)
    exact = [
        row.largest_change for row in report.slices if row.state == DONE and row.removed_db is None and not row.restored
    ]
    if restored:
        are = "slice is" if restored == 1 else "slices are"
        say(f"{restored} {are} as before embedding again, bit by bit; nothing of the record is left there.")
    if fell:
        say(
            f"The energy of the mark fell by {min(fell):.0f} dB at least, noise included; what is left of it lies "
            "beside the proved air, and 'stegomed extract' reads nothing from it. The air is about as bright as before "
            "embedding, not the same."
        )
    if exact:
        left = max(row.left_share for row in report.slices)
        what = f"At most {left:.1%} of the blocks of a record are left" if left else "Nothing of the record is left"
        say(
            f"{what}. Pixels that embedding changed do not come back, and erasing changed others, by "
            f"{counted(max(exact), 'grey level')} at most."
        )
    account_for_records(report, "erased")
