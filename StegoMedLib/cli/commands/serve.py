"""``stegomed serve``: take images from a scanner or an archive, and forward them protected."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import say
from StegoMedLib.cli.signals import end_if_asked
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

__all__ = ["run"]

_TICK = 1.0


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    try:
        from StegoMedLib.network.checking import check  # noqa: PLC0415  an extra
        from StegoMedLib.network.config import read_config  # noqa: PLC0415
        from StegoMedLib.network.service import Service  # noqa: PLC0415
    except ModuleNotFoundError:
        raise UnusableInputError(
            "The service needs packages that are not installed; run: pip install 'stegomed[network]'."
        ) from None
    settings = read_config(arguments.config)
    check(settings, say)
    rules = f"{counted(len(settings.rules), 'rule')}, {counted(len(settings.targets), 'target')}"
    if arguments.check:
        say(f"{arguments.config} can be used: {rules}.")
        return
    listen = settings.listen
    with Service(settings, _log):
        _log(f"{listen.title} listens on {listen.address}:{listen.port}: {rules}. Ctrl-C ends it.")
        try:
            while True:
                threading.Event().wait(_TICK)
                end_if_asked()
        except KeyboardInterrupt:
            for number in (signal.SIGINT, signal.SIGTERM):  # once is enough
                signal.signal(number, signal.SIG_IGN)
            _log("Ending: nothing more is taken; what is not done stays in the spool for the next start.")


def _log(sentence: str) -> None:
    say(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {sentence}")
