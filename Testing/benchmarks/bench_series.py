"""Embeds and extracts the default header record in every real series by the command line; prints a Markdown table.

    python Testing/benchmarks/bench_series.py [FINDER] [--json FILE]

Each line comes from three fresh processes: embed, extract (with the files and the passphrase only), evaluate (against
the reference masks).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from StegoMedLib.choices import FINDERS
from StegoMedLib.errors import DoesNotFitError, PersonMustLookError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
COLUMNS = (
    "series",
    "slices",
    "embedded",
    "read",
    "QR version",
    "changed pixels, mean",
    "psnr_65535, least",
    "psnr_range, least",
    "psnr_paper, least",
    "changed_significant",
    "changed_padding",
    "IoU, mean",
    "IoU, least",
    "finding, s a slice",
)


def stegomed(*arguments: object) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of one command; a folder may hold several studies, which a person must look at."""
    command = [sys.executable, "-m", "StegoMedLib", *map(str, arguments), "--json", "-"]
    environment = {**os.environ, "STEGOMED_PASSPHRASE": "correct horse battery staple"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode not in (0, DoesNotFitError.exit_code, PersonMustLookError.exit_code):
        raise SystemExit(f"'stegomed {arguments[0]}' ended with {result.returncode}: {result.stderr.strip()[-300:]}")
    return result.returncode, {} if result.returncode == DoesNotFitError.exit_code else json.loads(result.stdout)


def row(series: Path, folder: Path, finder: str) -> dict[str, Any]:
    """What is measured of one series; `embedded` is 0, and nothing else is there, where no slice has capacity."""
    masks, marked = DATA / "masks" / "curated" / series.name, folder / series.name
    found: dict[str, Any] = {"series": series.name, "slices": len(list(series.glob("*.dcm"))), "embedded": 0}
    code, embedded = stegomed("embed", series, marked, "--finder", finder)
    if code != 0:
        return found
    _, read = stegomed("extract", marked)
    _, compared = stegomed("evaluate", series, marked, "--masks", masks, "--finder", finder)
    return found | {
        "embedded": embedded["embedded"],
        "read": sum(each["state"] == "extracted" for each in read["slices"]),
        "symbol_version": embedded["symbol_version"],
        "finding_seconds": embedded["seconds"]["finding"],
        **{name: embedded["summary"][name] for name in ("changed_pixels", "psnr_65535", "psnr_range", "psnr_paper")},
        **{name: compared["summary"][name] for name in ("changed_significant", "changed_padding", "iou")},
    }


def cells(found: dict[str, Any]) -> list[str]:
    """One line of the table."""
    if not found["embedded"]:
        return [found["series"], str(found["slices"]), "0", *["-"] * (len(COLUMNS) - 3)]
    return [
        found["series"],
        *(str(found[name]) for name in ("slices", "embedded", "read", "symbol_version")),
        f"{found['changed_pixels']['mean']:.0f}",
        *(f"{found[name]['min']:.1f}" for name in ("psnr_65535", "psnr_range", "psnr_paper")),
        *(f"{found[name]['max']:.0f}" for name in ("changed_significant", "changed_padding")),
        *(f"{found['iou'][name]:.3f}" for name in ("mean", "min")),
        f"{found['finding_seconds'] / found['slices']:.3f}",
    ]


def main() -> int:
    """Print the table; 1 where the real series are missing."""
    if not DATA.is_dir():
        print(f"The real series are not here: {DATA} does not exist.")
        return 1
    parser = argparse.ArgumentParser(description="Embed, extract and compare every real series; a Markdown table.")
    parser.add_argument("finder", nargs="?", choices=FINDERS, default="maskrcnn")
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    rows = []
    print("| " + " | ".join(COLUMNS) + " |\n" + "| --- " * len(COLUMNS) + "|")
    with tempfile.TemporaryDirectory() as name:
        for series in (each for each in sorted((DATA / "curated").iterdir()) if each.is_dir()):
            rows.append(row(series, Path(name), options.finder))
            print("| " + " | ".join(cells(rows[-1])) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps({"finder": options.finder, "series": rows}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
