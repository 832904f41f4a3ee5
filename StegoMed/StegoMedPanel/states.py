"""The line of words under each step: what is, what is missing, what went wrong."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from StegoMedPanel.untyped import Widget

__all__ = ["State", "say"]


class State(enum.Enum):
    """Weight of a line, with a colour that can be read on light and dark."""

    PLAIN = ""
    GOOD = "color: #2e8b57"
    WARNING = "color: #b8770b"
    ERROR = "color: #d04437"


def say(label: Widget, words: str, state: State = State.PLAIN) -> None:
    """Show `words` in a label, which is hidden when there are none."""
    label.text = words
    label.styleSheet = state.value
    label.visible = bool(words)
