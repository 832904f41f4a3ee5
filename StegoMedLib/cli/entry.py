"""Where the program ``stegomed`` begins: everything else is imported inside, so that Ctrl-C is heard from the start."""

from __future__ import annotations

from StegoMedLib.cli.streams import READER_GONE, Talk, finish, secure
from StegoMedLib.errors import CancelledError, StegoMedError

__all__ = ["main"]


def main() -> int:
    """Run the command line; the exit code."""
    secure()
    try:
        from StegoMedLib.cli.main import main as run  # noqa: PLC0415  importing takes a while

        code = run()
    except SystemExit as left:  # what argparse does after help, a version and a mistake
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except KeyboardInterrupt:
        Talk().write("Cancelled; the target is either as it was before or complete.\n")
        code = CancelledError.exit_code
    except BrokenPipeError:
        code = READER_GONE
    except StegoMedError as error:  # help and version that nothing takes
        Talk().write(f"{error}\n")
        code = error.exit_code
    finish()
    return code
