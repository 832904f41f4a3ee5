"""Runs one command, and turns what went wrong into a sentence and an exit code.

Of a failure that nobody foresaw it says the types of exceptions, and files, lines and functions of the program.
Messages of exceptions and values of variables are left out, as they may hold what images, records and people say.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from StegoMedLib.cli.catalogue import work_of
from StegoMedLib.cli.keys import check_key_source
from StegoMedLib.cli.report import check_report_target
from StegoMedLib.cli.screen import library_heard, say
from StegoMedLib.cli.sharing import sharing
from StegoMedLib.cli.signals import ending_is_cancelling
from StegoMedLib.cli.streams import READER_GONE
from StegoMedLib.cli.travelling import travelling
from StegoMedLib.errors import CancelledError, StegoMedError
from StegoMedLib.memory import keep_freed_memory

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["perform"]

_UNFORESEEN = 1
_PACKAGE = "StegoMedLib"
_ENTRIES = 60
"""At most so many calls of each exception: endless recursion has thousands."""


def perform(arguments: argparse.Namespace) -> int:
    """Run the command that `arguments` name; the exit code."""
    keep_freed_memory()
    try:
        with ending_is_cancelling(), library_heard(), sharing(arguments):
            check_key_source(arguments)
            with travelling(arguments) as bring:
                check_report_target(arguments)
                bring()
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
    for line in _trace_of(error) if debug else ():
        say(line)
    remedy = (
        "please report this with the lines above" if debug else "run it again with --debug, and report what it shows"
    )
    say(
        f"An unexpected error stopped StegoMed ({type(error).__name__} in {_place_of(error)}); {remedy}: none of your "
        "data is in it."
    )


def _place_of(error: BaseException) -> str:
    """File and line of the innermost call of ours."""
    frames = [frame for frame in _frames(error) if frame.filename.startswith(_PACKAGE)] or _frames(error)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "the program"


def _trace_of(error: BaseException) -> Iterator[str]:
    """One line for each exception, from the first cause on, and one for each of its calls, the innermost last."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    for one in reversed(chain):
        yield f"{type(one).__module__}.{type(one).__qualname__}"
        for frame in _frames(one)[-_ENTRIES:]:
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}"


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The calls, outermost first, with file names that do not tell whose computer it is."""
    found = traceback.extract_tb(error.__traceback__)
    return [traceback.FrameSummary(_short(each.filename), each.lineno, each.name, line=each.line) for each in found]


def _short(filename: str) -> str:
    parts = filename.replace("\\", "/").split("/")
    for name in (_PACKAGE, "site-packages"):
        if name in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(name) + (name != _PACKAGE) :])
    return parts[-1]
