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

from StegoMedLib.frames import own_channel, read_frame, write_frame
from StegoMedLib.memory import keep_freed_memory

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
            made, error = None, None
            try:
                made = do(*given)
            except Exception as caught:  # noqa: BLE001  it is raised there
                error = caught
            write_frame(channel, pickle.dumps((made, error), pickle.HIGHEST_PROTOCOL))
            channel.flush()
    os._exit(0)


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    """Take tasks; when whoever gives them is gone, nobody wants the one at hand any more."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(read_frame(sys.stdin.buffer))
    os._exit(0)


if __name__ == "__main__":
    main()
