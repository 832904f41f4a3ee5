"""Where the program ``stegomed`` begins: everything else is imported inside, so that Ctrl-C is heard from the start."""

from __future__ import annotations

import sys

from StegoMedLib.cli.streams import finish, secure

__all__ = ["main"]

_CANCELLED = 130


def main() -> int:
    """Run the command line; the exit code."""
    secure()
    try:
        from StegoMedLib.cli.main import main as run  # noqa: PLC0415  importing takes a while

        code = run()
    except SystemExit as left:  # what argparse does after help, a version and a mistake
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except KeyboardInterrupt:
        sys.stderr.write("Cancelled; every target is as it was, or complete.\n")
        code = _CANCELLED
    return finish(code)
