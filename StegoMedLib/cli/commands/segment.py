"""``stegomed segment``: find the body in every slice and write the masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.options import add_common, add_finder, add_overwrite, chosen_masks
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.screen import ProgressBar, say, write_json
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.masks import mask_name
from StegoMedLib.pipeline.pictures_reasons import draw_reasons
from StegoMedLib.pipeline.region import proof_of
from StegoMedLib.pipeline.staging import check_target, is_in, staged
from StegoMedLib.pipeline.survey import SegmentReport, SurveyedSlice, segment_series

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["add"]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command's parser."""
    parser = commands.add_parser("segment", help="write the mask of the body of every slice as PNG")
    parser.add_argument("source", type=Path, metavar="SRC", help="DICOM file or folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the masks")
    parser.add_argument(
        "--why",
        type=Path,
        metavar="DIR",
        help="draw into DIR what is air in each slice, and why the rest is not, each reason in its colour",
    )
    add_finder(parser)
    add_overwrite(parser)
    add_common(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> None:
    if arguments.why is None:
        report = _segment(arguments)
    else:
        why, out = arguments.why.resolve(), arguments.out.resolve()
        if is_in(why, out) or is_in(out, why):
            raise UsageError("The masks and the pictures of --why need a folder each; name another one for --why.")
        check_target(arguments.source, arguments.why, overwrite=arguments.overwrite)
        with staged(arguments.why, overwrite=arguments.overwrite) as work:
            report = _segment(arguments, lambda seen: _draw(work, seen))
    write_json(report.as_json(), arguments.json_target)
    bodies = sum(bool(row["body"]) for row in report.slices)
    say(f"{len(report.slices)} masks in {arguments.out}; a body in {bodies} of them.")
    account_for(report.files, "segmented")


def _segment(arguments: argparse.Namespace, onlooker: Callable[[SurveyedSlice], None] | None = None) -> SegmentReport:
    with ProgressBar("Finding the body") as progress:
        return segment_series(
            arguments.source,
            arguments.out,
            chosen_masks(arguments),
            overwrite=arguments.overwrite,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
            onlooker=onlooker,
        )


def _draw(folder: Path, seen: SurveyedSlice) -> None:
    draw_reasons(folder / mask_name(seen.file, seen.frame, seen.frames), seen.plane, proof_of(seen.plane, seen.region))
