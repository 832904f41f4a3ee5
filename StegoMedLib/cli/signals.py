"""Being asked to end is being cancelled: by Ctrl-C, SIGTERM (a scheduler, a shutdown), SIGHUP (a closed terminal).

Python raises the exception wherever it just is. In a destructor or a callback from C nobody hears it, and the work
would go on: so the question is kept, and asked again between slices.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["end_if_asked", "ending_is_cancelling"]

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_FREE = (signal.SIG_DFL, signal.default_int_handler)
_asked = threading.Event()


def _ask(_number: int, _frame: object) -> None:
    _asked.set()
    raise KeyboardInterrupt


def end_if_asked() -> None:
    """Ask again what was asked by a signal and heard by nobody.

    Raises
    ------
    KeyboardInterrupt
        Somebody asked to end.
    """
    if _asked.is_set():
        raise KeyboardInterrupt


@contextmanager
def ending_is_cancelling() -> Iterator[None]:
    """Make the signals that ask to end raise `KeyboardInterrupt`, so that unfinished files go away.

    Signals that somebody has decided upon (``nohup``) stay as they are. Outside the main thread nothing is done.
    """
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    free = {number: answer for number, answer in before.items() if answer in _FREE}
    for number in free:
        signal.signal(number, _ask)
    try:
        yield
    finally:
        for number, answer in free.items():
            signal.signal(number, answer)
