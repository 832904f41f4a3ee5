"""``python -m Testing.campaigns.run [--count N] [--seed S] [NAME …]``: runs campaigns, and prints how they ended."""

from __future__ import annotations

import argparse
import importlib
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from Testing.campaigns.campaign import make_input
from Testing.campaigns.harness import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from Testing.campaigns.campaign import Campaign
    from Testing.campaigns.harness import Tally

__all__ = ["NAMES", "load", "main"]

NAMES = ("envelopes", "masks", "polygons", "sidecars")
"""Modules beside this one, each with its `CAMPAIGN`."""


def load(name: str) -> Campaign:
    """Give a campaign by its name."""
    campaign: Campaign = importlib.import_module(f"Testing.campaigns.{name}").CAMPAIGN
    return campaign


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m Testing.campaigns.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--count", type=int, default=10_000, help="inputs of each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another one gives other inputs (default: 0)")
    parser.add_argument("--workers", type=int, help="processes at once (default: as many as there are cores)")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop each campaign after so long, done or not")
    parser.add_argument(
        "--findings",
        type=Path,
        default=Path("runs/findings"),
        metavar="DIR",
        help="for inputs that did harm (default: %(default)s)",
    )
    return parser


def _show(tally: Tally) -> None:
    ends = ", ".join(f"{count:,} {name}" for name, count in tally.outcomes.most_common())
    print(
        f"{tally.campaign:12} {tally.outcomes.total():>10,} inputs in {tally.seconds:,.0f} s: {ends}; slowest "
        f"{tally.slowest:.2f} s, at most {tally.megabytes:,.0f} MiB, {len(tally.findings)} findings",
        flush=True,
    )
    for finding in tally.findings[:20]:
        print(f"  seed {finding.seed} number {finding.number}: {finding.what}", flush=True)


def _keep(campaign: Campaign, tally: Tally, folder: Path) -> None:
    """Write the inputs that did harm, with what they did."""
    if not tally.findings:
        return
    place = folder / campaign.name
    place.mkdir(parents=True, exist_ok=True)
    campaign.prepare(place)
    for finding in tally.findings[:1000]:
        name = f"{finding.seed}-{finding.number}"
        (place / f"{name}.input").write_bytes(make_input(campaign, finding.seed, finding.number))
        (place / f"{name}.txt").write_text(f"{finding.what}\n{finding.detail}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run campaigns; 1 when there was a finding."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}")
    found = 0
    for name in chosen.names or NAMES:
        campaign = load(name)
        tally = run(campaign, chosen.count, chosen.seed, workers=chosen.workers, minutes=chosen.minutes)
        _show(tally)
        _keep(campaign, tally, chosen.findings)
        found += len(tally.findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
