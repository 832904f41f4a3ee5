"""A signal that asks to end is heard in the end, wherever Python just was."""

from __future__ import annotations

import os
import signal

import pytest

from StegoMedLib.cli.screen import progress_bar
from StegoMedLib.cli.signals import end_if_asked, ending_is_cancelling


class Deaf:
    """Swallows the exception, as Python does in destructors and callbacks."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(10))  # the interpreter looks for signals between instructions


@pytest.mark.skipif(os.name == "nt", reason="a process that is ended there hears nothing")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_a_destructor_swallowed_is_asked_again_between_slices() -> None:
    with ending_is_cancelling(), progress_bar("embed") as progress:
        progress(0, 2, "")
        Deaf()
        with pytest.raises(KeyboardInterrupt):
            progress(1, 2, "")


def _kill_inside(number: int) -> None:
    with ending_is_cancelling():
        os.kill(os.getpid(), number)
        sum(range(10))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_every_signal_cancels_and_its_answer_is_put_back(name: str) -> None:
    number = getattr(signal, name)
    default = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
    before = signal.signal(number, default)
    try:
        with pytest.raises(KeyboardInterrupt):
            _kill_inside(number)
        assert signal.getsignal(number) is default
    finally:
        signal.signal(number, before)


def test_nothing_is_asked_where_nobody_asked() -> None:
    with ending_is_cancelling():
        end_if_asked()
