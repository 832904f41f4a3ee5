"""A process that does what another one gives it, until that one closes its standard input (`StegoMedLib.processes`)."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import sys
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

from StegoMedLib.frames import own_channel, read_frame, write_frame
from StegoMedLib.memory import keep_freed_memory

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]


def main() -> None:
    """Do what is asked, one thing after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = own_channel()
    warnings.simplefilter("ignore")
    logging.disable()
    keep_freed_memory()
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    with suppress(BrokenPipeError):
        while True:
            do, given = pickle.loads(tasks.get())  # noqa: S301  whoever started this process wrote it
            write_frame(channel, _answer(do, given))
            channel.flush()
    os._exit(0)


def _answer(do: Callable[..., object], given: tuple[object, ...]) -> bytes:
    """What came of it, and what was raised: here, or on the way."""
    try:
        return pickle.dumps((do(*given), None), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001  it is raised there
        try:
            return pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)
        except Exception:  # noqa: BLE001  whatever keeps it from being packed
            return pickle.dumps((None, RuntimeError(type(error).__name__)), pickle.HIGHEST_PROTOCOL)


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    """Take tasks; when whoever gives them is gone, nobody wants the one at hand any more."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(read_frame(sys.stdin.buffer))
    os._exit(0)


if __name__ == "__main__":
    main()
