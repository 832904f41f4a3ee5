"""Where the program ``stegomed`` begins: everything else is imported inside, so that Ctrl-C is heard from the start."""

from __future__ import annotations

import sys

__all__ = ["main"]

_CANCELLED = 130


def main() -> int:
    """Run the command line; the exit code."""
    try:
        from StegoMedLib.cli.main import main as run  # noqa: PLC0415  importing takes a second

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("Cancelled; every target is as it was, or complete.\n")
        return _CANCELLED
