"""Being asked to end is being cancelled: by SIGTERM (a scheduler, a shutdown), by SIGHUP (a closed terminal)."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ending_is_cancelling"]

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def ending_is_cancelling() -> Iterator[None]:
    """Make the signals that ask to end raise `KeyboardInterrupt`, as Ctrl-C does, so that unfinished files go away.

    Signals that somebody has decided upon (``nohup``) stay as they are. Outside the main thread nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    free = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in free:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in free:
            signal.signal(number, signal.SIG_DFL)
