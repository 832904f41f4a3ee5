"""``stegomed segment``: find the body in every slice and write the masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.chosen import chosen_masks
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.cli.sharing import chosen_workers
from StegoMedLib.errors import UsageError
from StegoMedLib.pipeline.reasons_picture import draw_reasons
from StegoMedLib.pipeline.survey import SegmentReport, SurveyedSlice, segment_series
from StegoMedLib.series.masks import mask_name
from StegoMedLib.series.staging import check_target, is_in, staged

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    if arguments.why is None:
        report = _segment(arguments)
    else:
        why, out = arguments.why.resolve(), arguments.out.resolve()
        if is_in(why, out) or is_in(out, why):
            raise UsageError("The masks and the pictures of --why need separate folders; name another one for --why.")
        check_target(arguments.source, arguments.why, overwrite=arguments.overwrite)
        with staged(arguments.why, overwrite=arguments.overwrite) as work:
            report = _segment(arguments, lambda seen: _draw(work, seen))
    deliver(report.as_json(), arguments.json_target, lambda: _show(report, arguments.out))


def _show(report: SegmentReport, out: Path) -> None:
    bodies = sum(row.body for row in report.slices)
    say(f"{len(report.slices)} masks in {out}; a body in {bodies} of them.")
    account_for(report.files, "segmented")


def _segment(arguments: argparse.Namespace, onlooker: Callable[[SurveyedSlice], None] | None = None) -> SegmentReport:
    with progress_bar("Finding the body") as progress:
        return segment_series(
            arguments.source,
            arguments.out,
            chosen_masks(arguments),
            overwrite=arguments.overwrite,
            accept_lossy=arguments.accept_lossy,
            progress=progress,
            onlooker=onlooker,
            processes=chosen_workers(arguments),
        )


def _draw(folder: Path, seen: SurveyedSlice) -> None:
    draw_reasons(folder / mask_name(seen.cover), seen.cover.plane, seen.proof)
