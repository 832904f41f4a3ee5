"""The line of words under each step: what is, what is missing, what went wrong."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from StegoMedLib.errors import CancelledError
from StegoMedLib.plain import plain_lines
from StegoMedPanel.packages import RestartNeededError

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Widget

__all__ = ["State", "say", "weight_of"]


class State(enum.Enum):
    """Weight of a line, with a colour that can be read on light and dark."""

    PLAIN = ""
    GOOD = "color: #2e8b57;"
    WARNING = "color: #b8770b;"
    ERROR = "color: #d04437;"


def weight_of(error: Exception) -> State:
    """Weight of a line that says why work ended: packages that were installed are no mistake."""
    return State.WARNING if isinstance(error, (CancelledError, RestartNeededError)) else State.ERROR


def say(line: Widget, words: str, state: State = State.PLAIN) -> None:
    """Show `words` in a ctkFittedTextBrowser, which is hidden when there are none.

    A word-wrapped QLabel would be cut: Slicer's module panel does not ask it how high it is at its width.
    """
    shown = plain_lines(words)
    if line.plainText != shown:
        line.setPlainText(shown)
    style = f"background: transparent; border: 0; {state.value}"
    if line.styleSheet != style:
        line.styleSheet = style
    line.visible = bool(words)
