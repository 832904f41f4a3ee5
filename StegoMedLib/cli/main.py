"""The command line: parses, runs one command, turns what went wrong into a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from StegoMedLib import __version__
from StegoMedLib.cli.commands import (
    attack,
    benchmark,
    capacity,
    demo,
    embed,
    evaluate,
    export,
    extract,
    passphrase,
    segment,
    train,
)
from StegoMedLib.cli.parser import Parser, parse
from StegoMedLib.cli.passphrase import check_passphrase_source
from StegoMedLib.cli.report_target import check_report_target
from StegoMedLib.cli.screen import say, warnings_said
from StegoMedLib.cli.signals import ending_is_cancelling
from StegoMedLib.errors import CancelledError, StegoMedError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["build_parser", "main"]

_EPILOG = (
    "Exit codes: 0 done, 2 usage, 3 unusable input, 4 nothing readable with this key, 5 does not fit, 6 done, but a "
    "person must look, 7 done, but not every file, 130 cancelled."
)
_UNEXPECTED = 1


def build_parser() -> Parser:
    """The parser of ``stegomed`` with all its commands."""
    parser = Parser(
        prog="stegomed",
        description="Seals a patient's identity inside the air around the body of a CT or MR image.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"stegomed {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (segment, capacity, embed, extract, passphrase, evaluate, attack, train, export, benchmark, demo):
        command.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is that of the design's section 9."""
    parsed = parse(build_parser(), arguments)
    try:
        with ending_is_cancelling(), warnings_said():
            check_passphrase_source(parsed)
            check_report_target(parsed)
            parsed.run(parsed)
    except StegoMedError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("Cancelled; every target is as it was, or complete.")
        return CancelledError.exit_code
    except BrokenPipeError:
        # Whoever read standard output has gone; leave nothing for the interpreter to flush into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNEXPECTED
    except MemoryError:
        say("The computer's memory does not suffice for these images; close other programs or take a smaller series.")
        return _UNEXPECTED
    except Exception as error:  # noqa: BLE001  no traceback reaches a user
        say(f"StegoMed failed in a way nobody foresaw ({type(error).__name__}); please report what you did.")
        return _UNEXPECTED
    return 0
