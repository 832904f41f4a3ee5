"""``stegomed demo``: the main job from end to end."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_finder, add_overwrite, add_passphrase, chosen_masks
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.passphrase import VARIABLE, passphrase_to_seal
from StegoMedLib.cli.records import show_records
from StegoMedLib.cli.screen import ProgressBar, say, show_measures, write_json
from StegoMedLib.dicom import list_files
from StegoMedLib.pipeline.demo import run_demo
from StegoMedLib.pipeline.staging import check_target

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.pipeline.progress import Progress

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("demo", help="run the main job on a phantom, or on your own series")
    parser.add_argument(
        "series", type=Path, nargs="?", metavar="SERIES", help="DICOM file or folder (default: a phantom)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("demo-out"), metavar="DIR", help="folder (default: %(default)s)"
    )
    add_passphrase(parser, sealing=True)
    add_finder(parser)
    add_overwrite(parser)
    parser.add_argument(
        "--json", metavar="FILE", dest="json_target", help="write the report to FILE, too (- for standard output)"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    series, masks = arguments.series, chosen_masks(arguments)
    # What can be refused is refused before anybody has to type a passphrase.
    check_target(series, arguments.out, overwrite=arguments.overwrite)
    listing = None if series is None else list_files(series)
    given = arguments.passphrase_file is not None or VARIABLE in os.environ
    passphrase = passphrase_to_seal(arguments) if given else None
    with ExitStack() as bars:

        def stage(name: str) -> Progress:
            bars.close()
            return bars.enter_context(ProgressBar(name))

        report = run_demo(
            arguments.out,
            masks,
            series=series,
            listing=listing,
            passphrase=passphrase,
            overwrite=arguments.overwrite,
            stage=stage,
        )
    write_json(report.as_json(), arguments.json_target)
    show_records(report.extracted, "Record read from the saved files")
    show_measures("Measures", report.evaluated.summary())
    embedded = report.embedded
    say(f"{embedded.embedded} of {len(embedded.slices)} slices carry the record; see {arguments.out / 'page.png'}.")
    account_for(embedded.files, "written", must_look=report.extracted.must_look)
