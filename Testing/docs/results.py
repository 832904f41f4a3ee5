"""Fills the tables of docs/results.md from the measurements in docs/results/, so that no figure is typed.

    make results
    PYTHONPATH=. python Testing/docs/results.py take NAME FILE COMMAND [--note TEXT]

Without arguments, what stands between ``<!-- results: NAME -->`` and ``<!-- end -->`` is made anew. ``take`` keeps what
a benchmark wrote as JSON, with its command, the date and a note on the machine. What was measured before that, or takes
more than minutes, lies there as its table was, with its command and date ("as printed").
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import StegoMedLib
from StegoMedLib.lab.benchmark.page import Table, as_markdown
from Testing.docs.result_tables import BLOCKS, KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, FOLDER = DOCS / "results.md", DOCS / "results"
MARKED = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
DIGITS = 6


def measurement(name: str) -> dict[str, Any]:
    """A file of docs/results/."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def source(found: Mapping[str, Any]) -> str:
    """Where figures come from, in a line."""
    note = f" {found['note']}" if found["note"] else ""
    return f"*`{found['command']}`, {found['date']}, StegoMed {found['stegomed']}.{note}*"


def block(name: str) -> str:
    """What stands between the marks of a name: its tables and lists, and where they come from."""
    if name in BLOCKS:
        files, make = BLOCKS[name]
        found = [measurement(each) for each in files]
        body = make(*(each["measured"] for each in found))
    else:
        found = [measurement(name)]
        body = printed(found[0]["printed"])
    return "\n" + "\n\n".join([body, *map(source, found)]) + "\n\n"


def printed(kept: Mapping[str, Any]) -> str:
    """A table as it was printed, and sentences about it."""
    parts = [as_markdown(Table("", kept["columns"], kept["rows"]))] if kept["rows"] else []
    parts += ["\n".join(f"- {sentence}" for sentence in kept["sentences"])] if kept["sentences"] else []
    return "\n\n".join(parts)


def filled(page: str) -> str:
    """The page with every marked part made anew."""
    return MARKED.sub(lambda match: match[1] + block(match[2]) + match[3], page)


def shortened(value: Any) -> Any:
    """The same with as many digits as tables may need."""
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shortened(each) for each in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def take(name: str, file: Path, command: str, note: str) -> None:
    """Keep what a benchmark wrote, as far as tables are made of it."""
    written = json.loads(file.read_text(encoding="utf-8"))
    kept = {
        "command": command,
        "date": dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        "stegomed": StegoMedLib.__version__,
        "note": note,
        "measured": shortened(KEPT.get(name, dict)(written)),
    }
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Take a measurement, or make the page anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    work = parser.add_subparsers(dest="work")
    taking = work.add_parser("take")
    for argument, kind in (("name", str), ("file", Path), ("command", str)):
        taking.add_argument(argument, type=kind)
    taking.add_argument("--note", default="")
    options = parser.parse_args()
    if options.work:
        take(options.name, options.file, options.command, options.note)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
