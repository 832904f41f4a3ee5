"""``stegomed attack``: do to a series what transport, storage or somebody else may do."""

from __future__ import annotations

import argparse
from pathlib import Path

from StegoMedLib.cli.options import add_common, add_copy_others, add_overwrite
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.screen import ProgressBar, say, show_measures, write_json
from StegoMedLib.pipeline.attack import ATTACKS, AttackReport, attack_series

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "attack",
        help="damage a series in a measured way, to see what survives",
        epilog=_kinds(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, metavar="SRC", help="DICOM file or folder, marked or not")
    parser.add_argument("target", type=Path, metavar="DST", help="where the attacked file or folder goes")
    parser.add_argument("--kind", required=True, choices=tuple(ATTACKS), metavar="K", help="what to do; see below")
    parser.add_argument("--level", type=float, metavar="L", help="how hard; see below")
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="what is random follows from it (default: %(default)s)"
    )
    add_overwrite(parser)
    add_copy_others(parser)
    add_common(parser)
    parser.set_defaults(run=_run)


def _kinds() -> str:
    rows = [
        f"  {kind.name:16s} {kind.sentence}\n  {'':16s} Level: {kind.unit} (default {kind.default:g})."
        for kind in ATTACKS.values()
    ]
    head = "kinds (the range is the largest minus the least stored value of a slice, as in psnr_range):\n"
    return (head + "\n".join(rows)).replace("%", "%%")


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)


def _run(arguments: argparse.Namespace) -> None:
    with ProgressBar("Attacking") as progress:
        report = attack_series(
            arguments.source,
            arguments.target,
            arguments.kind,
            arguments.level,
            seed=arguments.seed,
            overwrite=arguments.overwrite,
            accept_lossy=arguments.accept_lossy,
            copy_others=arguments.copy_others,
            progress=progress,
        )
    write_json(report.as_json(), arguments.json_target)
    _show(report)


def _show(report: AttackReport) -> None:
    lost = sum(row.state == "lost" for row in report.slices)
    if report.summary():
        show_measures(f"{report.kind} at {report.level:g} ({report.unit})", report.summary())
    say(f"{len(report.slices) - lost} slices written, {lost} lost.")
    account_for(report.files, "written", lost=report.lost)
