"""Runs one command, and turns what went wrong into a sentence and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.cli.catalogue import work_of
from StegoMedLib.cli.keys import check_key_source
from StegoMedLib.cli.report import check_report_target
from StegoMedLib.cli.screen import library_heard, say
from StegoMedLib.cli.signals import ending_is_cancelling
from StegoMedLib.cli.streams import READER_GONE
from StegoMedLib.cli.unforeseen import place_of, trace_of
from StegoMedLib.errors import CancelledError, StegoMedError

if TYPE_CHECKING:
    import argparse

__all__ = ["perform"]

_UNFORESEEN = 1


def perform(arguments: argparse.Namespace) -> int:
    """Run the command that `arguments` name; the exit code."""
    try:
        with ending_is_cancelling(), library_heard():
            check_key_source(arguments)
            check_report_target(arguments)
            work_of(arguments.command).run(arguments)
    except StegoMedError as error:
        for sentence in error.args:
            say(sentence)
        return error.exit_code
    except KeyboardInterrupt:
        say("Cancelled; the target is either as it was before or complete.")
        return CancelledError.exit_code
    except BrokenPipeError:
        return READER_GONE
    except MemoryError:
        say("There is not enough memory for these images; close other programs, or use a smaller series.")
        return _UNFORESEEN
    except Exception as error:  # noqa: BLE001  no traceback reaches a user who did not ask for it
        _say_unforeseen(error, debug=arguments.debug)
        return _UNFORESEEN
    return 0


def _say_unforeseen(error: Exception, *, debug: bool) -> None:
    for line in trace_of(error) if debug else ():
        say(line)
    remedy = (
        "please report this with the lines above" if debug else "run it again with --debug, and report what it shows"
    )
    say(
        f"An unexpected error stopped StegoMed ({type(error).__name__} in {place_of(error)}); {remedy}: none of your "
        "data is in it."
    )
