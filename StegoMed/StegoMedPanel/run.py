"""Long work in the panel: one at a time, with progress, and a button that cancels it."""

from __future__ import annotations

import enum
import logging
import time
from typing import TYPE_CHECKING

import slicer

from StegoMedLib.errors import CancelledError, StegoMedError
from StegoMedPanel.states import say, weight_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedPanel.untyped import Widget

__all__ = ["Place", "Run", "RunState"]

_SHARE = 0.05
"""Of the time, that drawing progress may take."""
_SHORTEST, _LONGEST = 0.1, 0.5
"""Seconds between two drawings."""
_CANCELLED = "Cancelled; nothing was added or written."


class RunState(enum.Enum):
    """What the panel is doing."""

    IDLE = "idle"
    RUNNING = "running"
    CANCEL_REQUESTED = "cancel requested"


class Place:
    """Where a step shows its work: a button that starts and cancels, a progress bar, a line of words."""

    def __init__(self, button: Widget, bar: Widget, state: Widget) -> None:
        self.button, self.bar, self.state = button, bar, state
        self._text = button.text
        self.bar.visible = False

    def begin(self, words: str) -> None:
        """Turn the button into Cancel and show the bar."""
        self.button.text = "Cancel"
        self.bar.value = 0
        self.bar.visible = True
        say(self.state, words)

    def show(self, done: int, total: int, label: str) -> None:
        """Show how far the work is."""
        self.bar.maximum = max(total, 1)
        self.bar.value = done
        self.bar.format = f"{label}  %v of %m" if label else "%v of %m"

    def end(self) -> None:
        """Give the button its own words back."""
        self.button.text = self._text
        self.bar.visible = False


class Run:
    """Runs one piece of work at a time in the main thread, letting the window paint between slices.

    ``place`` is where work runs; ``failed`` where it failed last, as long as its line of words says why.

    Parameters
    ----------
    changed : callable
        Told when work begins and ends.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.state = RunState.IDLE
        self._changed, self._closed = changed, False
        self.place: Place | None = None
        self.failed: Place | None = None
        self._guard: Callable[[], None] = lambda: None
        self._next = 0.0

    @property
    def idle(self) -> bool:
        """Whether work may begin."""
        return self.state is RunState.IDLE

    @property
    def open(self) -> bool:
        """Whether the widgets are there."""
        return not self._closed

    def cancel(self) -> None:
        """Ask the work to stop at the next slice."""
        if self.state is RunState.RUNNING:
            self.state = RunState.CANCEL_REQUESTED

    def close(self) -> None:
        """Stop for good: the widgets go away."""
        self._closed = True
        self.cancel()

    def toggle(self, place: Place, words: str, work: Callable[[], None], guard: Callable[[], None]) -> None:
        """Start `work`, or cancel what runs: what the step's button does.

        Parameters
        ----------
        place : Place
        words : str
            Shown while the work runs.
        work : callable
            Calls `progress` between slices; what went wrong in it is shown in the step's line of words.
        guard : callable
            Called between slices; raises what makes the work useless, such as a volume that was removed.
        """
        if not self.idle:
            self.cancel()
            return
        self.state, self.place, self._guard = RunState.RUNNING, place, guard
        self.failed = None
        place.begin(words)
        self._changed()
        try:
            work()
        except StegoMedError as error:
            self._report(place, error, str(error))
        except Exception as error:  # the user gets a sentence, the log gets everything
            logging.getLogger("StegoMed").exception("StegoMed: unexpected error")
            kind = type(error).__name__
            self._report(place, error, f"StegoMed met an unexpected error ({kind}); the error log has the details.")
        finally:
            self.state, self.place = RunState.IDLE, None
            if not self._closed:
                place.end()
                self._changed()

    def progress(self, done: int, total: int, label: str) -> None:
        """Show progress and let the window live; the library calls it between slices.

        The window is drawn so often that this takes a small share of the time, however slow drawing is, and yet a few
        times a second, for a click on Cancel waits for it.
        """
        began = time.monotonic()
        if done not in (0, total) and began < self._next:
            self._stop_when_asked()
            return
        if self.place is not None and not self._closed:
            self.place.show(done, total, label)
        self.alive()
        ended = time.monotonic()
        self._next = ended + min(max((ended - began) / _SHARE, _SHORTEST), _LONGEST)

    def announce(self, words: str) -> None:
        """Say what is done now, where the work runs."""
        if self.place is not None and not self._closed:
            say(self.place.state, words)
        self.alive()

    def alive(self) -> None:
        """Let the window live, and stop when asked to.

        Raises
        ------
        CancelledError
            The user asked to stop.
        """
        slicer.app.processEvents()
        self._stop_when_asked()

    def _stop_when_asked(self) -> None:
        if self.state is RunState.CANCEL_REQUESTED:
            raise CancelledError(_CANCELLED)
        self._guard()

    def _report(self, place: Place, error: Exception, words: str) -> None:
        if not self._closed:
            self.failed = place
            say(place.state, words, weight_of(error))
